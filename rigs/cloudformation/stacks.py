"""CloudFormation's own part: stacks, change sets, events, roll back. moto reads requests and writes answers.

What a change set or stack has under CloudFormation's names, moto finds without their first word, as Status for StackStatus.
"""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from botocore import xform_name
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from resources import ACCOUNT, KINDS, Held, Region
from template import Scope, check, invalid, parse

EMPTY = "Resources: {}"


@dataclass
class Faults:
    """What is to go wrong."""

    fail: dict[str, str] = field(default_factory=dict)
    """Resources that cannot be created or changed, and why."""
    fail_rollback: bool = False
    fail_delete: bool = False
    hold: bool = False
    """Changes begin, and go on only when this is no more."""


@dataclass
class Stack:
    name: str
    id: str
    tags: list[dict[str, str]]
    status: str = "REVIEW_IN_PROGRESS"
    template: str = EMPTY
    values: dict[str, str] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    outputs: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    creation_time: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_updated_time: datetime | None = None

    @property
    def parameters(self) -> list[dict[str, str]]:
        return [{"ParameterKey": name, "ParameterValue": value} for name, value in self.values.items()]

    @property
    def description(self) -> str | None:
        return parse(self.template).get("Description")

    def say(self, logical: str, status: str, why: str = "") -> None:
        said = {"LogicalResourceId": logical, "ResourceStatus": status, "ResourceStatusReason": why}
        event = {"StackId": self.id, "StackName": self.name, "EventId": str(uuid.uuid4()), "Timestamp": datetime.now(UTC)}
        self.events.append({**event, **said})

    def become(self, status: str, why: str = "") -> None:
        self.say(self.name, status, why)
        if not status.endswith("_IN_PROGRESS"):
            self.last_updated_time = datetime.now(UTC)
        self.status = status


@dataclass
class ChangeSet:
    id: str
    name: str
    stack: Stack
    template: str
    values: dict[str, str]
    tags: list[dict[str, str]]
    changes: list[dict[str, Any]]
    status: str = "CREATE_COMPLETE"
    status_reason: str = ""

    @property
    def stack_name(self) -> str:
        return self.stack.name


class Stacks:
    """Of one region. Its public methods are CloudFormation's operations."""

    def __init__(self, region: Region, address: str) -> None:
        self.aws, self.address = region, address
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self.faults = Faults()

    def get_template_summary(self, given: dict[str, Any]) -> Any:
        template = parse(given["TemplateBody"] if "TemplateBody" in given else self._find(given["StackName"]).template)
        return {
            "Metadata": json.dumps(template.get("Metadata", {})),
            "Parameters": [
                {
                    "ParameterKey": name,
                    **({"DefaultValue": str(each["Default"])} if "Default" in each else {}),
                    "ParameterConstraints": {"AllowedValues": [str(value) for value in each.get("AllowedValues", [])]},
                }
                for name, each in template.get("Parameters", {}).items()
            ],
        }

    def describe_stacks(self, given: dict[str, Any]) -> Any:
        return {"Stacks": [self._find(given["StackName"])]}

    def describe_stack_events(self, given: dict[str, Any]) -> Any:
        return {"StackEvents": self._find(given["StackName"]).events[::-1]}

    def list_stack_resources(self, given: dict[str, Any]) -> Any:
        held = self._find(given["StackName"]).held
        return {
            "StackResourceSummaries": [
                {"LogicalResourceId": name, "PhysicalResourceId": each.physical_resource_id, "ResourceType": each.kind}
                for name, each in held.items()
            ]
        }

    def create_change_set(self, given: dict[str, Any]) -> Any:
        name, tags, creates = given["ChangeSetName"], given.get("Tags", []), given["ChangeSetType"] == "CREATE"
        stack = self._for_change_set(given["StackName"], tags, creates=creates)
        template = parse(given["TemplateBody"])
        if len(given["TemplateBody"]) > 51_200:  # noqa: PLR2004
            raise invalid("Member must have length less than or equal to 51200")
        if any(other.name == name for other in self._of(stack)):
            raise AlreadyExistsException(f"ChangeSet {name} cannot be created: it exists")
        values = check(template, {each["ParameterKey"]: each["ParameterValue"] for each in given["Parameters"]})
        changes = self._difference(stack, template, values)
        arn = f"arn:aws:cloudformation:{self.aws.name}:{ACCOUNT}:changeSet/{name}/{uuid.uuid4()}"
        change_set = ChangeSet(arn, name, stack, given["TemplateBody"], values, tags, changes)
        if not changes and stack.tags == tags:
            change_set.status = "FAILED"
            change_set.status_reason = "The submitted information didn't contain changes. Submit different information."
        self.stacks[stack.id] = stack
        self.change_sets[arn] = change_set
        return {"Id": arn, "StackId": stack.id}

    def describe_change_set(self, given: dict[str, Any]) -> Any:
        for change_set in self.change_sets.values():
            if given["ChangeSetName"] in (change_set.id, change_set.name):
                return change_set
        raise invalid(f"ChangeSet [{given['ChangeSetName']}] does not exist")

    def list_change_sets(self, given: dict[str, Any]) -> Any:
        return {"Summaries": self._of(self._find(given["StackName"]))}

    def delete_change_set(self, given: dict[str, Any]) -> None:
        del self.change_sets[self.describe_change_set(given).id]

    def execute_change_set(self, given: dict[str, Any]) -> None:
        change_set: ChangeSet = self.describe_change_set(given)
        for other in self._of(change_set.stack):
            del self.change_sets[other.id]
        _begin(self._run, change_set)

    def delete_stack(self, given: dict[str, Any]) -> None:
        try:
            stack = self._find(given["StackName"])
        except ValidationError:
            return
        _begin(self._remove, stack)

    def continue_update_rollback(self, given: dict[str, Any]) -> None:
        stack = self._find(given["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise invalid(f"Stack {stack.name} is in {stack.status} state")
        _begin(self._continue, stack)

    def put(self, name: str, status: str) -> None:
        """Into a state that it takes a real accident to be in."""
        self._find(name).status = status

    def _find(self, name: str) -> Stack:
        for stack in self.stacks.values():
            if name == stack.id or (name == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise invalid(f"Stack with id {name} does not exist")

    def _of(self, stack: Stack) -> list[ChangeSet]:
        return [each for each in self.change_sets.values() if each.stack is stack]

    def _for_change_set(self, name: str, tags: list[dict[str, str]], *, creates: bool) -> Stack:
        try:
            stack = self._find(name)
        except ValidationError:
            if not creates:
                raise
            return Stack(name, f"arn:aws:cloudformation:{self.aws.name}:{ACCOUNT}:stack/{name}/{uuid.uuid4()}", tags)
        if creates and stack.status != "REVIEW_IN_PROGRESS":
            raise AlreadyExistsException(f"Stack [{name}] already exists and cannot be created again")
        if not creates and not re.fullmatch("(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE", stack.status):
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        return stack

    def _difference(self, stack: Stack, template: dict[str, Any], values: dict[str, str]) -> list[dict[str, Any]]:
        """Resources whose evaluated properties differ. What is new or replaced has no name yet."""
        scope = self._scope(stack, template, values)
        wanted = scope.order()
        changes: list[dict[str, Any]] = []
        for logical in wanted:
            kind, held = template["Resources"][logical]["Type"], stack.held.get(logical)
            if kind not in KINDS:
                raise invalid(f"Template format error: this rig does not know {kind}")
            properties = scope.properties(logical)
            names = _differing(held, properties) if held else []
            replaced = any(name in KINDS[kind].replaces for name in names)
            if held is None or replaced:
                scope[logical] = Held(kind, properties, f"new-{logical}", _Unknown(logical))
            of = {"LogicalResourceId": logical, "ResourceType": kind}
            if held is None:
                changes.append({"Action": "Add", **of})
            elif names:
                details = [{"Target": {"Attribute": "Properties", "Name": name}} for name in names]
                changes.append({"Action": "Modify", **of, "Replacement": str(replaced), "Details": details})
        for logical, held in stack.held.items():
            if logical not in wanted:
                changes.append({"Action": "Remove", "LogicalResourceId": logical, "ResourceType": held.kind})
        return [{"Type": "Resource", "ResourceChange": change} for change in changes]

    def _run(self, change_set: ChangeSet) -> None:
        stack, before = change_set.stack, dict(change_set.stack.held)
        word = "CREATE" if stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
        stack.become(f"{word}_IN_PROGRESS", "User Initiated")
        self._wait()
        try:
            outputs = self._apply(stack, parse(change_set.template), change_set.values)
        except Exception as error:  # noqa: BLE001 - as CloudFormation: whatever a service answers
            self._roll_back(stack, before, "" if word == "CREATE" else "UPDATE_", str(error))
            return
        stack.template, stack.values, stack.tags = change_set.template, change_set.values, change_set.tags
        stack.outputs = [{"OutputKey": name, "OutputValue": self._reachable(value)} for name, value in outputs.items()]
        stack.become(f"{word}_COMPLETE")

    def _apply(self, stack: Stack, template: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
        scope = self._scope(stack, template, values)
        wanted, replaced = scope.order(), []
        for logical in wanted:
            kind, properties = template["Resources"][logical]["Type"], scope.properties(logical)
            held = stack.held.get(logical)
            names = _differing(held, properties) if held else []
            if held and not names:
                continue
            anew = held is None or any(name in KINDS[kind].replaces for name in names)
            word = "CREATE" if anew else "UPDATE"
            try:
                if logical in self.faults.fail:
                    raise RuntimeError(self.faults.fail[logical])
                if anew or held is None:
                    now = self.aws.create(kind, logical, stack.name, properties)
                    replaced += [held] if held else []
                else:
                    now = self.aws.update(held, logical, stack.name, properties)
            except Exception as error:
                stack.say(logical, f"{word}_FAILED", str(error))
                raise
            scope[logical] = stack.held[logical] = now
            stack.say(logical, f"{word}_COMPLETE")
        for old in replaced:
            self.aws.delete(old)
        self._drop(stack, [logical for logical in stack.held if logical not in wanted])
        return scope.outputs()

    def _roll_back(self, stack: Stack, before: dict[str, Held], prefix: str, why: str) -> None:
        stack.become(f"{prefix}ROLLBACK_IN_PROGRESS", why)
        if self.faults.fail_rollback:
            stack.become(f"{prefix}ROLLBACK_FAILED")
            return
        for logical, held in before.items():
            now = stack.held[logical]
            if now.properties != held.properties and now.physical_resource_id == held.physical_resource_id:
                self.aws.update(now, logical, stack.name, held.properties)
        self._drop(stack, [logical for logical in stack.held if logical not in before])
        stack.held = before
        stack.become(f"{prefix}ROLLBACK_COMPLETE")

    def _continue(self, stack: Stack) -> None:
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS")
        self._wait()
        stack.become("UPDATE_ROLLBACK_FAILED" if self.faults.fail_rollback else "UPDATE_ROLLBACK_COMPLETE")

    def _remove(self, stack: Stack) -> None:
        stack.become("DELETE_IN_PROGRESS", "User Initiated")
        if self.faults.fail_delete:
            stack.say("SessionTable", "DELETE_FAILED", "Resource is in use")
            stack.become("DELETE_FAILED")
            return
        self._drop(stack, list(stack.held))
        stack.become("DELETE_COMPLETE")

    def _drop(self, stack: Stack, logicals: list[str]) -> None:
        for logical in reversed(logicals):
            self.aws.delete(stack.held.pop(logical))
            stack.say(logical, "DELETE_COMPLETE")

    def _wait(self) -> None:
        while self.faults.hold:
            time.sleep(0.02)

    def _scope(self, stack: Stack, template: dict[str, Any], values: dict[str, str]) -> Scope:
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": self.aws.name,
            "AWS::StackId": stack.id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        return Scope(template, values, {**pseudo, **stack.held})

    def _reachable(self, output: str) -> str:
        """The API's address, which is AWS's own, is this rig's in its place."""
        return re.sub(r"https://(\w+)\.execute-api\.[\w.-]+", rf"{self.address}/api/\1", output)


class CloudFormation(BaseResponse):
    """In place of moto's own."""

    in_region: ClassVar[Callable[[str], Stacks]]

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        action = self._get_action()
        operation = getattr(CloudFormation.in_region(self.region), xform_name(action), None)
        try:
            if operation is None:
                raise invalid(f"This rig does not know {action}")
            found = operation(self.params)
        except ServiceException as error:
            found = error
        return self.serialized(ActionResult(found))


class _Unknown(dict[str, str]):
    """Attributes of what is not there yet."""

    def __init__(self, logical: str) -> None:
        super().__init__()
        self.logical = logical

    def __missing__(self, name: str) -> str:
        return f"new-{self.logical}.{name}"


def _begin(work: Callable[[Any], None], on: object) -> None:
    threading.Thread(target=work, args=(on,), daemon=True).start()


def _differing(held: Held, wanted: dict[str, Any]) -> list[str]:
    return sorted(name for name in {**held.properties, **wanted} if held.properties.get(name) != wanted.get(name))
