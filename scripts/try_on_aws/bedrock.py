"""Bedrock: what its logs, metrics and names look like, of a dozen calls of one small model. Bodies are counted, never kept."""

import json
import re
import time

from try_on_aws.buckets import empty_bucket, make_bucket
from try_on_aws.roles import drop_role
from try_on_aws.trial import Json, Seen, Trial, code_of

# Some cents for a million tokens. In most regions it is called by a profile.
MODEL = "amazon.nova-micro-v1:0"
SHORT, LARGE_CHARACTERS, CACHED_CHARACTERS = "Say one word.", 120_000, 8_000
LOGGED_S, MEASURED_S, MINUTE_S = 600, 1200, 60
# More than a handful of calls that came through would be mistaken for.
REFUSED = 4
KEY = re.compile(r"AWSLogs/\d{12}/BedrockModelInvocationLogs/[\w-]+/\d{4}/\d\d/\d\d/\d\d/(data/)?[^/]+\.json\.gz")
TURN = {"role": "user", "content": [{"text": SHORT}]}
BODY = json.dumps({"messages": [TURN], "inferenceConfig": {"maxTokens": 5}})
SUMMARIES = "inferenceProfileSummaries"


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
        trial, aws, account = self.trial, self.trial.aws, self.trial.aws.account
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
        make_bucket(trial, self.bucket)
        trial.call("s3", "put_bucket_policy", Bucket=self.bucket, Policy=_policy(may_put))
        trial.call("logs", "create_log_group", logGroupName=self.group)
        trial.call("iam", "create_role", RoleName=self.role, AssumeRolePolicyDocument=_policy(trust))
        trial.call("iam", "put_role_policy", RoleName=self.role, PolicyName="all", PolicyDocument=_policy(may_log))
        # Bedrock tries to write, and cannot take a new role in its first seconds.
        put = trial.until(self._put, lambda answer: "code" not in answer)
        if "code" in put:
            raise ValueError(f"model invocation logging cannot be switched on: {put['words']}")

    def _put(self) -> Json:
        role = f"arn:{self.trial.aws.partition}:iam::{self.trial.aws.account}:role/{self.role}"
        config = {
            "cloudWatchConfig": {
                "logGroupName": self.group,
                "roleArn": role,
                "largeDataDeliveryS3Config": {"bucketName": self.bucket, "keyPrefix": "large"},
            },
            "s3Config": {"bucketName": self.bucket},
            "textDataDeliveryEnabled": True,
        }
        return self.trial.ask("bedrock", "put_model_invocation_logging_configuration", loggingConfig=config)

    def stop(self) -> None:
        """Switch it off, if it is the trial's."""
        found = self.trial.ask("bedrock", "get_model_invocation_logging_configuration").get("loggingConfig", {})
        if found.get("cloudWatchConfig", {}).get("logGroupName") == self.group:
            self.trial.drop("bedrock", "delete_model_invocation_logging_configuration")

    def records(self, count: int) -> list[Json]:
        """As they are in CloudWatch, once so many came through: each with its stream and how late it came.

        Bedrock writes a line of its own there as well, that it may: no JSON.
        """

        def found() -> list[Json]:
            events = self.trial.aws.pages("logs", "filter_log_events", "events", logGroupName=self.group)
            return [_logged(event) for event in events if event["message"].startswith("{")]

        def all_there(found: list[Json]) -> bool:
            return sum(not each["refused"] for each in found) >= count

        return list(self.trial.until(found, all_there, LOGGED_S))

    def objects(self) -> Json:
        """The objects in the bucket: when each came, by its key."""
        found = self.trial.aws.pages("s3", "list_objects_v2", "Contents", Bucket=self.bucket)
        return {item["Key"]: item["LastModified"].timestamp() for item in found}


def _logged(event: Json) -> Json:
    record = json.loads(event["message"])
    return {
        "stream": event["logStreamName"],
        "lateS": round((event["ingestionTime"] - event["timestamp"]) / 1000),
        "refused": "errorCode" in record,
        "record": record,
    }


def check(trial: Trial) -> Seen:
    """A dozen calls of a small model, of 0.01 USD at most, with logging switched on for them."""
    logging = Logging(trial)
    logging.start()
    seen, calls, begun = _of_names(trial), Calls(trial, _model(trial)), time.time()
    made = calls.make()
    records = logging.records(sum(made.values()))

    def there(keys: Json) -> bool:
        logs = [key for key in keys if key.startswith("AWSLogs/") and key.endswith(".gz")]
        return any("/data/" in key for key in logs) and any("/data/" not in key for key in logs)

    keys = trial.until(logging.objects, there, LOGGED_S)
    # One went by the trial's own profile.
    metrics = _of_metrics(trial, calls, begun, sum(made.values()) - 1)
    return seen | _of_records(trial, records) | _of_keys(trial, keys, begun) | metrics


def gone(trial: Trial) -> None:
    """Switch logging off, and delete its places and the profile."""
    logging = Logging(trial)
    logging.stop()
    drop_role(trial, "bedrock")
    trial.drop("logs", "delete_log_group", logGroupName=logging.group)
    empty_bucket(trial, logging.bucket)
    for profile in trial.aws.pages("bedrock", "list_inference_profiles", SUMMARIES, typeEquals="APPLICATION"):
        if profile["inferenceProfileName"] == trial.name:
            trial.drop("bedrock", "delete_inference_profile", inferenceProfileIdentifier=profile["inferenceProfileArn"])


def _model(trial: Trial) -> tuple[str, str]:
    """How the model is called here, and its ARN: by its id, or by a profile of AWS's."""
    details = trial.call("bedrock", "get_foundation_model", modelIdentifier=MODEL)["modelDetails"]
    if "ON_DEMAND" in details.get("inferenceTypesSupported", []):
        return MODEL, str(details["modelArn"])
    for profile in trial.aws.pages("bedrock", "list_inference_profiles", SUMMARIES, typeEquals="SYSTEM_DEFINED"):
        if profile["inferenceProfileId"].endswith(f".{MODEL}"):
            return profile["inferenceProfileId"], profile["inferenceProfileArn"]
    raise ValueError(f"{MODEL} cannot be called in {trial.aws.region}: take another --region")


class Calls:
    """Those that are made of the model, and of a profile of the trial's over it."""

    def __init__(self, trial: Trial, model: tuple[str, str]) -> None:
        self.trial, (self.model, arn) = trial, model
        source = {"copyFrom": arn}
        made = trial.call("bedrock", "create_inference_profile", inferenceProfileName=trial.name, modelSource=source)
        self.profile = str(made["inferenceProfileArn"])
        trial.hidden[self.profile_id] = "PROFILE"

    @property
    def profile_id(self) -> str:
        """The short one."""
        return self.profile.rsplit("/", 1)[-1]

    def make(self) -> Json:
        """How many came through, by operation."""
        model, few = {"modelId": self.model}, {"inferenceConfig": {"maxTokens": 5}}
        cached = [{"text": "Answer in one word. " * (CACHED_CHARACTERS // 20)}, {"cachePoint": {"type": "default"}}]
        large = {"role": "user", "content": [{"text": "word " * (LARGE_CHARACTERS // 5)}]}
        for given in (
            {**model, "messages": [TURN]},
            {"modelId": self.profile, "messages": [TURN]},
            {**model, "messages": [large]},
            {**model, "messages": [TURN], "system": cached},
            {**model, "messages": [TURN], "system": cached},
        ):
            self._runtime("converse", **given, **few)
        for event in self._runtime("converse_stream", **model, messages=[TURN], **few)["stream"]:
            del event
        self._runtime("invoke_model", **model, body=BODY)["body"].read()
        for event in self._runtime("invoke_model_with_response_stream", **model, body=BODY)["body"]:
            del event
        for _ in range(REFUSED):
            self.trial.ask("bedrock-runtime", "invoke_model", **model, body='{"messages":[]}')
        return {"Converse": 5, "ConverseStream": 1, "InvokeModel": 1, "InvokeModelWithResponseStream": 1}

    def _runtime(self, operation: str, **given: object) -> Json:
        return self.trial.call("bedrock-runtime", operation, **given)


def _of_records(trial: Trial, found: list[Json]) -> Seen:
    """Names, types and counts of records; no body."""
    records = [each["record"] for each in found if not each["refused"]]
    shapes = {record["operation"]: type(record.get("output", {}).get("outputBodyJson")).__name__ for record in records}
    inputs = [record.get("input", {}) for record in records]
    counts = [
        {**{name: value for name, value in given.items() if name.endswith("Count")}, "usage": _usage(record)}
        for given, record in zip(inputs, records, strict=True)
    ]
    trial.keep("cachedApart", counts)
    trial.keep("streamObject", {"fields": sorted({name for record in records for name in record}), "bodies": shapes})
    trial.keep("repeats", {"records": len(found), "requests": len({each["record"].get("requestId") for each in found})})
    cached = [each for each in counts if each.get("cacheReadInputTokenCount")]
    return {
        "stream": sorted({each["stream"] for each in found}),
        "bodies": [
            sum("inputBodyS3Path" in given for given in inputs),
            len(inputs) > 0 and all("inputTokenCount" in given for given in inputs),
        ],
        "streamObject": {name: shapes.get(name) for name in ("ConverseStream", "InvokeModelWithResponseStream")},
        "cachedApart": [each.get("inputTokenCount") == each["usage"].get("inputTokens") for each in cached],
        "deliveredLate": max((each["lateS"] for each in found), default=None),
    }


def _usage(record: Json) -> Json:
    body = record.get("output", {}).get("outputBodyJson")
    usage = body.get("usage", {}) if isinstance(body, dict) else {}
    return {name: value for name, value in usage.items() if isinstance(value, int)}


def _of_keys(trial: Trial, keys: Json, begun: float) -> Seen:
    """Where the objects lie; those of `large` belong to CloudWatch's records."""
    trial.keep("layout", sorted(keys))
    trial.keep("deliveredLate", {key: round(at - begun) for key, at in keys.items()})
    logs = [key for key in keys if key.startswith("AWSLogs/") and key.endswith(".gz")]
    return {
        "layout": [
            len(logs) > 0 and all(KEY.fullmatch(key) for key in logs),
            any("/data/" in key for key in logs),
        ]
    }


def _of_metrics(trial: Trial, calls: Calls, begun: float, made: int) -> Seen:
    """Metrics come some minutes later, those of the calls that are refused last."""
    start = int(begun) // MINUTE_S * MINUTE_S

    def measured(name: str, model: str) -> Json:
        return {_named(each): _sum(trial, each, start) for each in _metrics(trial, name, model)}

    def counted() -> list[float | None]:
        names = ("Invocations", "InvocationClientErrors")
        return [measured(name, calls.model).get("ModelId") for name in names]

    def all_there(found: list[float | None]) -> bool:
        through, refused = found
        return (through or 0) >= made and (refused or 0) >= REFUSED and bool(_metrics(trial, "", calls.profile_id))

    through, refused = trial.until(counted, all_there, MEASURED_S)
    found = [each for model in (calls.model, calls.profile_id) for each in _metrics(trial, "", model)]
    names = sorted({each["MetricName"] for each in found})
    by_dimensions = measured("Invocations", calls.model)
    trial.keep("cacheNames", names)
    trial.keep("tiersAgain", by_dimensions)
    return {
        "invocations": {"made": made, "Invocations": through, "InvocationClientErrors": refused},
        "cacheNames": [name for name in names if "Cache" in name],
        "profileIds": bool(_metrics(trial, "", calls.profile_id)),
        "tiersAgain": by_dimensions,
    }


def _metrics(trial: Trial, name: str, model: str) -> list[Json]:
    """Metrics of a model; of one name, if it is not empty."""
    given: Json = {"Dimensions": [{"Name": "ModelId", "Value": model}], **({"MetricName": name} if name else {})}
    return list(trial.aws.pages("cloudwatch", "list_metrics", "Metrics", Namespace="AWS/Bedrock", **given))


def _named(metric: Json) -> str:
    return "+".join(sorted(one["Name"] for one in metric["Dimensions"]))


def _sum(trial: Trial, metric: Json, start: int) -> float:
    answer = trial.call(
        "cloudwatch",
        "get_metric_statistics",
        Namespace=metric["Namespace"],
        MetricName=metric["MetricName"],
        Dimensions=metric["Dimensions"],
        StartTime=start,
        EndTime=round(time.time()) + MINUTE_S,
        Period=MINUTE_S,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def _of_names(trial: Trial) -> Seen:
    """Of AWS's own routers and profiles."""
    routers = trial.ask("bedrock", "list_prompt_routers", type="default")
    default = next((each["promptRouterArn"] for each in routers.get("promptRouterSummaries", [])), None)
    tags = trial.ask("bedrock", "list_tags_for_resource", resourceARN=default) if default else {"code": "no router"}
    trial.keep("routerTags", [code_of(routers), tags])
    routes: dict[str, set[str]] = {}
    for profile in trial.aws.pages("bedrock", "list_inference_profiles", SUMMARIES, typeEquals="SYSTEM_DEFINED"):
        # The one of all regions names a model without any.
        places = {model["modelArn"].split(":")[3].split("-")[0] for model in profile["models"]}
        routes.setdefault(profile["inferenceProfileId"].split(".")[0], set()).update(places)
    return {
        "routerTags": code_of(tags) or len(tags.get("tags", [])),
        "profileRouting": {prefix: sorted(places) for prefix, places in sorted(routes.items())},
    }


def _policy(statement: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
