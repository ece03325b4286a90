"""API keys on the stack's usage plan, and where their values are kept: one file that only its owner can read."""

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deployer import program
from deployer.aws import Aws, Json
from deployer.error import DeployError
from deployer.ours import OURS
from deployer.stack import Stack

NAME = re.compile(r"[A-Za-z0-9._@+-]{1,64}")


@dataclass(frozen=True)
class Key:
    """A key without its value."""

    id: str
    name: str
    created: str


@dataclass(frozen=True)
class KeyFile:
    """Values by name, on this machine."""

    path: Path

    def values(self) -> dict[str, str]:
        """All of them."""
        try:
            found: dict[str, str] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise DeployError(
                f"{self.path} is damaged: move it away, then run keys rotate NAME for new values."
            ) from error
        return found

    def put(self, name: str, value: str) -> None:
        """Keep a value."""
        self._write({**self.values(), name: value})

    def drop(self, name: str) -> None:
        """Forget a value."""
        self._write({other: value for other, value in self.values().items() if other != name})

    def delete(self) -> None:
        """Forget everything."""
        self.path.unlink(missing_ok=True)

    def _write(self, values: dict[str, str]) -> None:
        """Whole or not at all; mkstemp makes files that only their owner can read."""
        if not values:
            self.delete()
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=self.path.parent)
            with os.fdopen(handle, "w") as file:
                json.dump(values, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self.path)
        except OSError as error:
            raise DeployError(
                f"{self.path} cannot be written: {error.strerror}. The key is there; get it there with: config."
            ) from error


def key_file(aws: Aws, stack: str) -> KeyFile:
    """One for each stack: names are not the same in other accounts and regions."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return KeyFile(home / OURS / "keys" / f"{stack}-{aws.region}-{aws.account}.json")


@dataclass(frozen=True)
class Keys:
    """The keys of a stack. A name may have two for a moment, while it is rotated."""

    aws: Aws
    stack: str
    plan: str
    file: KeyFile
    tags: dict[str, str]

    def live(self) -> list[Key]:
        """Those that open the API, by name."""
        on_plan = {
            item["id"] for item in self.aws.pages("apigateway", "get_usage_plan_keys", "items", usagePlanId=self.plan)
        }
        return [key for key in all_keys(self.aws, self.stack) if key.id in on_plan]

    @property
    def own(self) -> str:
        """The name of the key of who asks."""
        return re.sub(r"[^A-Za-z0-9._@+-]", "-", self.aws.user)[:64]

    def usual(self) -> str | None:
        """The name of one's own, else of the one that was kept here first: later ones were made for others; else of any."""
        names = [key.name for key in self.live()]
        wanted = [self.own, *self.file.values(), *names]
        return next((name for name in wanted if name in names), None)

    def named(self, name: str) -> list[Key]:
        """Of that name, the newest last."""
        return [key for key in self.live() if key.name == name]

    def need(self, name: str) -> list[Key]:
        """Of that name, of which there must be one."""
        found = self.named(name)
        if not found:
            names = ", ".join(sorted({key.name for key in self.live()})) or "none"
            raise DeployError(f"There is no key {name}. There is: {names}.")
        return found

    def create(self, name: str) -> str:
        """Make a key and keep its value, after what an interrupted run has left."""
        if not NAME.fullmatch(name):
            raise DeployError(f"{name} is no name for a key: take up to 64 letters, digits and . _ @ + -")
        if self.named(name):
            raise DeployError(f"There is a key {name} already: take another name, or run keys rotate {name}.")
        return self._make(name)

    def ensure(self, name: str) -> str:
        """Find the value of the key of that name, and make the key where there is none."""
        return self.value(name) if self.named(name) else self._make(name)

    def value(self, name: str) -> str:
        """Read it from the file, or where that is lost, from AWS, which also puts it there again."""
        newest = self.need(name)[-1]
        kept = self.file.values().get(name)
        if kept:
            return kept
        value = str(self.aws.call("apigateway", "get_api_key", apiKey=newest.id, includeValue=True)["value"])
        self.file.put(name, value)
        return value

    def replace(self, name: str) -> tuple[str, list[Key]]:
        """Make a second key of that name. The old ones are to be deleted when it is known to work."""
        old = self.need(name)
        return self._make(name), old

    def delete(self, keys: list[Key]) -> None:
        """Take keys back; they open nothing from now on."""
        for key in keys:
            self.aws.call("apigateway", "delete_api_key", apiKey=key.id)

    def revoke(self, name: str) -> None:
        """Take back all keys of that name."""
        self.delete(self.need(name))
        self.file.drop(name)

    def _make(self, name: str) -> str:
        on_plan = {key.id for key in self.live()}
        self.delete([key for key in all_keys(self.aws, self.stack) if key.name == name and key.id not in on_plan])
        made = self.aws.call(
            "apigateway",
            "create_api_key",
            name=f"{self.stack}-{name}",
            description=f"{OURS}, made by {program.NAME}",
            enabled=True,
            tags={**self.tags, OURS: self.stack},
        )
        self.aws.call("apigateway", "create_usage_plan_key", usagePlanId=self.plan, keyId=made["id"], keyType="API_KEY")
        # Only now: until a key opens the API, the file keeps the value of the one that does.
        self.file.put(name, made["value"])
        return str(made["value"])


def keys_of(aws: Aws, stack: Stack) -> Keys:
    """The keys of a deployed stack."""
    if stack.signed:
        raise DeployError(
            f"{stack.name} takes requests signed with AWS credentials, not keys: IAM settles who may call."
        )
    if stack.issuer:
        raise DeployError(f"{stack.name} takes tokens of {stack.issuer}, not keys: who may call is settled there.")
    return Keys(aws, stack.name, stack.output("UsagePlanId"), key_file(aws, stack.name), stack.tags)


def all_keys(aws: Aws, stack: str) -> list[Key]:
    """All that were ever made for a stack and are still there, on its plan or not, by name and age."""
    prefix = f"{stack}-"
    items: list[Json] = [
        item
        for item in aws.pages("apigateway", "get_api_keys", "items", nameQuery=prefix, includeValues=False)
        if item.get("tags", {}).get(OURS) == stack
    ]
    items.sort(key=lambda item: (item["name"], item["createdDate"]))
    return [
        Key(item["id"], item["name"].removeprefix(prefix), f"{item['createdDate']:%Y-%m-%d %H:%M}") for item in items
    ]
