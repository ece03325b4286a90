"""AWS on this machine, for deploy.py: moto, with a CloudFormation that runs our template, and API Gateway's front door.

Prints its address as the first line, and ends when its input does. See README.md.
"""

import json
import logging
import re
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

import boto3
from botocore.config import Config
from botocore.validate import ParamValidator
from moto.server import ThreadedMotoServer
from stacks import AlreadyExists, Faults, Stacks
from template import Invalid

# Not passed on: they are of one connection.
OF_ONE_HOP = ("host", "connection", "transfer-encoding", "content-length", "accept-encoding")
UNAUTHORIZED = {"jsonrpc": "2.0", "id": None, "error": {"code": -32001, "message": "The API key is missing or not known."}}


class Cloud:
    """Everything behind the address."""

    def __init__(self, moto: str, address: str) -> None:
        self.moto, self.address = moto, address
        self.stacks: dict[str, Stacks] = {}
        self.denied: list[str] = []
        self.upstream = ""
        self.checks_keys = True
        self.requests: list[str] = []
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def call(self, service: str, operation: str, *, region: str = "us-east-1", **given: Any) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self._client(service, region), operation)(**given)
        answer.pop("ResponseMetadata", None)
        return answer

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = boto3.client(
                    service,
                    region_name=region,
                    endpoint_url=self.moto,
                    aws_access_key_id="rig",
                    aws_secret_access_key="rig",  # noqa: S106 - moto asks for none
                    config=Config(retries={"total_max_attempts": 1}, max_pool_connections=20),
                )
            return self._clients[service, region]

    def misfit(self, action: str, answer: Any) -> str:
        """What of an answer is not as AWS's model has it. Requests are held to it by boto3 itself."""
        shape = self._client("cloudformation", "us-east-1").meta.service_model.operation_model(action).output_shape
        found: str = ParamValidator().validate(answer, shape).generate_report() if shape else ""
        return found

    def in_region(self, region: str) -> Stacks:
        with self._lock:
            if region not in self.stacks:

                def call(service: str, operation: str, **given: Any) -> dict[str, Any]:
                    return self.call(service, operation, region=region, **given)

                self.stacks[region] = Stacks(call, region, self.address)
            return self.stacks[region]

    def reset(self) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.moto}/moto-api/reset", method="POST")).close()
        self.stacks, self.denied, self.checks_keys, self.requests = {}, [], True, []

    def opens(self, api: str, key: str | None) -> bool:
        """Whether a key is on the usage plan of an API."""
        for region in self.stacks:
            for plan in self.call("apigateway", "get_usage_plans", region=region)["items"]:
                if any(stage["apiId"] == api for stage in plan.get("apiStages", [])):
                    keys = self.call("apigateway", "get_usage_plan_keys", region=region, usagePlanId=plan["id"])["items"]
                    # moto leaves a deleted key on the plan.
                    there = {each["id"] for each in self.call("apigateway", "get_api_keys", region=region)["items"]}
                    return any(each["value"] == key and each["id"] in there for each in keys)
        return False


class Handler(BaseHTTPRequestHandler):
    cloud: Cloud
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: a request may have a key."""

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = urlsplit(self.path).path
        if path.startswith("/_rig/"):
            return self._control(path.removeprefix("/_rig/"), json.loads(body or b"{}"))
        if path.startswith("/api/"):
            return self._front_door(path, body)
        service, region = self._scope()
        named = self._operation(service, path, body)
        self.cloud.requests.append(named)
        if any(re.search(pattern, named) for pattern in self.cloud.denied):
            return self._deny(service)
        if service == "cloudformation":
            return self._cloudformation(region, dict(parse_qsl(body.decode(), keep_blank_values=True)))
        if named == "bedrock:GET /inference-profiles":  # Which moto has not.
            return self._answer(200, b'{"inferenceProfileSummaries": []}', "application/json")
        return self._pass_on(f"{self.cloud.moto}{self.path}", body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _any  # noqa: N815

    def _scope(self) -> tuple[str, str]:
        """What a request is signed for."""
        found = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", self.headers.get("authorization", ""))
        return (found[2], found[1]) if found else ("", "us-east-1")

    def _operation(self, service: str, path: str, body: bytes) -> str:
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        action = dict(parse_qsl(body.decode(errors="replace"))).get("Action", "") if b"Action=" in body else ""
        return f"{service}:{target or action or f'{self.command} {path}'}"

    def _cloudformation(self, region: str, flat: dict[str, str]) -> None:
        action = flat["Action"]
        try:
            found = self.cloud.in_region(region).answer(action, _nested(flat))
        except Invalid as error:
            code = "AlreadyExistsException" if isinstance(error, AlreadyExists) else "ValidationError"
            text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{escape(str(error))}</Message></Error></ErrorResponse>"
            return self._answer(400, text.encode(), "text/xml")
        misfit = self.cloud.misfit(action, found)
        if misfit:
            text = f"<ErrorResponse><Error><Code>NotInModel</Code><Message>{escape(misfit)}</Message></Error></ErrorResponse>"
            return self._answer(501, text.encode(), "text/xml")
        text = f"<{action}Response><{action}Result>{_xml(found)}</{action}Result></{action}Response>"
        return self._answer(200, text.encode(), "text/xml")

    def _deny(self, service: str) -> None:
        if service in ("cloudformation", "sts", "iam"):
            text = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>"
            return self._answer(403, text.encode(), "text/xml")
        body = json.dumps({"__type": "AccessDeniedException", "message": "not authorized"}).encode()
        self.extra = {"x-amzn-errortype": "AccessDeniedException"}
        return self._answer(403, body, "application/x-amz-json-1.1")

    def _front_door(self, path: str, body: bytes) -> None:
        """As API Gateway: a key of the usage plan, then the function, which is whatever listens upstream."""
        _, _, api, _, *rest = path.split("/")
        if self.cloud.checks_keys and not self.cloud.opens(api, self.headers.get("x-api-key")):
            return self._answer(401, json.dumps(UNAUTHORIZED).encode(), "application/json")
        return self._pass_on(f"{self.cloud.upstream}/{'/'.join(rest)}", body)

    def _pass_on(self, url: str, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_ONE_HOP}
        # The signature is for this address; moto tells services apart by it.
        request = urllib.request.Request(url, body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request) as answer:
                self._answer(answer.status, answer.read(), None, dict(answer.headers))
        except urllib.error.HTTPError as error:
            self._answer(error.code, error.read(), None, dict(error.headers))

    def _control(self, what: str, given: dict[str, Any]) -> None:
        """What a test sets and asks; an error is the test's to see."""
        try:
            status, answer = 200, self._controlled(what, given)
        except Exception as error:  # noqa: BLE001
            status, answer = 400, str(error)
        self._answer(status, json.dumps(answer, default=str).encode(), "application/json")

    def _controlled(self, what: str, given: dict[str, Any]) -> Any:
        answer: Any = {}
        match what:
            case "reset":
                self.cloud.reset()
            case "faults":
                self.cloud.denied = given.pop("denied", self.cloud.denied)
                self.cloud.in_region(given.pop("region", "us-east-1")).faults = Faults(**given)
            case "upstream":
                self.cloud.upstream, self.cloud.checks_keys = given["url"], given["checksKeys"]
            case "status":
                self.cloud.in_region("us-east-1").find(given["stack"]).status = given["status"]
            case "call":
                answer = self.cloud.call(given["service"], given["operation"], region=given["region"], **given["given"])
            case "cloudformation":
                answer = self.cloud.in_region(given["region"]).answer(given["action"], given["given"])
            case "requests":
                answer = self.cloud.requests
        return answer

    extra: dict[str, str] = {}  # noqa: RUF012

    def _answer(self, status: int, body: bytes, kind: str | None, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), **self.extra}.items():
            if name.lower() not in (*OF_ONE_HOP, "date", "server"):
                self.send_header(name, value)
        self.extra = {}
        if kind:
            self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _nested(flat: dict[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` as `{Tags: [{Key: a}]}`."""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        parts = name.split(".member.")
        if len(parts) == 1:
            found[name] = value
            continue
        index, _, key = parts[1].partition(".")
        items = found.setdefault(parts[0], {})
        if key:
            items.setdefault(int(index), {})[key] = value
        else:
            items[int(index)] = value
    return {
        name: [value[index] for index in sorted(value)] if isinstance(value, dict) else value
        for name, value in found.items()
    }


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(item)}</{name}>" for name, item in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return escape(str(value))


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # Not each request.
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_address[1]}"
    Handler.cloud = Cloud(f"http://{host}:{port}", address)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
