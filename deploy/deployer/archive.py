"""The function's code as a zip, and the bucket that it lies in.

CloudFormation takes a zip from S3 alone: what a template or a request can hold itself is source of one file, or goes past
CloudFormation (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html).
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deployer.aws import Aws, AwsError, Json
from deployer.error import DeployError
from deployer.ours import OURS

# Unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 250 * 1024 * 1024
KEPT = 10
# S3 takes its name for no name of a region: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
NO_PLACE = "us-east-1"
# The oldest that a zip can have.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
ALL_MAY_READ = 0o644 << 16


@dataclass(frozen=True)
class Archive:
    """Files by their names."""

    files: Mapping[str, bytes]

    @property
    def key(self) -> str:
        """The same for the same content, whenever and wherever it is zipped."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return f"{digest.hexdigest()[:20]}.zip"

    def zipped(self) -> bytes:
        """With nothing in it of this day or machine."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name, content in sorted(self.files.items()):
                about = zipfile.ZipInfo(name, LONG_AGO)
                about.external_attr = ALL_MAY_READ
                file.writestr(about, content, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def archive_of(folder: Path) -> Archive:
    """All that lies in a folder."""
    found = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    size = sum(map(len, found.values()))
    if size > MOST_BYTES:
        raise DeployError(f'The code has {size >> 20} MB, and Lambda takes 250 of a zip: set package = "image".')
    return Archive(found)


def bucket_of(aws: Aws, stack: str) -> str:
    """Names of buckets are the whole world's, and have 63 characters at most."""
    here = hashlib.sha256(f"{aws.account} {aws.region}".encode()).hexdigest()[:16]
    return f"{stack}-{here}"


@dataclass(frozen=True)
class Bucket:
    """Zips of one stack. Each call names the account, so that somebody else's bucket of this name is never used."""

    aws: Aws
    stack: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The same each time."""
        return bucket_of(self.aws, self.stack)

    def is_there(self) -> bool:
        """Whether there is one, of this account."""
        try:
            self.aws.call("s3", "head_bucket", **self._place)
        except AwsError as error:
            if error.code in ("404", "NoSuchBucket"):
                return False
            if error.denied:
                theirs = f"{error} Or the bucket {self.name} is another account's: then take another --stack."
                raise AwsError(error.code, theirs, error.said) from error
            raise
        return True

    def has(self, key: str) -> bool:
        """Whether a zip is there."""
        try:
            self.aws.call("s3", "head_object", Key=key, **self._place)
        except AwsError as error:
            if error.code in ("404", "NoSuchBucket", "NoSuchKey"):
                return False
            raise
        return True

    def ensure(self) -> None:
        """Make it as it should be, closed to the public. S3 itself encrypts what comes in, and has no lists of who may read."""
        if not self.is_there():
            self._create()
        tags = [{"Key": key, "Value": value} for key, value in {**self.tags, OURS: self.stack}.items()]
        self.aws.call("s3", "put_bucket_tagging", Tagging={"TagSet": tags}, **self._place)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        blocked = dict.fromkeys(closed, True)
        self.aws.call("s3", "put_public_access_block", PublicAccessBlockConfiguration=blocked, **self._place)
        self.aws.call("s3", "put_bucket_policy", Policy=json.dumps(self._tls_alone()), **self._place)

    def _tls_alone(self) -> Json:
        arn = f"arn:{self.aws.partition}:s3:::{self.name}"
        statement = {
            "Sid": "TlsAlone",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    def _create(self) -> None:
        if self.aws.region == NO_PLACE:
            self.aws.call("s3", "create_bucket", Bucket=self.name)
        else:
            place = {"LocationConstraint": self.aws.region}
            self.aws.call("s3", "create_bucket", Bucket=self.name, CreateBucketConfiguration=place)

    def put(self, archive: Archive) -> None:
        """Upload it."""
        self.aws.call("s3", "put_object", Key=archive.key, Body=archive.zipped(), **self._place)

    def told(self) -> str:
        """What goes with it; empty where there is none."""
        return f"the bucket of its code: {self.name}" if self.is_there() else ""

    def drop_old(self) -> None:
        """Keep the newest, which a stack may have to go back to."""
        by_age = sorted(self._objects(), key=lambda item: str(item["LastModified"]), reverse=True)
        for item in by_age[KEPT:]:
            self.aws.call("s3", "delete_object", Key=item["Key"], **self._place)

    def delete(self) -> None:
        """With all that is in it."""
        for item in self._objects():
            self.aws.call("s3", "delete_object", Key=item["Key"], **self._place)
        self.aws.call("s3", "delete_bucket", **self._place)

    @property
    def _place(self) -> dict[str, str]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.aws.account}

    def _objects(self) -> list[Json]:
        return list(self.aws.pages("s3", "list_objects_v2", "Contents", **self._place))
