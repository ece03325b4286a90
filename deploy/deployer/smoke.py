"""Tries a deployed server out, as a client would: initialize, tools/list, and the call that its app names."""

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deployer import program
from deployer.aws import Aws
from deployer.error import DeployError
from deployer.plugin import SmokeTest
from deployer.waiting import pause

Json = dict[str, Any]
Answer = TypeVar("Answer")

PROTOCOL = "2025-11-25"
ANSWER_S = 120
# A new key or stage is not everywhere at once: one answer may be luck.
PATIENCE_S, PAUSE_S, IN_A_ROW = 90, 2, 5
NOT_YET = (401, 403, 404, 429, 500, 502, 503, 504)
REFUSED = (401, 403)


class NotAnsweredError(DeployError):
    """What may be better in a moment."""


@dataclass(frozen=True)
class WayIn:
    """What lets a request in."""

    headers: Callable[[str, str, dict[str, str], bytes | None], dict[str, str]]
    # Where it does not.
    advice: str


def with_key(key: str) -> WayIn:
    """As clients with a key."""
    advice = " Look at keys list; keys rotate NAME makes a new value."
    return WayIn(lambda _verb, _url, headers, _body: {**headers, "x-api-key": key}, advice)


def signed_by(aws: Aws) -> WayIn:
    """As clients with AWS credentials; here with those of the person who deploys."""
    return WayIn(aws.signed, " Who calls needs execute-api:Invoke on the API.")


@dataclass
class Client:
    """Just enough of MCP over Streamable HTTP."""

    url: str
    way: WayIn
    patience_s: float = 0
    session: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def request(self, method: str, params: Json | None = None) -> Json:
        """Ask, and wait for the answer."""
        self.sent += 1
        message = {"jsonrpc": "2.0", "id": self.sent, "method": method, "params": params or {}}
        for answer in _messages(*self._send("POST", message)):
            if answer.get("id") == self.sent and "method" not in answer:
                if "error" in answer:
                    raise DeployError(f"{method}: {answer['error'].get('message', 'failed')}")
                result: Json = answer["result"]
                return result
        raise DeployError(f"{method}: the answer ended before it was complete. Run the command again.")

    def notify(self, method: str) -> None:
        """Say something that has no answer."""
        self._send("POST", {"jsonrpc": "2.0", "method": method})

    def close(self) -> None:
        """End the session."""
        self._send("DELETE", None)

    def _send(self, verb: str, message: Json | None) -> tuple[str, str]:
        return _patiently(lambda: self._send_once(verb, message), self.patience_s)

    def _send_once(self, verb: str, message: Json | None) -> tuple[str, str]:
        headers = {"accept": "application/json, text/event-stream", **self.session}
        body = None if message is None else json.dumps(message).encode()
        if body:
            headers["content-type"] = "application/json"
        headers = self.way.headers(verb, self.url, headers, body)
        request = urllib.request.Request(self.url, body, headers, method=verb)  # noqa: S310 - the stack's own output
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as response:  # noqa: S310
                session = response.headers.get("mcp-session-id")
                if session:
                    self.session = {"mcp-session-id": session, "mcp-protocol-version": PROTOCOL}
                return response.headers.get_content_type(), response.read().decode()
        except urllib.error.HTTPError as error:
            said = f"{self.url} answers {error.code}: {_said(error.read().decode(errors='replace'))}"
            if error.code in REFUSED:
                said += self.way.advice
            raise (NotAnsweredError if error.code in NOT_YET else DeployError)(said) from error
        except OSError as error:
            raise _unreachable(self.url, error) from error


def try_out(url: str, way: WayIn, test: SmokeTest | None, *, patience_s: float = PATIENCE_S) -> list[str]:
    """Try everything, and give what was seen."""
    client = Client(url, way, patience_s)
    hello = client.request("initialize", _introduction())
    client.notify("notifications/initialized")
    tools = [tool["name"] for tool in client.request("tools/list")["tools"]]
    told = _call(client, test, tools) if test else []
    client.close()
    server = hello["serverInfo"]
    count = "1 tool" if len(tools) == 1 else f"{len(tools)} tools"
    return [f"{server['name']} {server['version']} answers with {count}.", *told]


def _call(client: Client, test: SmokeTest, tools: list[str]) -> list[str]:
    if test.tool not in tools:
        raise DeployError(
            f"The server has no tool {test.tool}, which its smoke test calls: it has {', '.join(tools) or 'none'}. "
            f"Name one of these in app.toml, or see whether something else answers at {client.url}."
        )
    meta = {"_meta": test.meta} if test.meta else {}
    result = client.request("tools/call", {"name": test.tool, "arguments": test.arguments, **meta})
    if result.get("isError"):
        said = _said(json.dumps(result["content"][0])).rstrip(".")
        raise DeployError(f"{test.tool}: {said}. See: {program.STARTED_AS} logs.")
    return test.told(result)


def try_out_sign_in(url: str, issuer: str, *, patience_s: float = PATIENCE_S) -> list[str]:
    """Try what a client without a token is told: where to sign in. Signing in itself takes a person."""
    said = _patiently(lambda: _challenge(url), patience_s)
    found = re.search(r'resource_metadata="([^"]+)"', said)
    if not found:
        raise DeployError(f"{url} refuses without saying where to sign in: run deploy again, which renews the API.")
    servers = _patiently(lambda: _sign_in_servers(found[1]), patience_s)
    if issuer not in servers:
        raise DeployError(f"{found[1]} names another issuer than {issuer}: run deploy again, which renews the API.")
    return [f"{url} asks for a token and sends clients to {issuer}."]


def _sign_in_servers(url: str) -> list[str]:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as response:  # noqa: S310 - the stack's own answer
            servers: list[str] = json.load(response).get("authorization_servers", [])
    except (OSError, ValueError) as error:
        raise NotAnsweredError(f"{url} cannot be read ({error}): run deploy again, which renews the API.") from error
    return servers


def _challenge(url: str) -> str:
    request = urllib.request.Request(url, b"{}", {"content-type": "application/json"}, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as response:  # noqa: S310
            raise DeployError(f"{url} answers {response.status} without a token: look at OAuthIssuer in status.")
    except urllib.error.HTTPError as error:
        if error.code == 401:  # noqa: PLR2004 - of HTTP
            return str(error.headers.get("www-authenticate", ""))
        raise NotAnsweredError(
            f"{url} answers {error.code} in place of 401. See: {program.STARTED_AS} logs."
        ) from error
    except OSError as error:
        raise _unreachable(url, error) from error


def works(url: str, key: str) -> None:
    """Wait until a key opens the server time after time."""

    def opens() -> None:
        client = Client(url, with_key(key))
        client.request("initialize", _introduction())
        client.close()

    _patiently(opens, PATIENCE_S, in_a_row=IN_A_ROW)


def resolves(name: str) -> bool:
    """Whether DNS knows a name."""
    try:
        return bool(socket.getaddrinfo(name, 443))
    except OSError:
        return False


def _unreachable(url: str, error: OSError) -> NotAnsweredError:
    reason = getattr(error, "reason", error)
    return NotAnsweredError(
        f"{url} cannot be reached ({reason}): check the network, HTTPS_PROXY, and the DNS of a domain."
    )


def _introduction() -> Json:
    return {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": program.NAME, "version": "1"}}


def _patiently(ask: Callable[[], Answer], patience_s: float, *, in_a_row: int = 1) -> Answer:
    end = time.monotonic() + patience_s
    answers = 0
    while True:
        try:
            answer = ask()
        except NotAnsweredError:
            if time.monotonic() > end:
                raise
            answers = 0
        else:
            answers += 1
            if answers == in_a_row:
                return answer
        pause(PAUSE_S)


def _messages(kind: str, body: str) -> list[Json]:
    """Of a JSON answer, or of a stream of events: https://html.spec.whatwg.org/multipage/server-sent-events.html."""
    if kind == "application/json":
        answer = json.loads(body)
        return answer if isinstance(answer, list) else [answer]
    found: list[Json] = []
    for event in body.replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:")]
        data = "\n".join(lines)
        if data:
            found.append(json.loads(data))
    return found


def _said(body: str) -> str:
    """One line of what a server answers in place of a result."""
    try:
        answer = json.loads(body)
        text = answer.get("error", {}).get("message") or answer.get("text") or answer.get("message") or body
    except (ValueError, AttributeError):
        text = body
    return " ".join(str(text).split())[:300] or "nothing"
