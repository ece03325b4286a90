"""AWS on this machine, for deploy.py: moto, with a CloudFormation that runs our template, and API Gateway's front door.

Prints its address as the first line, and ends when its input does. See README.md.
"""

import io
import json
import logging
import re
import sys
import threading
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qsl

from moto import mock_aws
from moto.apigateway.models import apigateway_backends
from moto.cloudformation import urls
from moto.iam.access_control import PermissionResult
from moto.moto_api._internal.models import moto_api_backend
from moto.s3.models import FakeBucket
from moto.server import DomainDispatcherApplication, create_backend_app
from resources import ACCOUNT, Region
from stacks import CloudFormation, Stacks
from werkzeug import Request, Response
from werkzeug.serving import make_server

OF_ONE_HOP = ("host", "connection", "transfer-encoding", "content-length", "accept-encoding", "date", "server")
OK = 200
UNAUTHORIZED = {"jsonrpc": "2.0", "id": None, "error": {"code": -32001, "message": "The API key is missing or not known."}}
DENIED_IN_XML = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>%s</Message></Error></ErrorResponse>"


class Cloud:
    """Everything behind the address."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self._set_out()

    def _set_out(self) -> None:
        self.regions: dict[str, Stacks] = {}
        self.faults: dict[str, Any] = {}  # As index.ts names them.
        self.upstream, self.checks_keys = "", True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.address = request.host_url.rstrip("/")
        environ["wsgi.input"] = io.BytesIO(request.get_data())  # For moto, which reads it again.
        return self._answer(request)(environ, start_response)

    def in_region(self, name: str) -> Stacks:
        return self.regions.setdefault(name, Stacks(Region(name), self.address, lambda fault: self.faults.get(fault)))

    def _answer(self, request: Request) -> Any:
        if request.path.startswith("/_rig/"):
            return self._controlled(request.path.removeprefix("/_rig/"), request.get_json(force=True))
        if request.path.startswith("/api/"):
            return self._front_door(request)
        service, named = _operation(request)
        if any(re.search(pattern, named) for pattern in self.faults.get("denied", ())):
            words = self.faults.get("denied_words", "not authorized")
            if service in ("cloudformation", "sts", "iam"):
                return Response(DENIED_IN_XML % words, 403, content_type="text/xml")
            denied = {"__type": "AccessDeniedException", "message": words}
            return _json(denied, 403, {"x-amzn-errortype": "AccessDeniedException"})
        if named == "bedrock:GET /inference-profiles":  # Which moto has not.
            return _json({"inferenceProfileSummaries": []})
        if named == "lambda:GET /2016-08-19/account-settings":  # Nor this.
            at_once, unreserved = self.faults.get("at_once", (1000, 1000))
            return _json({"AccountLimit": {"ConcurrentExecutions": at_once, "UnreservedConcurrentExecutions": unreserved}})
        return self.moto

    def _controlled(self, what: str, given: dict[str, Any]) -> Response:
        """What a test sets and asks; an error is the test's to see."""
        if what == "call":
            try:
                return _json(self.in_region(given.pop("region")).aws.call(**given))
            except Exception as error:  # noqa: BLE001
                return _json(str(error), 400)
        if what == "reset":
            moto_api_backend.reset()
            self._set_out()
        elif what == "faults":
            self.faults = given
        else:
            self.upstream, self.checks_keys = given["url"], given["checksKeys"]
        return _json({})

    def _front_door(self, request: Request) -> Response:
        """As API Gateway: a key of the usage plan, then the function, which is whatever listens upstream."""
        _, _, api, stage, *rest = request.path.split("/")
        statuses = self.faults.get("front") or [OK]
        status = statuses.pop(0)
        if status != OK:
            return _json({"message": "Forbidden"}, status)
        if self.checks_keys and not (self._takes_signed(api, request) or self._opens(api, request.headers.get("x-api-key"))):
            return _json(UNAUTHORIZED, 401)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_ONE_HOP}
        # What checks keys itself has stages of its own.
        place = [self.upstream, *rest] if self.checks_keys else [self.upstream, stage, *rest]
        onward = urllib.request.Request("/".join(place), request.get_data() or None, headers, method=request.method)
        try:
            answer = urllib.request.urlopen(onward)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in OF_ONE_HOP]
            return Response(answer.read(), answer.status, kept)

    def _takes_signed(self, api: str, request: Request) -> bool:
        """Whether an API asks for AWS credentials, and a request is signed with some, which are not looked at."""
        signed = "/execute-api/aws4_request" in request.headers.get("authorization", "")
        apis = [apigateway_backends[ACCOUNT][region].apis.get(api) for region in self.regions]
        methods = [method for one in apis if one for resource in one.resources.values() for method in resource.resource_methods.values()]
        return signed and any(method.authorization_type == "AWS_IAM" for method in methods)

    def _opens(self, api: str, key: str | None) -> bool:
        """Whether a key is on the usage plan of an API. moto leaves a deleted one there."""
        for region in self.regions:
            found = apigateway_backends[ACCOUNT][region]
            for plan in found.usage_plans.values():
                if api in [stage["apiId"] for stage in plan.api_stages]:
                    there = set(found.keys) & set(found.usage_plan_keys.get(plan.id, {}))
                    return any(found.keys[each].value == key for each in there)
        return False


def _operation(request: Request) -> tuple[str, str]:
    """The service that a request is signed for, and what it asks, as ecr:CreateRepository or bedrock:GET /logging."""
    scope = re.search(r"Credential=(?:[^/]+/){3}([^/]+)/", request.headers.get("authorization", ""))
    service, body = scope[1] if scope else "", request.get_data(as_text=True)
    target = request.headers.get("x-amz-target", "").rpartition(".")[2]
    action = dict(parse_qsl(body)).get("Action", "") if "Action=" in body else ""
    return service, f"{service}:{target or action or f'{request.method} {request.path}'}"


def _json(what: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(what, default=str), status, headers, content_type="application/json")


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # Not each request.
    mock_aws().start()  # What is called from here is answered by moto as well, without a connection.
    FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # moto reads no conditions, so that all would be denied.
    cloud = Cloud()
    urls.url_paths = {"{0}/$": CloudFormation.dispatch}
    CloudFormation.in_region = cloud.in_region
    server = make_server("127.0.0.1", 0, cloud, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
