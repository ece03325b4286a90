"""What the function may read, so that its source can be read and nothing else: the template's lists of ARNs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from deployer.aws import Aws, AwsError, Json
from deployer.error import DeployError
from deployer.source import Source

LOG_NAME = re.compile(r"\.(json|jsonl|ndjson|log)(\.gz)?$")
NO_ENCRYPTION = "ServerSideEncryptionConfigurationNotFoundError"


@dataclass
class Permissions:
    """What a source takes, and what the person who deploys should know."""

    arns: dict[str, list[str]] = field(default_factory=dict)
    reads_files: bool = False
    notes: list[str] = field(default_factory=list)

    def add(self, parameter: str, *arns: str) -> None:
        """Add to one of the template's lists, once."""
        known = self.arns.setdefault(parameter, [])
        known += [arn for arn in arns if arn not in known]

    def values(self) -> dict[str, str]:
        """As the template takes them."""
        return {parameter: ",".join(arns) for parameter, arns in self.arns.items()}


def permissions_of(aws: Aws, source: Source) -> Permissions:
    """Find out what a source takes. Where it names roles, these have the permissions, and may be assumed."""
    permissions = Permissions(reads_files=source.kind == "s3")
    if source.roles:
        permissions.add("AssumeRoleArns", *source.roles)
        permissions.notes.append(
            "The source's roles need its permissions themselves, and must trust the function's role."
        )
        return permissions
    finders: dict[str, Callable[[Aws, Source, Permissions], None]] = {
        "cloudwatch": _cloudwatch,
        "s3": _bucket,
        "athena": _athena,
        "auto": _auto,
    }
    if source.kind in finders:
        finders[source.kind](aws, source, permissions)
    return permissions


def _cloudwatch(aws: Aws, source: Source, permissions: Permissions) -> None:
    for region in source.regions(aws.region):
        groups = source.names or _logging(aws, region)[:1]
        permissions.add("LogGroupArns", *(_group_arn(aws, region, group) for group in groups if group))
    if not permissions.arns.get("LogGroupArns"):
        raise DeployError(
            f"Bedrock writes to no log group in {', '.join(source.regions(aws.region))}: turn model invocation logging on, "
            "or take --source auto or metrics:."
        )


def _bucket(aws: Aws, source: Source, permissions: Permissions) -> None:
    _add_bucket(aws, permissions, *source.bucket_and_prefix)


def _athena(aws: Aws, source: Source, permissions: Permissions) -> None:
    bucket, prefix = source.bucket_and_prefix
    region = source.regions(aws.region)[0]
    here = f"arn:{aws.partition}:%s:{region}:{aws.account}:"
    _add_bucket(aws, permissions, bucket, f"{prefix.rstrip('/')}/AWSLogs".lstrip("/"))
    workgroup = source.one("workgroup") or "primary"
    permissions.add("AthenaArns", f"{here % 'athena'}workgroup/{workgroup}")
    database, _, table = (source.one("table") or f"bedrock_spend.{_default_table(bucket, prefix)}").partition(".")
    glue = here % "glue"
    permissions.add("GlueArns", f"{glue}catalog", f"{glue}database/{database}", f"{glue}table/{database}/{table}")
    output = source.one("output") or _output_of(aws, region, workgroup)
    found = re.fullmatch(r"s3://([^/]+)/?(.*)", output)
    if found is None:
        raise DeployError(
            f"Workgroup {workgroup} in {region} has no place for results: add &output=s3://BUCKET/FOLDER/."
        )
    results, folder = found[1], found[2].rstrip("/")
    s3 = f"arn:{aws.partition}:s3:::{results}"
    permissions.add("AthenaResultBucketArns", s3)
    permissions.add("AthenaResultObjectArns", f"{s3}/{folder}/*" if folder else f"{s3}/*")
    _add_key(aws, permissions, results)


def _auto(aws: Aws, source: Source, permissions: Permissions) -> None:
    """As src/engines/composite/auto.ts decides: log groups, else the bucket, else metrics."""
    for region in source.regions(aws.region):
        group, bucket, prefix = _logging(aws, region)
        if group:
            permissions.add("LogGroupArns", _group_arn(aws, region, group))
        elif bucket:
            permissions.reads_files = True
            _add_bucket(aws, permissions, bucket, prefix)
        else:
            permissions.notes.append(
                f"Bedrock logs nothing in {region}: CloudWatch's metrics are read, which know nobody's name."
            )


def _logging(aws: Aws, region: str) -> tuple[str, str, str]:
    """Log group, bucket and prefix that Bedrock logs to; empty where there is none."""
    answer = aws.call("bedrock", "get_model_invocation_logging_configuration", region=region)
    settings: Json = answer.get("loggingConfig") or {}
    s3: Json = settings.get("s3Config") or {}
    return (
        str((settings.get("cloudWatchConfig") or {}).get("logGroupName", "")),
        str(s3.get("bucketName", "")),
        str(s3.get("keyPrefix", "")),
    )


def _group_arn(aws: Aws, region: str, group: str) -> str:
    arn = group if group.startswith("arn:") else f"arn:{aws.partition}:logs:{region}:{aws.account}:log-group:{group}"
    return f"{arn.removesuffix(':*')}:*"


def _add_bucket(aws: Aws, permissions: Permissions, bucket: str, prefix: str) -> None:
    arn = f"arn:{aws.partition}:s3:::{bucket}"
    permissions.add("LogBucketArns", arn)
    folder = prefix.rstrip("/")
    permissions.add(
        "LogObjectArns", f"{arn}/{folder}" if LOG_NAME.search(folder) else f"{arn}/{folder}/*" if folder else f"{arn}/*"
    )
    _add_key(aws, permissions, bucket)


def _add_key(aws: Aws, permissions: Permissions, bucket: str) -> None:
    """The key that a bucket is encrypted with, if it is a customer's own."""
    try:
        answer = aws.call("s3", "get_bucket_encryption", Bucket=bucket)
        rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0].get("ApplyServerSideEncryptionByDefault", {})
        key = rule.get("KMSMasterKeyID")
        if key:
            metadata = aws.call("kms", "describe_key", KeyId=key, region=_region_of(key))["KeyMetadata"]
            permissions.add("KmsKeyArns", metadata["Arn"])
    except AwsError as error:
        if error.code == NO_ENCRYPTION:
            return
        if error.code in ("NoSuchBucket", "404"):
            raise DeployError(f"There is no bucket {bucket}: check --source.") from error
        permissions.notes.append(
            f"How {bucket} is encrypted cannot be seen: if with a key of yours, add --set KmsKeyArns=ARN."
        )


def _region_of(key: str) -> str | None:
    return key.split(":")[3] if key.startswith("arn:") else None


def _output_of(aws: Aws, region: str, workgroup: str) -> str:
    try:
        group: Json | None = aws.call("athena", "get_work_group", region=region, WorkGroup=workgroup).get("WorkGroup")
    except AwsError as error:
        if error.code != "InvalidRequestException":
            raise
        group = None
    if group is None:
        raise DeployError(f"There is no Athena workgroup {workgroup} in {region}: check --source.")
    settings = group.get("Configuration") or {}
    return str((settings.get("ResultConfiguration") or {}).get("OutputLocation", ""))


def _default_table(bucket: str, prefix: str) -> str:
    """As src/engines/athena/source.ts names it."""
    place = f"{bucket}_{prefix if not prefix or prefix.endswith('/') else prefix + '/'}"
    return f"invocations_{re.sub(r'_$', '', re.sub(r'[^a-z0-9]+', '_', place.lower()))}"
