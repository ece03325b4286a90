"""CloudFormation's own part: stacks, change sets, events, roll back. moto reads requests, and writes what has names as here."""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from botocore import xform_name
from moto.cloudformation.exceptions import AlreadyExistsException
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from resources import ACCOUNT, KINDS, Held, Region
from template import Scope, check, invalid, parse, within_limits


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
FOUND_EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, "
    "use the DescribeEvents API for detailed failure information."
)


@dataclass
class Stack:
    name: str
    id: str
    tags: list[dict[str, str]]
    status: str = "REVIEW_IN_PROGRESS"
    template: str = "Resources: {}"
    description: str | None = None
    parameters: list[dict[str, str]] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    before: dict[str, Held] = field(default_factory=dict)  # What it rolls back to.
    outputs: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    creation_time: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_updated_time: datetime | None = None
    role_arn: str | None = None

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
    role: str | None
    changes: list[dict[str, Any]]
    status: str = "CREATE_COMPLETE"
    status_reason: str = ""


class Stacks:
    """Of one region. Its public methods are CloudFormation's operations."""

    def __init__(self, region: Region, address: str, fault: Callable[[str], Any]) -> None:
        self.aws, self.address, self.fault = region, address, fault
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}

    def get_template_summary(self, given: dict[str, Any]) -> Any:
        template = parse(within_limits(given["TemplateBody"]) if "TemplateBody" in given else self._find(given["StackName"]).template)
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
        return {"StackResourceSummaries": list(self._find(given["StackName"]).held.values())}

    def create_change_set(self, given: dict[str, Any]) -> Any:
        name, tags, creates = given["ChangeSetName"], given.get("Tags", []), given["ChangeSetType"] == "CREATE"
        if creates and not self._named(given["StackName"]):
            identity = f"arn:aws:cloudformation:{self.aws.name}:{ACCOUNT}:stack/{given['StackName']}/{uuid.uuid4()}"
            stack = Stack(given["StackName"], identity, tags)
        else:
            stack = self._find(given["StackName"])
        if not re.fullmatch("REVIEW_IN_PROGRESS" if creates else "(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE", stack.status):
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and cannot be changed so.")
        template = parse(within_limits(given["TemplateBody"]))
        if any(other.name == name for other in self._of(stack)):
            raise AlreadyExistsException(f"ChangeSet {name} cannot be created: it exists")
        values = check(template, {each["ParameterKey"]: each["ParameterValue"] for each in given["Parameters"]})
        changes = self._difference(stack, template, values)
        arn = f"arn:aws:cloudformation:{self.aws.name}:{ACCOUNT}:changeSet/{name}/{uuid.uuid4()}"
        change_set = ChangeSet(arn, name, stack, given["TemplateBody"], values, tags, given.get("RoleARN"), changes)
        outputs_stay = parse(stack.template).get("Outputs") == template.get("Outputs")
        if any(logical in template["Resources"] for logical in self.fault("early") or ()):
            change_set.status, change_set.status_reason = "FAILED", FOUND_EARLY
        elif not changes and stack.tags == tags and outputs_stay:
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

    def describe_events(self, given: dict[str, Any]) -> Any:
        """Of what is found early; an event has more."""
        found = [
            {"EventType": "VALIDATION_ERROR", "LogicalResourceId": logical, "ValidationPath": path, "ValidationStatusReason": why}
            for logical, (path, why) in self.fault("early").items()
        ]
        return {"OperationEvents": found}

    def list_change_sets(self, given: dict[str, Any]) -> Any:
        return {"Summaries": self._of(self._find(given["StackName"]))}

    def delete_change_set(self, given: dict[str, Any]) -> None:
        del self.change_sets[self.describe_change_set(given).id]

    def execute_change_set(self, given: dict[str, Any]) -> None:
        change_set: ChangeSet = self.describe_change_set(given)
        for other in self._of(change_set.stack):
            del self.change_sets[other.id]
        threading.Thread(target=self._run, args=(change_set,), daemon=True).start()

    def delete_stack(self, given: dict[str, Any]) -> None:
        for stack in self._named(given["StackName"]):
            threading.Thread(target=self._remove, args=(stack,), daemon=True).start()

    def continue_update_rollback(self, given: dict[str, Any]) -> None:
        stack = self._find(given["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise invalid(f"Stack {stack.name} is in {stack.status} state")
        threading.Thread(target=self._roll_back, args=(stack, "UPDATE_", "User Initiated",), daemon=True).start()

    def _find(self, name: str) -> Stack:
        for stack in self._named(name):
            return stack
        raise invalid(f"Stack with id {name} does not exist")

    def _named(self, name: str) -> list[Stack]:
        there = [stack for stack in self.stacks.values() if stack.status != "DELETE_COMPLETE"]
        return [stack for stack in self.stacks.values() if stack.id == name] or [one for one in there if one.name == name]

    def _of(self, stack: Stack) -> list[ChangeSet]:
        return [each for each in self.change_sets.values() if each.stack is stack]

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
            names = held.changed(properties) if held else []
            replaced = bool(names) and (KINDS[kind].identity in names or not KINDS[kind].update)
            if held is None or replaced:
                scope[logical] = Held(kind, logical, properties, f"new-{logical}")
            change = {"LogicalResourceId": logical, "ResourceType": kind, "Replacement": str(replaced)}
            if held is None:
                changes.append({"Action": "Add", **change})
            elif names:
                details = [{"Target": {"Attribute": "Properties", "Name": name}} for name in names]
                changes.append({"Action": "Modify", **change, "Details": details})
        for logical, held in reversed(stack.held.items()):
            if logical not in wanted:
                changes.append({"Action": "Remove", "LogicalResourceId": logical, "ResourceType": held.resource_type})
        return [{"Type": "Resource", "ResourceChange": change} for change in changes]

    def _run(self, change_set: ChangeSet) -> None:
        stack, stack.before = change_set.stack, dict(change_set.stack.held)
        stack.role_arn = change_set.role or stack.role_arn  # It stays with the stack.
        word = "CREATE" if stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
        stack.become(f"{word}_IN_PROGRESS", "User Initiated")
        while self.fault("hold"):
            time.sleep(0.02)
        template = parse(change_set.template)
        scope = self._scope(stack, template, change_set.values)
        try:
            changes = [change["ResourceChange"] for change in change_set.changes]
            removals = [change for change in changes if change["Action"] == "Remove"]
            for change in changes:
                if change not in removals:
                    self._change(stack, scope, change)
            for logical, old in stack.before.items():  # What was replaced goes in the end.
                if logical in stack.held and stack.held[logical].physical_resource_id != old.physical_resource_id:
                    self.aws.delete(old)
            for change in removals:
                self._change(stack, scope, change)
            outputs = scope.outputs()
        except Exception as error:  # noqa: BLE001 - as CloudFormation: whatever a service answers
            self._roll_back(stack, "" if word == "CREATE" else "UPDATE_", str(error))
            return
        stack.template, stack.tags, stack.description = change_set.template, change_set.tags, template.get("Description")
        stack.parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in change_set.values.items()]
        here = partial(re.sub, r"https://(\w+)\.execute-api\.[\w.-]+", rf"{self.address}/api/\1")  # In place of AWS's own.
        stack.outputs = [{"OutputKey": name, "OutputValue": here(value)} for name, value in outputs.items()]
        stack.become(f"{word}_COMPLETE")

    def _change(self, stack: Stack, scope: Scope, change: dict[str, Any]) -> None:
        logical, held = change["LogicalResourceId"], stack.held.get(change["LogicalResourceId"])
        if change["Action"] == "Remove":
            self._drop(stack, [logical])
            return
        word = "UPDATE" if held and change["Replacement"] == "False" else "CREATE"
        try:
            if logical in (self.fault("fail") or {}):
                raise RuntimeError(self.fault("fail")[logical])
            given = scope.properties(logical)
            if held and word == "UPDATE":
                scope[logical] = self.aws.update(held, given)
            else:
                scope[logical] = self.aws.create(change["ResourceType"], logical, stack.name, given)
        except Exception as error:
            stack.say(logical, f"{word}_FAILED", str(error))
            raise
        stack.held[logical] = scope[logical]
        stack.say(logical, f"{word}_COMPLETE")

    def _roll_back(self, stack: Stack, prefix: str, why: str) -> None:
        stack.become(f"{prefix}ROLLBACK_IN_PROGRESS", why)
        if self.fault("fail_rollback"):
            stack.become(f"{prefix}ROLLBACK_FAILED")
            return
        for logical, held in stack.before.items():
            now = stack.held[logical]
            if now.properties != held.properties and now.physical_resource_id == held.physical_resource_id:
                self.aws.update(now, held.properties)
        self._drop(stack, [logical for logical in stack.held if logical not in stack.before])
        stack.held = stack.before
        stack.become(f"{prefix}ROLLBACK_COMPLETE")

    def _remove(self, stack: Stack) -> None:
        stack.become("DELETE_IN_PROGRESS", "User Initiated")
        if self.fault("fail_delete"):
            stack.say("SessionTable", "DELETE_FAILED", "Resource is in use")
            stack.become("DELETE_FAILED")
            return
        self._drop(stack, list(stack.held))
        stack.become("DELETE_COMPLETE")

    def _drop(self, stack: Stack, logicals: list[str]) -> None:
        for logical in reversed(logicals):
            self.aws.delete(stack.held.pop(logical))
            stack.say(logical, "DELETE_COMPLETE")

    def _scope(self, stack: Stack, template: dict[str, Any], values: dict[str, str]) -> Scope:
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": self.aws.name,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        return Scope(template, values, {**pseudo, **stack.held})


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
