"""`app.toml`: what a server needs of a deployment. packages/serverless-mcp-dev/README.md tells its format."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer import program
from deployer.aws import Json
from deployer.error import DeployError
from deployer.ours import OURS
from deployer.plugin import Plugin, SmokeTest, load_plugin
from deployer.stack import APP, SMOKE_TEST, Stack

FILE = "app.toml"
NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
KNOWN = {
    *("name", "entry", "package", "memory_mb", "environment", "parameters", "permissions", "smoke_test"),
    *("plugin", "image", "authorizer", "template"),
}
TYPES = ("String", "Number", "CommaDelimitedList")
LEAST_MB, MOST_MB, USUAL_MB = 256, 10_240, 1024
PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: Lambda keeps those of its own; only /tmp can be HOME.
VARIABLE = re.compile(r"(?!AWS_|LAMBDA_|_|HOME$|XDG_CACHE_HOME$)[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class OwnImage:
    """A Dockerfile of the app's own, and what it is built from."""

    dockerfile: Path
    context: Path


@dataclass(frozen=True)
class App:
    """A server, as its app.toml tells."""

    name: str
    folder: Path
    entry: Path
    package: str = "zip"
    memory_mb: int = USUAL_MB
    environment: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Json] = field(default_factory=dict)
    permissions: tuple[Json, ...] = ()
    smoke_test: SmokeTest | None = None
    # Reads tokens; without one, keys alone are found.
    authorizer: Path | None = None
    image: OwnImage | None = None
    # Sections of CloudFormation's template, in place of those made of the above.
    template: Path | None = None
    plugin: Plugin = field(default_factory=Plugin)


def read_app(folder: Path) -> App:
    """Read it, or say what is wrong with it."""
    file = folder / FILE
    given = _parsed(file)
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise DeployError(f"{file}: there is no {unknown[0]}; it knows {', '.join(sorted(KNOWN))}.")
    try:
        return _app(file, given)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DeployError(
            f"{file} has another form than {program.page('packages/serverless-mcp-dev/README.md')} tells: {error}."
        ) from error


def _app(file: Path, given: Json) -> App:
    folder = file.parent
    name, entry, package = (given.get(key, other) for key, other in (("name", ""), ("entry", ""), ("package", "zip")))
    if not NAME.fullmatch(str(name)):
        raise DeployError(f"{file}: name is a small letter, then small letters, digits and -, 41 at most.")
    for key in ("entry", "authorizer", "template"):
        if key in given or key == "entry":
            _check_file(file, key, given.get(key, ""))
    if package not in ("zip", "image"):
        raise DeployError(f'{file}: package is "zip" or "image".')
    memory = given.get("memory_mb", USUAL_MB)
    if not isinstance(memory, int) or not LEAST_MB <= memory <= MOST_MB:
        raise DeployError(f"{file}: memory_mb is a whole number from {LEAST_MB} to {MOST_MB}.")
    return App(
        name=name,
        folder=folder,
        entry=folder / entry,
        package=package,
        memory_mb=memory,
        environment=_texts(file, given.get("environment", {})),
        parameters=_parameters(file, given.get("parameters", {})),
        permissions=tuple(_statement(file, one) for one in given.get("permissions", [])),
        smoke_test=_smoke_test(file, given.get("smoke_test")),
        authorizer=folder / given["authorizer"] if "authorizer" in given else None,
        template=folder / given["template"] if "template" in given else None,
        image=_image(folder, given.get("image")),
        plugin=load_plugin(given["plugin"], folder) if "plugin" in given else Plugin(),
    )


def app_of_stack(stack: Stack, usual: App | None = None) -> App:
    """What a stack tells of its server; one that tells nothing has this project's own."""
    name = stack.outputs.get(APP)
    if name is None:
        return usual or App(OURS, Path(), Path())
    asked = json.loads(stack.outputs.get(SMOKE_TEST, "null"))
    test = SmokeTest(asked["tool"], asked["arguments"]) if asked else None
    return App(name, Path(), Path(), smoke_test=test)


def notes_for_stack(app: App) -> dict[str, str]:
    """What `app_of_stack` reads."""
    if app.name == OURS:
        return {}
    test = app.smoke_test
    asked = {SMOKE_TEST: json.dumps({"tool": test.tool, "arguments": test.arguments})} if test else {}
    return {APP: app.name, **asked}


def _parsed(file: Path) -> Json:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeployError(f"There is no {file}: --app names the folder that has one.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeployError(f"{file}: {error}.") from error


def _check_file(file: Path, key: str, named: str) -> None:
    place = file.parent / named
    if not place.is_file():
        raise DeployError(f"{file}: {key} names a file; there is none at {place}.")


def _texts(file: Path, values: Mapping[str, Any]) -> dict[str, str]:
    for name, value in values.items():
        _check_variable(file, name)
        if not isinstance(value, str | int | float):
            raise DeployError(f"{file}: {name} is a text, a number or a boolean.")
    return {name: _text(value) for name, value in values.items()}


def _check_variable(file: Path, name: str) -> None:
    if not VARIABLE.fullmatch(name):
        raise DeployError(f"{file}: {name} is no name for a variable of the function, or one of Lambda's own.")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parameters(file: Path, given: Mapping[str, Any]) -> dict[str, Json]:
    for name, one in given.items():
        if not PARAMETER.fullmatch(name):
            raise DeployError(f"{file}: {name} is no name for a parameter: take letters and digits.")
        if "environment" in one:
            _check_variable(file, one["environment"])
        if one.get("type", "String") not in TYPES:
            raise DeployError(f"{file}: the type of {name} is one of {', '.join(TYPES)}.")
    return dict(given)


def _statement(file: Path, given: Mapping[str, Any]) -> Json:
    """An IAM statement; which services it is about must be said."""
    actions, resources = given.get("actions"), given.get("resources")
    if not actions or not resources or not isinstance(actions, list) or not isinstance(resources, list):
        raise DeployError(f"{file}: each of [[permissions]] has lists of actions and resources.")
    wide = next((action for action in actions if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z][A-Za-z0-9]*\*?", action)), None)
    if wide:
        raise DeployError(f"{file}: {wide} is no action, or a whole service: name what the server calls.")
    return {"actions": actions, "resources": resources}


def _smoke_test(file: Path, given: Mapping[str, Any] | None) -> SmokeTest | None:
    if given is None:
        return None
    if not isinstance(given.get("tool"), str):
        raise DeployError(f"{file}: [smoke_test] names a tool.")
    return SmokeTest(given["tool"], given.get("arguments", {}))


def _image(folder: Path, given: Mapping[str, str] | None) -> OwnImage | None:
    if given is None:
        return None
    return OwnImage((folder / given["dockerfile"]).resolve(), (folder / given.get("context", ".")).resolve())
