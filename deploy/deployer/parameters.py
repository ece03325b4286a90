"""The values of the template's parameters: set now, set by hand before, found out, or the template's own."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deployer import program
from deployer.error import DeployError
from deployer.template import Parameter

# Only the deployer knows where the code lies.
CODE = ("ImageUri", "CodeBucket", "CodeKey")


@dataclass(frozen=True)
class Values:
    """What the template is given, and which of it a person has set: that stays until it is set again."""

    all: dict[str, str]
    by_hand: frozenset[str]


def parse_settings(given: Sequence[str], parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """Read `Name=Value`, as --set takes it."""
    settings: dict[str, str] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals:
            raise DeployError(f"--set {setting}: write --set Name=Value.")
        refused = known(name, parameters).refuses(value)
        if refused:
            raise DeployError(f"--set {setting}: {name} {refused}.")
        settings[name] = value
    return settings


def known(name: str, parameters: Mapping[str, Parameter]) -> Parameter:
    """The parameter of that name."""
    if name in parameters and name not in CODE:
        return parameters[name]
    if name in CODE:
        raise DeployError(f"{name} is what {program.NAME} builds: it cannot be set.")
    lower = {other.lower(): other for other in parameters}
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
    hint = f" Did you mean {lower[close[0]]}?" if close else f" {program.page('docs/deploy.md')} lists them."
    raise DeployError(f"There is no parameter {name}.{hint}")


def kept_by_hand(
    before: Mapping[str, str], remembered: frozenset[str] | None, parameters: Mapping[str, Parameter]
) -> dict[str, str]:
    """What was set by hand. A stack that another tool deployed does not tell: all that is not the default."""
    if remembered is None:
        remembered = frozenset(
            name for name in before if name in parameters and before[name] != parameters[name].default
        )
    return {name: before[name] for name in remembered if name in before and name in parameters and name not in CODE}


def values_of(
    parameters: Mapping[str, Parameter],
    *,
    by_hand: Mapping[str, str],
    found: Mapping[str, str],
    code: Mapping[str, str],
) -> Values:
    """Bring all together; what is set by hand comes first."""
    defaults = {name: parameter.default or "" for name, parameter in parameters.items()}
    return Values({**defaults, **found, **by_hand, **code}, frozenset(by_hand))


def limits_by_themselves(before: Mapping[str, str], values: Values) -> str:
    """A line of the numbers that a stack gets though nobody set them, which can refuse what it has done so far."""
    changed = [
        f"{name}={value}" + (f" (before: {before[name]})" if before.get(name) else "")
        for name, value in sorted(values.all.items())
        if name not in values.by_hand and value != before.get(name) and re.fullmatch(r"[0-9.]+", value)
    ]
    return f"Limits that are new to this stack: {', '.join(changed)}. --set NAME=VALUE changes one." if changed else ""
