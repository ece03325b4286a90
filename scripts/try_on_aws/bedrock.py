"""Bedrock: what its logs, metrics and names look like, of a dozen calls of one small model. Bodies are counted, never kept."""

import json
import re
import time

from try_on_aws.athena import empty_bucket
from try_on_aws.roles import drop_role
from try_on_aws.trial import Json, Seen, Trial, code_of

# In us-east-1 without a profile; some cents for a million tokens.
MODEL = "amazon.nova-micro-v1:0"
SHORT, LARGE_CHARACTERS, CACHED_CHARACTERS = "Say one word.", 120_000, 8_000
LOGGED_S, MEASURED_S, HOUR_S = 600, 900, 3600
KEY = re.compile(r"AWSLogs/\d{12}/BedrockModelInvocationLogs/[\w-]+/\d{4}/\d\d/\d\d/\d\d/")
TURN = {"role": "user", "content": [{"text": SHORT}]}
BODY = json.dumps({"messages": [TURN], "inferenceConfig": {"maxTokens": 5}})


class Logging:
    """Model invocation logging of the account and region, into places of the trial's own."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.bucket, self.group, self.role = f"{trial.name}-bedrock", f"/{trial.name}/bedrock", f"{trial.name}-bedrock"

    def start(self) -> None:
        """Switch it on; one that is on already is somebody's, and stays as it is."""
        found = self.trial.call("bedrock", "get_model_invocation_logging_configuration")
        if found.get("loggingConfig"):
            raise ValueError("model invocation logging is on here already, and was left as it is")
        aws, account = self.trial.aws, self.trial.aws.account
        elsewhere = aws.region != "us-east-1"
        where: Json = {"CreateBucketConfiguration": {"LocationConstraint": aws.region}} if elsewhere else {}
        service = {"Service": "bedrock.amazonaws.com"}
        ours = {"StringEquals": {"aws:SourceAccount": account}}
        may_put = {
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"arn:{aws.partition}:s3:::{self.bucket}/*",
            "Condition": ours,
        }
        trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole", "Condition": ours}
        may_log = {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:{aws.partition}:logs:{aws.region}:{account}:log-group:{self.group}:*",
        }
        aws.call("s3", "create_bucket", Bucket=self.bucket, **where)
        aws.call("s3", "put_bucket_policy", Bucket=self.bucket, Policy=_policy(may_put))
        aws.call("logs", "create_log_group", logGroupName=self.group)
        aws.call("iam", "create_role", RoleName=self.role, AssumeRolePolicyDocument=_policy(trust))
        aws.call("iam", "put_role_policy", RoleName=self.role, PolicyName="all", PolicyDocument=_policy(may_log))
        self.trial.wait("the role", self._put)

    def _put(self) -> bool:
        """Bedrock cannot take a new role in its first seconds."""
        role = f"arn:{self.trial.aws.partition}:iam::{self.trial.aws.account}:role/{self.role}"
        place = {"bucketName": self.bucket, "keyPrefix": ""}
        config = {
            "cloudWatchConfig": {
                "logGroupName": self.group,
                "roleArn": role,
                "largeDataDeliveryS3Config": {**place, "keyPrefix": "large"},
            },
            "s3Config": place,
            "textDataDeliveryEnabled": True,
        }
        answer = self.trial.ask("bedrock", "put_model_invocation_logging_configuration", loggingConfig=config)
        return "code" not in answer

    def stop(self) -> None:
        """Switch it off, if it is the trial's."""
        found = self.trial.ask("bedrock", "get_model_invocation_logging_configuration").get("loggingConfig", {})
        if found.get("cloudWatchConfig", {}).get("logGroupName") == self.group:
            self.trial.call("bedrock", "delete_model_invocation_logging_configuration")

    def records(self, count: int) -> list[Json]:
        """As they are in CloudWatch, once so many are there: each with its stream and how late it came."""

        def found() -> list[Json] | None:
            given = {"logGroupName": self.group, "logStreamNamePrefix": "aws/bedrock"}
            events = list(self.trial.aws.pages("logs", "filter_log_events", "events", **given))
            return events if len(events) >= count else None

        events = self.trial.wait("the log", found, LOGGED_S)
        return [
            {
                "stream": event["logStreamName"],
                "lateS": round((event["ingestionTime"] - event["timestamp"]) / 1000),
                "record": json.loads(event["message"]),
            }
            for event in events
        ]

    def objects(self) -> list[str]:
        """Of the objects in the bucket."""
        found = self.trial.aws.pages("s3", "list_objects_v2", "Contents", Bucket=self.bucket)
        return [item["Key"] for item in found]


def check(trial: Trial) -> Seen:
    """A dozen calls of a small model, of 0.01 USD at most, with logging switched on for them."""
    logging = Logging(trial)
    try:
        logging.start()
        seen = _of_names(trial)
        made = _calls(trial)
        records = logging.records(sum(made.values()))
        keys = trial.wait(
            "the bucket", lambda: [key for key in logging.objects() if key.endswith(".json.gz")], LOGGED_S
        )
        return seen | _of_records(trial, records) | _of_keys(trial, keys, logging.objects()) | _of_metrics(trial, made)
    finally:
        gone(trial)


def gone(trial: Trial) -> None:
    """Switch logging off, and delete its places and the profile."""
    logging = Logging(trial)
    logging.stop()
    for profile in trial.aws.pages(
        "bedrock", "list_inference_profiles", "inferenceProfileSummaries", typeEquals="APPLICATION"
    ):
        if profile["inferenceProfileName"] == trial.name:
            trial.drop("bedrock", "delete_inference_profile", inferenceProfileIdentifier=profile["inferenceProfileArn"])
    drop_role(trial, "bedrock")
    trial.drop("logs", "delete_log_group", logGroupName=logging.group)
    empty_bucket(trial, logging.bucket)


def _calls(trial: Trial) -> Json:
    """How many came through, by operation."""
    aws = trial.aws
    few = {"inferenceConfig": {"maxTokens": 5}}
    model = f"arn:{aws.partition}:bedrock:{aws.region}::foundation-model/{MODEL}"
    made = aws.call(
        "bedrock", "create_inference_profile", inferenceProfileName=trial.name, modelSource={"copyFrom": model}
    )
    profile = made["inferenceProfileArn"]
    trial.hidden[profile.rsplit("/", 1)[-1]] = "PROFILE"
    cached = [{"text": "Answer in one word. " * (CACHED_CHARACTERS // 20)}, {"cachePoint": {"type": "default"}}]
    large = {"role": "user", "content": [{"text": "word " * (LARGE_CHARACTERS // 5)}]}
    for given in (
        {"modelId": MODEL, "messages": [TURN]},
        {"modelId": profile, "messages": [TURN]},
        {"modelId": MODEL, "messages": [large]},
        {"modelId": MODEL, "messages": [TURN], "system": cached},
        {"modelId": MODEL, "messages": [TURN], "system": cached},
    ):
        trial.call("bedrock-runtime", "converse", **given, **few)
    for event in trial.call("bedrock-runtime", "converse_stream", modelId=MODEL, messages=[TURN], **few)["stream"]:
        del event
    trial.call("bedrock-runtime", "invoke_model", modelId=MODEL, body=BODY)["body"].read()
    for event in trial.call("bedrock-runtime", "invoke_model_with_response_stream", modelId=MODEL, body=BODY)["body"]:
        del event
    # One that is refused.
    trial.ask("bedrock-runtime", "invoke_model", modelId=MODEL, body='{"messages":[]}')
    return {"Converse": 5, "ConverseStream": 1, "InvokeModel": 1, "InvokeModelWithResponseStream": 1}


def _of_records(trial: Trial, found: list[Json]) -> Seen:
    """Names, types and counts of records; no body."""
    records = [each["record"] for each in found]
    shapes = {record["operation"]: type(record.get("output", {}).get("outputBodyJson")).__name__ for record in records}
    apart = [bool(record["input"].get("inputBodyS3Path")) for record in records]
    counts = [
        {
            **{name: value for name, value in record["input"].items() if name.endswith("Count")},
            "usage": _usage(record),
        }
        for record in records
    ]
    trial.keep("cachedApart", counts)
    trial.keep("streamObject", {"fields": sorted({name for record in records for name in record}), "bodies": shapes})
    trial.keep("deliveredLate", [each["lateS"] for each in found])
    cached = [each for each in counts if each.get("cacheReadInputTokenCount")]
    return {
        "stream": sorted({each["stream"] for each in found}),
        "bodies": [sum(apart), all("inputTokenCount" in record["input"] for record in records if "input" in record)],
        "streamObject": {name: shapes.get(name) for name in ("ConverseStream", "InvokeModelWithResponseStream")},
        "cachedApart": [each["inputTokenCount"] == each["usage"].get("inputTokens") for each in cached],
    }


def _usage(record: Json) -> Json:
    body = record.get("output", {}).get("outputBodyJson")
    usage = body.get("usage", {}) if isinstance(body, dict) else {}
    return {name: value for name, value in usage.items() if isinstance(value, int)}


def _of_keys(trial: Trial, logs: list[str], everything: list[str]) -> Seen:
    trial.keep("layout", everything)
    return {
        "layout": [all(KEY.match(key) for key in logs), any("/data/" in key for key in everything)],
        "deliveredLate": all(late < 3 * HOUR_S for late in trial.said["deliveredLate"]),
    }


def _of_metrics(trial: Trial, made: Json) -> Seen:
    """Metrics come some minutes later."""

    def listed() -> list[Json] | None:
        found = list(trial.aws.pages("cloudwatch", "list_metrics", "Metrics", Namespace="AWS/Bedrock"))
        return found if any(each["MetricName"] == "InvocationClientErrors" for each in found) else None

    metrics = trial.wait("the metrics", listed, MEASURED_S)
    dimensions = [{one["Name"]: one["Value"] for one in each["Dimensions"]} for each in metrics]
    names = sorted({each["MetricName"] for each in metrics})
    calls = {name: _sum(trial, name) for name in ("Invocations", "InvocationClientErrors")}
    trial.keep("invocations", {**calls, "made": made, "names": names})
    trial.keep("profileIds", sorted({each.get("ModelId", "") for each in dimensions}))
    profiles = [value for value, word in trial.hidden.items() if word == "PROFILE"]
    return {
        "invocations": calls["Invocations"] <= sum(made.values()),
        "cacheNames": [name for name in names if "Cache" in name],
        "profileIds": [each.get("ModelId") in profiles for each in dimensions].count(True) > 0,
        "tiersAgain": sorted({"+".join(sorted(each)) for each in dimensions}),
    }


def _sum(trial: Trial, name: str) -> float:
    now = round(time.time())
    answer = trial.call(
        "cloudwatch",
        "get_metric_statistics",
        Namespace="AWS/Bedrock",
        MetricName=name,
        Dimensions=[{"Name": "ModelId", "Value": MODEL}],
        StartTime=now - HOUR_S,
        EndTime=now + 60,
        Period=HOUR_S,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def _of_names(trial: Trial) -> Seen:
    """Of AWS's own routers and profiles."""
    routers = list(trial.aws.pages("bedrock", "list_prompt_routers", "promptRouterSummaries"))
    default = next((each["promptRouterArn"] for each in routers if each.get("type") == "default"), None)
    tags = trial.ask("bedrock", "list_tags_for_resource", resourceARN=default) if default else {"code": "no router"}
    routes: dict[str, set[str]] = {}
    summaries = "inferenceProfileSummaries"
    for profile in trial.aws.pages("bedrock", "list_inference_profiles", summaries, typeEquals="SYSTEM_DEFINED"):
        places = {model["modelArn"].split(":")[3].split("-")[0] for model in profile["models"]}
        routes.setdefault(profile["inferenceProfileId"].split(".")[0], set()).update(places)
    return {
        "routerTags": code_of(tags) or len(tags.get("tags", [])),
        "profileRouting": {prefix: sorted(places) for prefix, places in sorted(routes.items())},
    }


def _policy(statement: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
