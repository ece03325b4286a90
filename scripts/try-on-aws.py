#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["boto3>=1.41"]
# ///
"""Asks AWS what docs/aws-assumptions.md only assumes: an afternoon with an account that may be played with.

It deploys a server under a name of its own, asks what CHECKS lists, writes AWS's answers to a file without secrets, and deletes
all that it made, also when something fails on the way. Nobody of us has run it on an account yet: it was read, and tried on the
doubles (test/e2e/deploy-script/try-on-aws.test.ts).

    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1 --plan    # says what it would do, and what that costs
    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1
    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1 --destroy NAME    # what a run that died has left
"""

import argparse
import json
import re
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "deploy"))

from deployer.app import read_app  # noqa: E402
from deployer.aws import Aws, AwsError  # noqa: E402
from deployer.console import Console  # noqa: E402
from deployer.deploying import DeployRequest, deploy  # noqa: E402
from deployer.destroying import destroy  # noqa: E402
from deployer.error import DeployError  # noqa: E402
from deployer.keys import all_keys, keys_of  # noqa: E402
from deployer.stack import Stack, find_stack, need_stack  # noqa: E402
from deployer.waiting import pause  # noqa: E402

Json = dict[str, Any]

PREFIX = "try-on-aws-"
OUT = ROOT / "rigs/recorded/aws.json"
ANSWER_S, READY_S, PAUSE_S = 60, 300, 3
COST = (
    "It costs some cents: an image of 0.2 GB for as long as it lies there, some dozen requests and function calls, queries "
    "over a kilobyte of log, Athena queries that scan nothing. It makes a stack, an image repository, an API key, a log group "
    "and a workgroup, all named {name}, and deletes them."
)


@dataclass
class Trial:
    """What the checks share."""

    aws: Aws
    console: Console
    name: str
    secret: list[str] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        """As it is now."""
        return need_stack(self.aws, self.name)

    @property
    def key(self) -> str:
        """The key's value, which is in no answer that is written down."""
        keys = keys_of(self.aws, self.stack)
        value = keys.value(keys.live()[0].name)
        self.secret.append(value)
        return value

    def ask(self, path: str = "", key: str | None = None, message: Json | None = None) -> Json:
        """Status, headers and the beginning of the body, as a client gets them; a path stands in place of /mcp."""
        url = self.stack.output("Url")
        headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        if key is not None:
            headers["x-api-key"] = key
        body = json.dumps(message or _initialize()).encode()
        where = url.removesuffix("/mcp") + path if path else url
        request = urllib.request.Request(where, body, headers, method="POST")  # noqa: S310 - the stack's own output
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                return _described(answer.status, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            return _described(error.code, dict(error.headers), error.read().decode(errors="replace"))

    def refusal(self, service: str, operation: str, **given: Any) -> Json:  # noqa: ANN401 - as boto3 takes it
        """What AWS says when it does not do something."""
        try:
            return {"answers": self.aws.call(service, operation, **given)}
        except AwsError as error:
            return {"code": error.code, "message": error.said}


def _initialize() -> Json:
    client = {"name": "try-on-aws", "version": "1"}
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


def _described(status: int, headers: dict[str, str], body: str) -> Json:
    return {"status": status, "headers": {name.lower(): value for name, value in headers.items()}, "body": body[:500]}


def refusals(trial: Trial) -> Json:
    """A key that is missing, wrong, right."""
    return {"none": trial.ask(), "wrong": trial.ask(key="x" * 40), "right": trial.ask(key=trial.key)}


def paths(trial: Trial) -> Json:
    """What is not there, and a slash at the end."""
    key = trial.key
    return {"path": trial.ask("/nowhere", key), "slash": trial.ask("/mcp/", key), "register": trial.ask("/register")}


def headers_of_streams(trial: Trial) -> Json:
    """What API Gateway adds to an answer with a body, and to one without."""
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    return {"answer": trial.ask(key=trial.key), "noBody": trial.ask(key=trial.key, message=note)}


def tags_of_keys(trial: Trial) -> Json:
    """Whether listing keys tells their tags, by which deploy.py knows its own."""
    return {"found": len(all_keys(trial.aws, trial.name))}


def outputs_alone(trial: Trial) -> Json:
    """Whether a change of what is remembered, and nothing else, can be deployed."""
    _deploy(trial, ["RateLimit=10"])
    return {"status": trial.stack.status, "remembered": trial.stack.outputs.get("SetByHand", "")}


def account(trial: Trial) -> Json:
    """How many functions run at once."""
    limits: Json = trial.aws.call("lambda", "get_account_settings")["AccountLimit"]
    return {name: limits.get(name) for name in ("ConcurrentExecutions", "UnreservedConcurrentExecutions")}


EVENTS = [{"n": 128000000, "a": "x", "input": {"list": [{"v": 3}]}}, {"b": "1.5"}]
INSIGHTS = {
    "jsonParse": "fields jsonParse(@message) as m | display m.input.list[0].v, m.n",
    "missingIsNotEqual": 'filter a != "x" | display b',
    "sumOfNothing": "stats sum(c) as s, count(*) as n by a",
    "statsOfNothing": 'filter a = "nobody" | stats count(*) as n',
    "numbers": "stats sum(n) as s",
    "concatOfMissing": 'fields concat("<", c, ">") as t | display t',
    "coalesce": 'fields coalesce(c, "none") as t | display t',
    "textIsNumeric": "stats sum(b) as s",
}


def insights(trial: Trial) -> Json:
    """What Logs Insights makes of two events."""
    group = {"logGroupName": f"/{trial.name}"}
    try:
        trial.aws.call("logs", "create_log_group", **group)
        trial.aws.call("logs", "create_log_stream", **group, logStreamName="one")
        now = round(time.time() * 1000)
        events = [{"timestamp": now, "message": json.dumps(event)} for event in EVENTS]
        trial.aws.call("logs", "put_log_events", **group, logStreamName="one", logEvents=events)
        _until_ready(trial, group)
        return {name: _query(trial, group, text) for name, text in INSIGHTS.items()}
    finally:
        trial.refusal("logs", "delete_log_group", **group)


def _until_ready(trial: Trial, group: Json) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and len(_query(trial, group, "fields @message").get("rows", [])) < len(EVENTS):
        pause(PAUSE_S)


def _query(trial: Trial, group: Json, text: str) -> Json:
    now = round(time.time())
    started = trial.refusal("logs", "start_query", **group, startTime=now - 3600, endTime=now + 60, queryString=text)
    if "answers" not in started:
        return started
    end = time.monotonic() + ANSWER_S
    while True:
        found = trial.aws.call("logs", "get_query_results", queryId=started["answers"]["queryId"])
        if found["status"] not in ("Scheduled", "Running") or time.monotonic() > end:
            rows = [
                {cell["field"]: cell.get("value") for cell in row if cell["field"] != "@ptr"}
                for row in found["results"]
            ]
            return {"status": found["status"], "rows": rows}
        pause(PAUSE_S)


def workgroups(trial: Trial) -> Json:
    """What Athena says of places for results."""
    group = {"WorkGroup": trial.name}
    sql = {"QueryString": "SELECT coalesce(NULL, 1) AS one, NULL AS nothing"}
    place = {"ResultConfiguration": {"OutputLocation": "s3://nobodys-bucket/"}}
    try:
        managed = {"ManagedQueryResultsConfiguration": {"Enabled": True}}
        made = trial.refusal("athena", "create_work_group", Name=trial.name, Configuration=managed)
        return {
            "made": made.get("code", "yes"),
            "withPlace": trial.refusal("athena", "start_query_execution", **sql, **group, **place),
            "managed": _athena(trial, {**sql, **group}),
            "missing": trial.refusal("athena", "start_query_execution", **sql, WorkGroup=f"{trial.name}-none"),
        }
    finally:
        trial.refusal("athena", "delete_work_group", **group, RecursiveDeleteOption=True)


def _athena(trial: Trial, given: Json) -> Json:
    started = trial.refusal("athena", "start_query_execution", **given)
    if "answers" not in started:
        return started
    query = {"QueryExecutionId": started["answers"]["QueryExecutionId"]}
    end = time.monotonic() + ANSWER_S
    while True:
        status = trial.aws.call("athena", "get_query_execution", **query)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            return {"state": status["State"], "results": trial.refusal("athena", "get_query_results", **query)}
        if time.monotonic() > end:
            return {"state": status["State"]}
        pause(PAUSE_S)


# In order: what is asked, what it does, and the lines of rigs/assumptions.ts that its answer settles.
CHECKS: tuple[tuple[str, Callable[[Trial], Json], tuple[str, ...]], ...] = (
    ("refusals", refusals, ()),
    ("paths", paths, ("unknownStage", "slash")),
    ("headers", headers_of_streams, ("contentType",)),
    ("tags", tags_of_keys, ()),
    ("outputs", outputs_alone, ("outputsAlone",)),
    ("account", account, ("leftUnreserved",)),
    (
        "insights",
        insights,
        (
            *("functions", "jsonParseDepth", "missingIsNotEqual", "sumOfNothing", "statsOfNothing", "numbers"),
            *("concatOfMissing", "textIsNumeric"),
        ),
    ),
    ("workgroups", workgroups, ("managedWords", "refusedWorkGroup", "headerRow")),
)


def _deploy(trial: Trial, settings: list[str]) -> None:
    app = read_app(ROOT / "deploy/apps/bedrock_spend")
    request = DeployRequest(
        app=app,
        usual=app,
        stack=trial.name,
        asked={"Source": "metrics:"},
        settings=settings,
        unset=[],
        tags=[],
        untag=[],
        role=None,
        builder=None,
        base_image=None,
        rebuild=False,
        plan=False,
        show=False,
    )
    deploy(trial.aws, trial.console, request)


def answers(trial: Trial) -> Iterator[tuple[str, Json]]:
    """Ask one after the other; a check that fails tells that, and the next goes on."""
    for name, check, settles in CHECKS:
        trial.console.say(f"- {name}: {(check.__doc__ or '').splitlines()[0]}")
        try:
            found = check(trial)
        except (DeployError, KeyError, ValueError, OSError) as error:
            found = {"failed": f"{type(error).__name__}: {error}"}
        yield name, {"settles": list(settles), **found}


def without_secrets(trial: Trial, found: Json) -> Json:
    """No key, no account, no id of a request; names stand for what there was."""
    text = json.dumps(found, default=str)
    api = trial.stack.outputs.get("ApiId", "")
    known = {**dict.fromkeys(trial.secret, "KEY"), trial.aws.account: "000000000000", trial.name: "STACK"}
    for value, word in {**known, **({api: "API"} if api else {})}.items():
        text = text.replace(value, word)
    text = re.sub(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "UUID", text)
    cleaned: Json = json.loads(text)
    return cleaned


def run(trial: Trial, out: Path) -> None:
    """Deploy, ask, write down, and delete, whatever happens."""
    try:
        _deploy(trial, [])
        found = without_secrets(trial, dict(answers(trial)))
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"region": trial.aws.region, "answers": found}, indent=2) + "\n")
        trial.console.say(f"AWS's answers are in {out}: read them before you hand them on.")
    finally:
        clean(trial)


def clean(trial: Trial) -> None:
    """Delete all that has the name, of checks that died as well."""
    trial.refusal("logs", "delete_log_group", logGroupName=f"/{trial.name}")
    trial.refusal("athena", "delete_work_group", WorkGroup=trial.name, RecursiveDeleteOption=True)
    destroy(trial.aws, Console(agrees=True), trial.name)


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="Asks AWS what docs/aws-assumptions.md only assumes")
    parser.add_argument("--account", required=True, help="the sandbox; any other is refused")
    parser.add_argument("--region", required=True)
    parser.add_argument("--profile")
    parser.add_argument("--out", type=Path, default=OUT, help="where the answers go")
    parser.add_argument("--plan", action="store_true", help="say what it would do, and do nothing")
    parser.add_argument("--destroy", metavar="NAME", help="delete what a run that died has left")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    given = parser.parse_args()
    console = Console(agrees=given.yes)
    try:
        aws = Aws(region=given.region, profile=given.profile)
        if aws.account != given.account:
            raise DeployError(f"You are signed in to the account {aws.account}, not {given.account}: nothing was done.")
        name = given.destroy or f"{PREFIX}{secrets.token_hex(3)}"
        if not name.startswith(PREFIX):
            raise DeployError(f"{name} is not one of this script's: their names begin with {PREFIX}.")
        if given.destroy:
            clean(Trial(aws, console, name))
            return 0
        console.say(COST.format(name=name))
        for check, asks, settles in CHECKS:
            console.say(f"  {check}: {(asks.__doc__ or '').splitlines()[0]} {', '.join(settles)}".rstrip())
        if given.plan:
            return 0
        if find_stack(aws, name):
            raise DeployError(f"There is a stack {name} already.")
        console.confirm(f"Do this in the account {aws.account}, {aws.region}?")
        run(Trial(aws, console, name), given.out)
    except DeployError as failure:
        console.say(f"try-on-aws.py: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
