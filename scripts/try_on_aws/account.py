"""What is only read of an account, or made and deleted at once: metrics, quotas, its bill, an archived object, a table."""

import datetime
import re
import time
from concurrent.futures import ThreadPoolExecutor

from try_on_aws.buckets import empty_bucket, make_bucket
from try_on_aws.trial import Json, Seen, Trial, code_of

DAY_S, METRIC_S, CELL_S = 86_400, 300, 300
# Of one cell.
SINCE_S = 120
# Of line, the service and what the quota's name holds.
QUOTAS = {
    "tooManyQueries": ("logs", "quer"),
    "filterSpeed": ("logs", "FilterLogEvents"),
    "callsPerSecond": ("monitoring", "GetMetricData"),
}
# Words by which people know the models of Bedrock, whoever sells them.
SOLD = re.compile(
    "bedrock|claude|anthropic|nova|titan|llama|mistral|cohere|ai21|jamba|stability|deepseek|qwen", re.IGNORECASE
)
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE", "GLACIER_IR")
# Where Cost Explorer is, for all regions.
BILLED_IN = "us-east-1"
ITEM_BYTES, BATCH, WRITERS = 409_600, 25, 8


def metrics(trial: Trial) -> Seen:
    """How CloudWatch cuts time into cells, and what it refuses; its one metric goes by itself, in time."""
    now = round(time.time())
    # Some whole minutes into a cell that has ended: CloudWatch cuts a start to its minute.
    middle = now - now % CELL_S - 2 * CELL_S + SINCE_S
    point = {"MetricName": "calls", "Timestamp": middle + 90, "Value": 1.0}
    trial.call("cloudwatch", "put_metric_data", Namespace=trial.name, MetricData=[point])

    def asked(count: int, start: int, period: int) -> Json:
        metric = {"Namespace": trial.name, "MetricName": "calls"}
        stat = {"Metric": metric, "Period": period, "Stat": "Sum"}
        queries = [{"Id": f"q{index}", "MetricStat": stat} for index in range(count)]
        return trial.ask("cloudwatch", "get_metric_data", MetricDataQueries=queries, StartTime=start, EndTime=now + 60)

    def cells(start: int, period: int = CELL_S) -> list[int]:
        found = asked(1, start, period).get("MetricDataResults", [{}])[0]
        return [round(at.timestamp()) for at in found.get("Timestamps", [])]

    trial.wait("the metric", lambda: cells(middle - SINCE_S), METRIC_S)
    long_ago = now - now % CELL_S - 20 * DAY_S
    names = {0: "start of the request", -SINCE_S: "multiple of the period"}
    return {
        "cellStart": [names.get(at - middle, at - middle) for at in cells(middle)],
        "queriesPerCall": [code_of(asked(count, middle, CELL_S)) for count in (500, 501)],
        # Of sums by the minute, which are not kept that long, and by five.
        "kept": [[code_of(asked(1, long_ago, period)), len(cells(long_ago, period))] for period in (60, 300)],
    }


def quotas(trial: Trial) -> Seen:
    """How often this account may ask: read from Service Quotas, which tells of some quotas what they are by default alone."""
    seen = {}
    for line, (service, words) in QUOTAS.items():
        found = [
            item
            for listing in ("list_aws_default_service_quotas", "list_service_quotas")
            for item in trial.aws.pages("service-quotas", listing, "Quotas", ServiceCode=service)
        ]
        seen[line] = {item["QuotaName"]: item["Value"] for item in found if words.lower() in item["QuotaName"].lower()}
    return seen


def bill(trial: Trial) -> Seen:
    """What Cost Explorer calls Bedrock; four requests, of 0.01 USD each."""
    today = datetime.datetime.now(datetime.UTC).date()
    period = {"Start": f"{today - datetime.timedelta(days=30)}", "End": f"{today}"}

    def named(dimension: str, **given: object) -> list[str]:
        answer = trial.call(
            "ce", "get_dimension_values", region=BILLED_IN, TimePeriod=period, Dimension=dimension, **given
        )
        return [item["Value"] for item in answer["DimensionValues"]]

    def costs(*dimensions: str) -> Json:
        groups = [{"Type": "DIMENSION", "Key": dimension} for dimension in dimensions]
        return trial.ask(
            "ce",
            "get_cost_and_usage",
            region=BILLED_IN,
            TimePeriod=period,
            Granularity="DAILY",
            Metrics=["UnblendedCost"],
            GroupBy=groups,
        )

    services = sorted(name for name in named("SERVICE") if SOLD.search(name))
    wanted = {"Dimensions": {"Key": "SERVICE", "Values": services or ["Amazon Bedrock"]}}
    three, two = costs("SERVICE", "USAGE_TYPE", "REGION"), costs("SERVICE", "USAGE_TYPE")
    days = two.get("ResultsByTime", [])
    return {
        "serviceNames": services,
        "twoGroups": [code_of(two), code_of(three)],
        # Of a month ago, and of yesterday.
        "estimated": [day.get("Estimated") for day in (*days[:1], *days[-1:])],
        "usageTypes": sorted(named("USAGE_TYPE", Filter=wanted)),
    }


def objects(trial: Trial) -> Seen:
    """Whether archived objects can be read."""
    bucket = f"{trial.name}-objects"
    make_bucket(trial, bucket)
    for kind in ARCHIVES:
        trial.call("s3", "put_object", Bucket=bucket, Key=kind, Body=b"a", StorageClass=kind)
    return {"archived": {kind: code_of(trial.ask("s3", "get_object", Bucket=bucket, Key=kind)) for kind in ARCHIVES}}


def objects_gone(trial: Trial) -> None:
    """Delete the bucket."""
    empty_bucket(trial, f"{trial.name}-objects")


def tables(trial: Trial) -> Seen:
    """What DynamoDB refuses, and who wins of those who write at once."""
    table = {"TableName": f"{trial.name}-items"}
    keys = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }

    def put(pk: str, more: Json | None = None, **given: object) -> Json:
        return trial.ask("dynamodb", "put_item", **table, Item={"pk": {"S": pk}, **(more or {})}, **given)

    def first(_: int) -> str:
        return code_of(put("one", ConditionExpression="attribute_not_exists(pk)"))

    def active() -> bool:
        told = trial.call("dynamodb", "describe_table", **table)["Table"]
        return bool(told["TableStatus"] == "ACTIVE")

    def many(count: int) -> Json:
        writes = [{"PutRequest": {"Item": {"pk": {"S": f"{index}"}}}} for index in range(count)]
        return trial.ask("dynamodb", "batch_write_item", RequestItems={table["TableName"]: writes})

    def sized(count: int) -> Json:
        # Names count, too: pk and large, and the key's one letter.
        return put("l", {"large": {"S": "x" * (count - len("pk" + "l" + "large"))}})

    trial.call("dynamodb", "create_table", **table, **keys, BillingMode="PAY_PER_REQUEST")
    trial.wait("the table", active)
    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = sorted(pool.map(first, range(WRITERS)))
    found = trial.call("dynamodb", "get_item", **table, Key={"pk": {"S": "one"}}, ConsistentRead=True)
    wrong = trial.ask("dynamodb", "get_item", **table, Key={"no": {"S": "one"}})
    none = trial.ask("dynamodb", "get_item", TableName=f"{trial.name}-none", Key={"pk": {"S": "one"}})
    return {
        "conditions": [outcomes.count(""), sorted(set(outcomes) - {""}), "Item" in found],
        "itemBytes": [code_of(sized(ITEM_BYTES)), code_of(sized(ITEM_BYTES + 1))],
        "batch": [code_of(many(BATCH)), code_of(many(BATCH + 1))],
        "dynalite": [code_of(wrong), code_of(none)],
    }


def tables_gone(trial: Trial) -> None:
    """Delete the table."""
    trial.drop("dynamodb", "delete_table", TableName=f"{trial.name}-items")
