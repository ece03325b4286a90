"""How a deployed server is: its state, its alarms, its last day, its log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deployer.aws import Aws, Json
from deployer.console import Console, table
from deployer.error import DeployError
from deployer.parameters import CODE
from deployer.stack import SET_BY_HAND, Stack, resources, trouble_of
from deployer.template import parameters_of_stack
from deployer.waiting import pause

FOLLOW_S = 2
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def status_of(aws: Aws, stack: Stack) -> Json:
    """Everything that `status` tells."""
    parameters = parameters_of_stack(aws, stack.name)
    given = stack.parameters
    image = given.get("ImageUri", "")
    by_hand = stack.outputs.get(SET_BY_HAND, "").split()
    return {
        "stack": stack.name,
        "region": aws.region,
        "state": stack.status,
        "trouble": trouble_of(aws, stack),
        "url": stack.outputs.get("Url"),
        **({"code": given["CodeKey"]} if stack.package == "zip" else {"image": _image_tags(aws, image)}),
        "settings": {
            name: value
            for name, value in given.items()
            if name not in CODE
            and name in parameters
            and (value != (parameters[name].default or "") or name in by_hand)
        },
        "alarms": _ringing(aws, stack),
        "last_day": _last_day(aws, stack.outputs["FunctionName"]) if "FunctionName" in stack.outputs else {},
    }


def status_text(status: Json) -> str:
    """For people."""
    day = status["last_day"]
    rows: list[tuple[str, ...]] = [("state", status["state"])]
    if status["trouble"]:
        rows.append(("trouble", status["trouble"]))
    if not status["url"]:
        return table(rows)
    rows += [
        ("url", status["url"]),
        *((name, status[name]) for name in ("code", "image") if status.get(name)),
        *((name, value) for name, value in status["settings"].items()),
        ("alarms", ", ".join(status["alarms"]) or "none rings"),
        ("last day", f"{day.get('calls', 0)} invocations, {day.get('errors', 0)} errors"),
    ]
    return table(rows)


def _image_tags(aws: Aws, uri: str) -> str | None:
    if not uri:
        return None
    name, _, digest = uri.rpartition("/")[2].partition("@")
    found = aws.call("ecr", "batch_get_image", repositoryName=name, imageIds=[{"imageDigest": digest}])
    return ", ".join(sorted({image["imageId"].get("imageTag", "") for image in found["images"]} - {""})) or uri


def _ringing(aws: Aws, stack: Stack) -> list[str]:
    names = {
        item["PhysicalResourceId"]: item["LogicalResourceId"]
        for item in resources(aws, stack.name)
        if item["ResourceType"] == "AWS::CloudWatch::Alarm" and item.get("PhysicalResourceId")
    }
    alarms = aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNames=sorted(names)) if names else ()
    return sorted(names[alarm["AlarmName"]] for alarm in alarms if alarm["StateValue"] == "ALARM")


def _last_day(aws: Aws, function: str) -> dict[str, int]:
    end = datetime.now(UTC)
    metrics = {"calls": "Invocations", "errors": "Errors"}
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "FunctionName", "Value": function}],
                },
                "Period": 3600,
                "Stat": "Sum",
            },
        }
        for name, metric in metrics.items()
    ]
    answer = aws.call(
        "cloudwatch", "get_metric_data", MetricDataQueries=queries, StartTime=end - timedelta(days=1), EndTime=end
    )
    return {result["Id"]: round(sum(result["Values"])) for result in answer["MetricDataResults"]}


def show_log(aws: Aws, console: Console, group: str, *, since: str, follow: bool) -> None:
    """Show the function's log, and what comes while one waits."""
    start = datetime.now(UTC) - _duration(since)
    seen: set[str] = set()
    while True:
        for event in _events(aws, group, start):
            if event["eventId"] not in seen:
                seen.add(event["eventId"])
                when = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                console.show(f"{when:%Y-%m-%dT%H:%M:%SZ} {event['message'].rstrip()}")
                # Events come late, but not by more than this.
                start = max(start, when - timedelta(minutes=2))
        if not follow:
            return
        pause(FOLLOW_S)


def _events(aws: Aws, group: str, start: datetime) -> Iterator[Json]:
    begin = int(start.timestamp() * 1000)
    return aws.pages("logs", "filter_log_events", "events", logGroupName=group, startTime=begin)


def _duration(text: str) -> timedelta:
    if not text[:-1].isdigit() or text[-1] not in UNITS_S:
        raise DeployError(f"--since {text}: write a number and s, m, h or d, like 30m.")
    return timedelta(seconds=int(text[:-1]) * UNITS_S[text[-1]])
