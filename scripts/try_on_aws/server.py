"""Lambda and API Gateway: a server of one's own, deployed as anybody deploys one, that tells what it sees of them."""

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from deployer.app import read_app
from deployer.deploying import DeployRequest, deploy
from deployer.destroying import destroy
from deployer.keys import all_keys, keys_of
from deployer.own_permissions import Options, own_policy
from deployer.stack import Stack, need_stack, resources
from deployer.waiting import pause

from try_on_aws.roles import drop_role, taken
from try_on_aws.trial import Json, Seen, Trial, code_of

ROOT = Path(__file__).parent.parent.parent
PROBE, PRODUCT = Path(__file__).parent / "probe", ROOT / "deploy/apps/bedrock_spend"
NO_INSTANCE = "00000000-0000-4000-8000-000000000000"
CHANGED_S = 60
ANSWER_S, LEFT_S, FROZEN_S, TICKS = 60, 5, 5, 10
SILENT_S = 305
# Of an answer; others tell of the request, or of where it came along.
HEADERS = re.compile("content-|transfer-|.*www-authenticate|x-amzn-errortype|retry-after")
# More than Lambda takes, less than API Gateway does.
TOO_LARGE = 7_000_000
INITIALIZE: Json = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "try-on-aws", "version": "1"},
    },
}


class Deployed:
    """A stack of the trial's, of the check's own: AWS may not give a bucket's name out again for a while. And how it is asked."""

    def __init__(self, trial: Trial, of: str) -> None:
        self.trial, self.name = trial, f"{trial.name}-{of}"

    @property
    def stack(self) -> Stack:
        """As it is now."""
        return need_stack(self.trial.aws, self.name)

    def deploy(self, app: Path, *settings: str, asked: Json | None = None) -> None:
        """As deploy.py does."""
        request = DeployRequest(
            app=read_app(app),
            stack=self.name,
            asked=asked or {},
            settings=settings,
        )
        deploy(self.trial.aws, self.trial.console, request)
        self.trial.hidden[self.stack.outputs.get("ApiId", self.trial.name)] = "API"

    @property
    def key(self) -> str:
        """The key's value, which is in no answer that is written down."""
        keys = keys_of(self.trial.aws, self.stack)
        value = keys.value(keys.live()[0].name)
        self.trial.hidden[value] = "KEY"
        return value

    def ask(
        self, headers: dict[str, str], *, stage: str | None = None, path: str = "/mcp", body: bytes | None = None
    ) -> Json:
        """Status, headers and body, as a client gets them."""
        api, named, _ = self.stack.output("Url").rsplit("/", 2)
        where = f"{api}/{stage or named}{path}"
        usual = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        sent = json.dumps(INITIALIZE).encode() if body is None else body
        request = urllib.request.Request(where, sent, {**usual, **headers}, method="POST")  # noqa: S310 - the stack's
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                return _told(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return _told(error.code, dict(error.headers), error.read())
        except (OSError, http.client.HTTPException) as error:
            return {"status": 0, "headers": {}, "body": type(error).__name__}

    def probe(self, name: str, headers: dict[str, str] | None = None, **given: str) -> Json:
        """Ask the probe; its key lets it in, unless there are other headers."""
        way = {"x-api-key": self.key} if headers is None else headers
        return self.ask({**way, "x-probe": name, **{f"x-{word}": value for word, value in given.items()}})

    def patiently(self, status: int, headers: dict[str, str]) -> int:
        """A change of the API is not everywhere at once."""
        found = self.trial.until(lambda: self.ask(headers)["status"], lambda found: bool(found == status), CHANGED_S)
        return int(found)

    def instance(self, of: str = "") -> Json:
        """What an instance tells of itself; of one there are, the one of that id."""

        def found() -> Json:
            told: Json = json.loads(self.probe("instance")["body"])
            return told

        told: Json = self.trial.until(found, lambda told: of in ("", told["id"]), CHANGED_S)
        return told

    def leave(self, seconds: float) -> str:
        """Ask for two seconds of answer, and go before its end; the instance that is left."""
        url = urlsplit(self.stack.output("Url"))
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.netloc, timeout=ANSWER_S)
        connection.request("POST", url.path, "{}", {"x-api-key": self.key, "x-probe": "slow"})
        instance = connection.getresponse().read(len(NO_INSTANCE)).decode()
        pause(seconds)
        connection.close()
        return instance


def _told(status: int, headers: dict[str, str], body: bytes) -> Json:
    text = body.decode(errors="replace")
    kept = {name.lower(): value for name, value in headers.items() if HEADERS.match(name.lower())}
    return {"status": status, "headers": kept, "body": text[:4000]}


def check(trial: Trial) -> Seen:
    """A zip, as any server of one's own, which is asked with and without a key."""
    server = Deployed(trial, "server")
    server.deploy(PROBE)
    return {"zips": True, "moto": True, **_of_function(server), **_of_api(server)}


def _of_function(server: Deployed) -> Seen:
    event = server.probe("event")
    told = json.loads(event["body"])
    before = server.instance()
    pause(FROZEN_S)
    after = server.instance(before["id"])
    alone = server.leave(0.5)
    pause(LEFT_S)
    left = server.instance(alone)
    bare = server.probe("bare")
    for line, said in (("shapes", told), ("frozen", [before, after]), ("neverCancelled", left), ("noMetadata", bare)):
        server.trial.keep(line, said)
    return {
        "shapes": told["event"],
        "contentLength": told["contentLength"],
        "metadata": [event["status"], event["headers"].get("content-type")],
        "noMetadata": bare["status"],
        "frozen": after["ticks"] - before["ticks"] < TICKS if before["id"] == after["id"] else "another instance",
        "neverCancelled": left["ended"] if alone == left["id"] else "another instance",
        "resultBytes": server.ask({"x-api-key": server.key}, body=b"x" * TOO_LARGE)["status"],
    }


def _of_api(server: Deployed) -> Seen:
    key = {"x-api-key": server.key}
    answers = {
        "none": server.ask({}),
        "wrong": server.ask({"x-api-key": "x" * 40}),
        "path": server.ask(key, path="/nowhere"),
        "stage": server.ask(key, stage="other"),
        "slash": server.ask(key, path="/mcp/"),
        "challenge": server.probe("challenge"),
        "empty": server.probe("empty"),
    }
    for line in ("unknownStage", "slash", "renamedHeaders", "contentType"):
        server.trial.keep(line, answers)
    renamed = [name for name in answers["challenge"]["headers"] if "www-authenticate" in name]
    listed = all_keys(server.trial.aws, server.name)
    return {
        "unknownStage": [*(answers[of]["status"] for of in ("none", "wrong", "path", "stage")), len(listed)],
        "slash": answers["slash"]["status"],
        "renamedHeaders": [*renamed, "www-authenticate" in answers["none"]["headers"]],
        "contentType": answers["empty"]["headers"].get("content-type"),
    }


def concurrency(trial: Trial) -> Seen:
    """What is answered where no instance may run, and how many of the account's may be reserved."""
    server = Deployed(trial, "concurrency")
    server.deploy(PROBE)
    aws = trial.aws
    limits = aws.call("lambda", "get_account_settings")["AccountLimit"]
    name = {"FunctionName": f"{server.name}-server"}
    before = server.trial.ask("lambda", "get_function_concurrency", **name).get("ReservedConcurrentExecutions")
    # What leaves a hundred to the others. An account may have fewer at all.
    most = max(0, limits["UnreservedConcurrentExecutions"] + (before or 0) - 100)
    try:
        aws.call("lambda", "put_function_concurrency", **name, ReservedConcurrentExecutions=0)
        throttled = server.patiently(500, {"x-api-key": server.key})
        reserved = [
            trial.ask("lambda", "put_function_concurrency", **name, ReservedConcurrentExecutions=count)
            for count in (most + 1, most)
        ]
    finally:
        if before is None:
            aws.call("lambda", "delete_function_concurrency", **name)
        else:
            aws.call("lambda", "put_function_concurrency", **name, ReservedConcurrentExecutions=before)
    trial.keep("leftUnreserved", {**limits, "reserved": reserved})
    return {"throttledFunction": throttled, "leftUnreserved": [code_of(answer) for answer in reserved]}


def authorizer(trial: Trial) -> Seen:
    """The same with keys that an authorizer takes out of Authorization."""
    server = Deployed(trial, "authorizer")
    server.deploy(PROBE, "ApiKeySource=AUTHORIZER")
    key = server.key
    right = {"authorization": f"Bearer {key}"}
    return {
        "keyFromAuthorizer": server.patiently(200, right),
        "authorizerFirst": [
            server.ask({"authorization": "Bearer " + "x" * 40})["status"],
            server.ask({})["status"],
            server.ask({"x-api-key": key})["status"],
        ],
    }


def signatures(trial: Trial) -> Seen:
    """The same with AWS credentials in the place of keys."""
    server = Deployed(trial, "signatures")
    server.deploy(PROBE, "IamAccess=yes")
    url = server.stack.output("Url")
    body = json.dumps(INITIALIZE).encode()
    usual = {"content-type": "application/json", "accept": "application/json, text/event-stream", "x-probe": "event"}
    unsigned = server.ask({})
    signed = server.ask(server.trial.aws.signed("POST", url, usual, body), body=body)
    server.trial.keep("signedCallers", unsigned)
    by = json.loads(signed["body"]).get("signedBy") if signed["status"] == 200 else None  # noqa: PLR2004
    kind = unsigned["headers"].get("x-amzn-errortype")
    return {"signedCallers": [unsigned["status"], kind, signed["status"], by]}


def silence(trial: Trial) -> Seen:
    """How long a function may say nothing: five minutes of waiting, where it may take ten."""
    server = Deployed(trial, "silence")
    server.deploy(PROBE, "TimeoutSeconds=600")
    url = urlsplit(server.stack.output("Url"))
    connection = http.client.HTTPSConnection(url.netloc, timeout=SILENT_S * 2)
    begun = time.monotonic()
    headers = {"x-api-key": server.key, "x-probe": "silent", "x-seconds": f"{SILENT_S}"}
    try:
        connection.request("POST", url.path, "{}", headers)
        answer = connection.getresponse()
        status: object = answer.status
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        status = type(error).__name__
    took = round(time.monotonic() - begun)
    trial.keep("timeout", {"seconds": took, "ended": status})
    return {"timeout": [status, took // 10 * 10]}


def rollout(trial: Trial) -> Seen:
    """Whether CodeDeploy moves the alias: some minutes of a gradual rollout."""
    server = Deployed(trial, "rollout")
    server.deploy(PROBE, "Rollout=Canary10Percent5Minutes")
    server.deploy(PROBE, "Rollout=Canary10Percent5Minutes", "MemoryMb=320")
    made = {item["ResourceType"]: item["PhysicalResourceId"] for item in resources(trial.aws, server.name)}
    name = {
        "applicationName": made["AWS::CodeDeploy::Application"],
        "deploymentGroupName": made["AWS::CodeDeploy::DeploymentGroup"],
    }
    listed = trial.ask("codedeploy", "list_deployments", **name, includeOnlyStatuses=["Succeeded"])
    trial.keep("aliasMoves", listed)
    return {"aliasMoves": len(listed.get("deployments", []))}


def image(trial: Trial) -> Seen:
    """The product as an image, which needs a container builder on this machine."""
    server = Deployed(trial, "image")
    server.deploy(PRODUCT, asked={"Source": "metrics:"})
    return {"imageUser": server.patiently(200, {"x-api-key": server.key})}


def permissions(trial: Trial) -> Seen:
    """The same server, deployed and destroyed by a role that has the policy of `deploy.py permissions` and nothing else."""
    name = Deployed(trial, "permissions").name
    policy = own_policy(trial.aws, Options(read_app(PROBE), name, {}, None))
    other = taken(trial, "deployer", policy, lambda other: "code" not in other.ask("lambda", "get_account_settings"))
    Deployed(other, "permissions").deploy(PROBE)
    destroy(other.aws, other.console, name)
    return {"handlers": True}


def permissions_gone(trial: Trial) -> None:
    """Delete the role, and the stack that it may have left."""
    try:
        gone(trial, "permissions")
    finally:
        drop_role(trial, "deployer")


def gone(trial: Trial, of: str) -> None:
    """Destroy the stack of one of these."""
    destroy(trial.aws, trial.console, Deployed(trial, of).name)
