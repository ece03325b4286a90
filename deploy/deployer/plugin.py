"""What a server may have besides its app.toml: a Python module that finds values out, with options and a trial of its own."""

import argparse
import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from deployer.aws import Aws, Json
from deployer.error import DeployError


@dataclass(frozen=True)
class Found:
    """What a deployment of it takes."""

    # Of parameters, where nobody has set them.
    values: Mapping[str, str] = field(default_factory=dict)
    # What a person should know.
    notes: tuple[str, ...] = ()
    # Of the Dockerfile.
    arguments: Mapping[str, str] = field(default_factory=dict)
    image_gb: Decimal = Decimal("0.2")


@dataclass(frozen=True)
class SmokeTest:
    """A call that shows that the server answers."""

    tool: str
    arguments: Json
    meta: Json = field(default_factory=dict)
    # Lines that its result gives.
    told: Callable[[Json], list[str]] = lambda _result: []


class Plugin:
    """As it is for servers without one."""

    cost_note = ""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Give `deploy` and `permissions` options of its own."""

    def settings(self, given: argparse.Namespace) -> dict[str, str]:
        """Parameters that these options set."""
        return {}

    def find(self, aws: Aws, values: Mapping[str, str]) -> Found:
        """Find out what it takes, with what is set."""
        return Found()

    def looks(self, values: Mapping[str, str]) -> list[str]:
        """IAM actions of `find`."""
        return []

    def smoke_test(self, aws: Aws, values: Mapping[str, str]) -> SmokeTest | None:
        """A call in place of app.toml's."""
        return None


def load_plugin(name: str, folder: Path) -> Plugin:
    """The class `Plugin` of a module, which may lie in the app's folder."""
    sys.path.append(str(folder))
    try:
        found = importlib.import_module(name).Plugin()
    except (ImportError, AttributeError) as error:
        raise DeployError(f"{folder / 'app.toml'}: there is no plugin {name}: {error}.") from error
    if not isinstance(found, Plugin):
        raise DeployError(f"{folder / 'app.toml'}: the Plugin of {name} is none of deployer.plugin.Plugin.")
    return found
