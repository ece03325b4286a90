"""Buckets of the trial's own."""

from try_on_aws.trial import Json, Trial

# Of which S3 takes no name: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
NO_PLACE = "us-east-1"


def make_bucket(trial: Trial, bucket: str) -> None:
    """Make one in the trial's region."""
    region = trial.aws.region
    where = {} if region == NO_PLACE else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    trial.call("s3", "create_bucket", Bucket=bucket, **where)


def empty_bucket(trial: Trial, bucket: str) -> None:
    """Delete one with all that is in it, and with what a service still writes into it meanwhile."""

    def empty() -> None:
        listed: Json = trial.ask("s3", "list_objects_v2", Bucket=bucket)
        keys = [{"Key": item["Key"]} for item in listed.get("Contents", [])]
        if keys:
            trial.ask("s3", "delete_objects", Bucket=bucket, Delete={"Objects": keys, "Quiet": True})

    trial.drop("s3", "delete_bucket_policy", Bucket=bucket)
    trial.drop("s3", "delete_bucket", first=empty, Bucket=bucket)
