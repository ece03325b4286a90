"""What the function may read, so that its source can be read and nothing else: the template's lists of ARNs."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from apps.bedrock_spend.source import Source
from deployer.aws import Aws, AwsError, Json
from deployer.error import DeployError

LOG_NAME = re.compile(r"\.(json|jsonl|ndjson|log)(\.gz)?$")
# What is read of files, and DuckDB's own, lies in /tmp.
ROOM_FOR_FILES_MB = "2048"
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
        """As the template takes them, with room for files where these are read."""
        room = {"EphemeralStorageMb": ROOM_FOR_FILES_MB} if self.reads_files else {}
        return {**{parameter: ",".join(arns) for parameter, arns in self.arns.items()}, **room}


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
        for group in source.names:
            _look_for_group(aws, permissions, region, group)
        permissions.add("LogGroupArns", *(_group_arn(aws, region, group) for group in groups if group))
    if not permissions.arns.get("LogGroupArns"):
        raise DeployError(
            f"Bedrock writes to no log group in {', '.join(source.regions(aws.region))}: turn model invocation logging on, "
            "or take --source auto or metrics:."
        )


def _look_for_group(aws: Aws, permissions: Permissions, region: str, group: str) -> None:
    """A name that is mistyped would be found by the first question only. Another account's cannot be seen."""
    if group.startswith("arn:"):
        return
    try:
        found = [item["logGroupName"] for item in _groups(aws, region, group)]
        if group in found:
            return
        others = found or [item["logGroupName"] for item in _groups(aws, region, f"{group.rpartition('/')[0]}/")]
    except AwsError as error:
        if not error.denied:
            raise
        permissions.notes.append(f"Whether there is a log group {group} in {region} cannot be seen.")
        return
    close = difflib.get_close_matches(group, [*others, *filter(None, _logging(aws, region)[:1])], n=1)
    hint = f"did you mean {close[0]}?" if close else "check --source."
    raise DeployError(f"There is no log group {group} in {region}: {hint}")


def _groups(aws: Aws, region: str, prefix: str) -> Iterator[Json]:
    return aws.pages("logs", "describe_log_groups", "logGroups", region=region, logGroupNamePrefix=prefix)


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
    named = [f"{glue}catalog", f"{glue}database/{database}", f"{glue}table/{database}/{table}"]
    # Athena looks at it for every query, whichever database that is about:
    # https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    permissions.add("GlueArns", *named, f"{glue}database/default")
    if source.one("create") == "yes":
        permissions.add("GlueCreateArns", *named, f"{glue}database/default")
    _add_results(aws, permissions, source, _workgroup(aws, region, workgroup))


def _add_results(aws: Aws, permissions: Permissions, source: Source, workgroup: Json) -> None:
    """Where results go: the workgroup's own place if it insists or nothing else is named, unless Athena keeps them itself.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    name, settings, asked = workgroup["Name"], workgroup.get("Configuration") or {}, source.one("output")
    managed: Json = settings.get("ManagedQueryResultsConfiguration") or {}
    if managed.get("Enabled"):
        _note_unused(permissions, asked, f"Athena keeps the results of workgroup {name} itself")
        _add_key(aws, permissions, "ResultKmsKeyArns", (managed.get("EncryptionConfiguration") or {}).get("KmsKey"))
        return
    own: Json = settings.get("ResultConfiguration") or {}
    insists = bool(settings.get("EnforceWorkGroupConfiguration") and own.get("OutputLocation"))
    place = asked if asked and not insists else str(own.get("OutputLocation", ""))
    if insists:
        _note_unused(permissions, asked, f"workgroup {name} writes results to {place} whatever a query says")
    found = re.fullmatch(r"s3://([^/]+)/?(.*)", place)
    if found is None:
        where = f"Workgroup {name} in {source.regions(aws.region)[0]}"
        joined = "&" if "?" in source.text else ":?" if source.text == "auto" else "?"
        rest = ", or s3=files, which reads the bucket with DuckDB" if source.text.startswith("auto") else ""
        raise DeployError(
            f"{where} has no place for results: add {joined}output=s3://BUCKET/FOLDER/ to the source{rest}."
        )
    bucket, folder = found[1], found[2].rstrip("/")
    s3 = f"arn:{aws.partition}:s3:::{bucket}"
    permissions.add("AthenaResultBucketArns", s3)
    permissions.add("AthenaResultObjectArns", f"{s3}/{folder}/*" if folder else f"{s3}/*")
    if place != asked:
        _add_key(aws, permissions, "ResultKmsKeyArns", (own.get("EncryptionConfiguration") or {}).get("KmsKey"))
    _add_key_of(aws, permissions, "ResultKmsKeyArns", bucket)


def _note_unused(permissions: Permissions, asked: str | None, why: str) -> None:
    if asked:
        permissions.notes.append(f"output={asked} has no effect: {why}.")


def _auto(aws: Aws, source: Source, permissions: Permissions) -> None:
    """As src/engines/composite/auto.ts decides: log groups, else Athena over the bucket (s3=files: the bucket), else metrics."""
    for region in source.regions(aws.region):
        group, bucket, prefix = _logging(aws, region)
        if group:
            permissions.add("LogGroupArns", _group_arn(aws, region, group))
        elif bucket and source.one("s3") == "files":
            permissions.reads_files = True
            _add_bucket(aws, permissions, bucket, prefix)
        elif bucket:
            given = {**source.given, "region": (region,), "create": ("yes",)}
            _athena(aws, Source(source.text, "athena", f"s3://{bucket}/{prefix}", given), permissions)
            permissions.notes.append(
                f"Bedrock logs to S3 alone in {region}: Athena is asked, at $5 a TB and 10 MB at least for each query. "
                "auto:?s3=files reads the bucket instead, with DuckDB (70 MB more of image), anew on each new instance."
            )
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
    _add_key_of(aws, permissions, "KmsKeyArns", bucket)


def _add_key_of(aws: Aws, permissions: Permissions, parameter: str, bucket: str) -> None:
    """The key that a bucket is encrypted with, if it is a customer's own."""
    try:
        answer = aws.call("s3", "get_bucket_encryption", Bucket=bucket)
    except AwsError as error:
        if error.code == NO_ENCRYPTION:
            return
        if error.code in ("NoSuchBucket", "404"):
            raise DeployError(f"There is no bucket {bucket}: check --source.") from error
        permissions.notes.append(
            f"How {bucket} is encrypted cannot be seen: if with a key of yours, add --set {parameter}=ARN."
        )
        return
    rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0].get("ApplyServerSideEncryptionByDefault", {})
    _add_key(aws, permissions, parameter, rule.get("KMSMasterKeyID"))


def _add_key(aws: Aws, permissions: Permissions, parameter: str, key: str | None) -> None:
    """IAM compares keys by their ARN, not by an alias."""
    if not key:
        return
    try:
        found = aws.call("kms", "describe_key", KeyId=key, region=_region_of(key))
        permissions.add(parameter, found["KeyMetadata"]["Arn"])
    except AwsError:
        permissions.notes.append(f"The key {key} cannot be seen: add --set {parameter}=ARN, with its own ARN.")


def _region_of(key: str) -> str | None:
    return key.split(":")[3] if key.startswith("arn:") else None


def _workgroup(aws: Aws, region: str, workgroup: str) -> Json:
    try:
        found: Json | None = aws.call("athena", "get_work_group", region=region, WorkGroup=workgroup).get("WorkGroup")
    except AwsError as error:
        if error.code != "InvalidRequestException":
            raise
        found = None
    if found is None:
        raise DeployError(f"There is no Athena workgroup {workgroup} in {region}: check --source.")
    return {**found, "Name": workgroup}


def _default_table(bucket: str, prefix: str) -> str:
    """As src/engines/athena/source.ts names it."""
    place = f"{bucket}_{prefix if not prefix or prefix.endswith('/') else prefix + '/'}"
    return f"invocations_{re.sub(r'_$', '', re.sub(r'[^a-z0-9]+', '_', place.lower()))}"
