"""One template of two: gateway.yaml, which is every server's, and what an app adds. As text: Python alone reads no YAML."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from deployer import program
from deployer.app import App
from deployer.aws import Json
from deployer.error import DeployError

HERE = Path(__file__).parent
# Where something of an app comes in.
PLACE = re.compile(r"^( *)# <<(\w+)>>\n", re.MULTILINE)

# What the function finds besides what app.toml says. Only /tmp can be written, which the template says itself.
ENVIRONMENT = {
    "SESSION_TABLE": "!Ref SessionTable",
    "SESSION_IDLE_MINUTES": "!Ref SessionIdleMinutes",
    "TRANSFER": "!If [Streams, stream, buffered]",
    "ALLOWED_ORIGINS": "!Ref AllowedOrigins",
}
# For a server that reads tokens, and its authorizer.
OAUTH = {
    "OAUTH_ISSUER": "!Ref OAuthIssuer",
    "OAUTH_AUDIENCE": "!Ref OAuthAudience",
    "OAUTH_CLIENT_IDS": "!Ref OAuthClientIds",
    "OAUTH_SCOPES": "!Ref OAuthScopes",
}
NO_AUTHORIZER = """\
HasNoAuthorizer:
  Assertions:
    - Assert: !Equals [!Ref OAuthIssuer, '']
      AssertDescription: This server has no authorizer (app.toml) that could read tokens
"""


def template_of(app: App) -> str:
    """The template for an app."""
    gateway = (HERE / "gateway.yaml").read_text(encoding="utf-8")
    code = sections((HERE / f"code_{app.package}.yaml").read_text(encoding="utf-8"))
    parts = {**_generic(app), **_own(app, {found[1] for found in PLACE.findall(gateway)})}
    inline = {
        "name": app.name,
        "memory_mb": str(app.memory_mb),
        "authorizer": _authorizer(app),
        "program": program.STARTED_AS,
        "docs": program.page("docs/deploy.md"),
    }
    _check_names(app, gateway, code)
    whole = PLACE.sub(lambda found: _place(found[1], found[2], code, parts), gateway)
    return re.sub(r"<<([a-z_]+)>>", lambda found: inline[found[1]], whole)


def _own(app: App, places: set[str]) -> dict[str, str]:
    """Sections of the app's own template."""
    if app.template is None:
        return {}
    found = sections(app.template.read_text(encoding="utf-8"))
    unknown = sorted(set(found) - places)
    if unknown:
        raise DeployError(
            f"{app.template}: there is no place for {unknown[0]}; it may have {', '.join(sorted(places))}."
        )
    return found


def _authorizer(app: App) -> str:
    """A Dockerfile of the app's own lays it beside the server; otherwise it has a folder, as bundling.py makes it."""
    return "authorizer.handler" if app.image else "authorizer/index.handler"


def _check_names(app: App, gateway: str, code: Mapping[str, str]) -> None:
    """A name that stands twice would mean one or the other."""
    theirs = f"{sections(gateway)['Parameters']}{code['Parameters']}"
    twice = next((name for name in app.parameters if re.search(rf"^{name}:", theirs, re.MULTILINE)), None)
    if twice:
        raise DeployError(f"The template has a parameter {twice} itself: give that of {app.name} another name.")


def sections(text: str) -> dict[str, str]:
    """Bodies of a file by name; what stands before a name at the margin is said of it, and no part of a body."""
    found = re.split(r"^(?:#.*\n)*(\w+):(.*)\n", text, flags=re.MULTILINE)
    names, heads, bodies = found[1::3], found[2::3], found[3::3]
    return {
        name: f"{head.strip()}\n{body}" if head.strip() else textwrap.dedent(body).strip("\n") + "\n"
        for name, head, body in zip(names, heads, bodies, strict=True)
    }


def _place(indent: str, name: str, *parts: Mapping[str, str]) -> str:
    if name == "Description":
        return f"Description: {parts[-1][name].strip()}\n"
    return "\n".join(textwrap.indent(part[name], indent) for part in parts if part.get(name))


def _generic(app: App) -> dict[str, str]:
    """From what app.toml says."""
    oauth = OAUTH if app.authorizer else {}
    own = {**ENVIRONMENT, **oauth, **{name: _value(value) for name, value in app.environment.items()}}
    for name, one in app.parameters.items():
        if "environment" in one:
            own[one["environment"]] = _reference(name, one)
    return {
        "Description": f"{app.name}, an MCP server behind API Gateway, with its sessions in DynamoDB",
        "Parameters": "".join(_parameters(app)),
        "Rules": "" if app.authorizer or app.image else NO_AUTHORIZER,
        "Environment": _lines(own),
        "AuthorizerEnvironment": _lines(OAUTH),
        "Statements": "".join(f"- {json.dumps(_statement(one))}\n" for one in app.permissions),
    }


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in values.items())


def _reference(name: str, parameter: Json) -> str:
    """A variable is one text."""
    is_list = parameter.get("type") == "CommaDelimitedList"
    return f"!Join [',', !Ref {name}]" if is_list else f"!Ref {name}"


def _parameters(app: App) -> Iterator[str]:
    """As the template's own are written, so that they are read the same way."""
    for name, one in app.parameters.items():
        lines = [f"  Type: {one.get('type', 'String')}"]
        if "default" in one:
            lines.append(f"  Default: {_value(one['default'])}")
        if one.get("description"):
            lines.append(f"  Description: {_value(one['description'])}")
        yield "\n".join([f"{name}:", *lines, ""])


def _value(value: object) -> str:
    """A scalar, in single quotes: nothing in it has a meaning."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "\n" in text:
        raise DeployError(f"{text.splitlines()[0]}…: a value is one line.")
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def _statement(given: Json) -> Json:
    resources = [{"Fn::Sub": one} if "${" in one else one for one in given["resources"]]
    return {"Effect": "Allow", "Action": given["actions"], "Resource": resources}
