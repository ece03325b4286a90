"""CloudFormation's own part: stacks, change sets, events, roll back. What is behind a resource is resources.py's."""

import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from resources import REPLACES, Cloud, Made, create, delete, update
from template import Invalid, Scope, check, parse, summary

ACCOUNT = "123456789012"


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
class Held:
    kind: str
    properties: dict[str, Any]
    made: Made


@dataclass
class Stack:
    name: str
    region: str
    id: str
    status: str = "REVIEW_IN_PROGRESS"
    template: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    updated: datetime | None = None


@dataclass
class ChangeSet:
    arn: str
    name: str
    stack: Stack
    template: str
    parameters: dict[str, str]
    tags: dict[str, str]
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)


class Stacks:
    def __init__(self, aws: Cloud, region: str, address: str) -> None:
        self.aws, self.region, self.address = aws, region, address
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self.faults = Faults()

    def answer(self, action: str, given: dict[str, Any]) -> Any:
        return getattr(self, f"_{re.sub(r'(?<!^)(?=[A-Z])', '_', action).lower()}")(given)

    def find(self, name: str) -> Stack:
        for stack in self.stacks.values():
            if name == stack.id or (name == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Invalid(f"Stack with id {name} does not exist")

    def _get_template_summary(self, given: dict[str, Any]) -> Any:
        text = given["TemplateBody"] if "TemplateBody" in given else self.find(given["StackName"]).template
        template = parse(text)
        return {
            "Parameters": summary(template),
            "Description": template.get("Description", ""),
            "Metadata": json.dumps(template.get("Metadata", {})),
        }

    def _describe_stacks(self, given: dict[str, Any]) -> Any:
        stack = self.find(given["StackName"])
        description = parse(stack.template).get("Description") if stack.template else None
        return {
            "Stacks": [
                {
                    "StackId": stack.id,
                    "StackName": stack.name,
                    **({"Description": description} if description else {}),
                    "CreationTime": datetime.now(UTC),
                    **({"LastUpdatedTime": stack.updated} if stack.updated else {}),
                    "StackStatus": stack.status,
                    "Parameters": _pairs(stack.parameters, "Parameter"),
                    "Outputs": _pairs(stack.outputs, "Output"),
                    "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
                }
            ]
        }

    def _describe_stack_events(self, given: dict[str, Any]) -> Any:
        return {"StackEvents": self.find(given["StackName"]).events[::-1]}

    def _list_stack_resources(self, given: dict[str, Any]) -> Any:
        held = self.find(given["StackName"]).held
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": logical,
                    "PhysicalResourceId": one.made[0],
                    "ResourceType": one.kind,
                    "LastUpdatedTimestamp": datetime.now(UTC),
                    "ResourceStatus": "CREATE_COMPLETE",
                }
                for logical, one in held.items()
            ]
        }

    def _create_change_set(self, given: dict[str, Any]) -> Any:
        name, create_it = given["StackName"], given["ChangeSetType"] == "CREATE"
        stack = self._for_change_set(name, create_it=create_it)
        template = parse(given["TemplateBody"])
        if len(given["TemplateBody"]) > 51_200:  # noqa: PLR2004
            raise Invalid("Member must have length less than or equal to 51200")
        if any(other.name == given["ChangeSetName"] and other.stack is stack for other in self.change_sets.values()):
            raise AlreadyExists(f"ChangeSet {given['ChangeSetName']} cannot be created: it exists")
        parameters = check(template, {each["ParameterKey"]: each["ParameterValue"] for each in given["Parameters"]})
        arn = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:changeSet/{given['ChangeSetName']}/{uuid.uuid4()}"
        tags = {each["Key"]: each["Value"] for each in given.get("Tags", [])}
        change_set = ChangeSet(arn, given["ChangeSetName"], stack, given["TemplateBody"], parameters, tags)
        change_set.changes = self._difference(stack, template, parameters)
        if not change_set.changes and stack.tags == tags:
            change_set.status = "FAILED"
            change_set.reason = "The submitted information didn't contain changes. Submit different information."
        if create_it:
            self.stacks[stack.id] = stack
            stack.tags = tags
        self.change_sets[arn] = change_set
        return {"Id": arn, "StackId": stack.id}

    def _for_change_set(self, name: str, *, create_it: bool) -> Stack:
        try:
            stack = self.find(name)
        except Invalid:
            if not create_it:
                raise
            identity = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{name}/{uuid.uuid4()}"
            return Stack(name, self.region, identity)
        if create_it and stack.status != "REVIEW_IN_PROGRESS":
            raise AlreadyExists(f"Stack [{name}] already exists and cannot be created again")
        if not create_it and not re.fullmatch("(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE", stack.status):
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        return stack

    def _describe_change_set(self, given: dict[str, Any]) -> Any:
        found = self._change_set(given)
        return {
            "ChangeSetName": found.name,
            "ChangeSetId": found.arn,
            "StackName": found.stack.name,
            "Status": found.status,
            "StatusReason": found.reason,
            "Changes": [{"Type": "Resource", "ResourceChange": change} for change in found.changes],
        }

    def _list_change_sets(self, given: dict[str, Any]) -> Any:
        stack = self.find(given["StackName"])
        found = [each for each in self.change_sets.values() if each.stack is stack]
        return {
            "Summaries": [
                {"ChangeSetId": each.arn, "ChangeSetName": each.name, "StackName": stack.name, "Status": each.status}
                for each in found
            ]
        }

    def _delete_change_set(self, given: dict[str, Any]) -> Any:
        del self.change_sets[self._change_set(given).arn]
        return {}

    def _change_set(self, given: dict[str, Any]) -> ChangeSet:
        for change_set in self.change_sets.values():
            if given["ChangeSetName"] in (change_set.arn, change_set.name):
                return change_set
        raise Invalid(f"ChangeSet [{given['ChangeSetName']}] does not exist")

    def _execute_change_set(self, given: dict[str, Any]) -> Any:
        change_set = self._change_set(given)
        for other in [each for each in self.change_sets.values() if each.stack is change_set.stack]:
            del self.change_sets[other.arn]
        threading.Thread(target=self._run, args=(change_set,), daemon=True).start()
        return {}

    def _delete_stack(self, given: dict[str, Any]) -> Any:
        try:
            stack = self.find(given["StackName"])
        except Invalid:
            return {}
        threading.Thread(target=self._remove, args=(stack,), daemon=True).start()
        return {}

    def _continue_update_rollback(self, given: dict[str, Any]) -> Any:
        stack = self.find(given["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise Invalid(f"Stack {stack.name} is in {stack.status} state")
        threading.Thread(target=self._continue, args=(stack,), daemon=True).start()
        return {}

    def _difference(self, stack: Stack, template: dict[str, Any], parameters: dict[str, str]) -> list[dict[str, Any]]:
        """Resources whose evaluated properties differ. What is new or replaced has no name yet."""
        made = {logical: held.made for logical, held in stack.held.items()}
        scope = Scope(template, parameters, self._pseudo(stack), made)
        changes = []
        for logical in scope.order():
            kind = template["Resources"][logical]["Type"]
            held = stack.held.get(logical)
            properties = scope.properties(logical)
            names = _differing(held.properties, properties) if held else []
            replaced = [name for name in names if name in REPLACES.get(kind, ())]
            if held is None or replaced:
                made[logical] = (f"new-{logical}", _Unknown(logical))
            if held is None:
                changes.append({"Action": "Add", "LogicalResourceId": logical, "ResourceType": kind})
            elif names:
                changes.append(
                    {
                        "Action": "Modify",
                        "LogicalResourceId": logical,
                        "PhysicalResourceId": held.made[0],
                        "ResourceType": kind,
                        "Replacement": "True" if replaced else "False",
                        "Details": [{"Target": {"Attribute": "Properties", "Name": name}} for name in names],
                    }
                )
        wanted = scope.order()
        changes += [
            {"Action": "Remove", "LogicalResourceId": logical, "ResourceType": held.kind}
            for logical, held in stack.held.items()
            if logical not in wanted
        ]
        return changes

    def _run(self, change_set: ChangeSet) -> None:
        stack, creating = change_set.stack, change_set.stack.status == "REVIEW_IN_PROGRESS"
        word = "CREATE" if creating else "UPDATE"
        before = {logical: Held(held.kind, held.properties, held.made) for logical, held in stack.held.items()}
        template = parse(change_set.template)
        self._say(stack, stack.name, f"{word}_IN_PROGRESS", "User Initiated")
        stack.updated = None if creating else datetime.now(UTC)
        stack.status = f"{word}_IN_PROGRESS"
        self._wait()
        try:
            outputs = self._apply(stack, template, change_set.parameters)
        except Exception as error:  # noqa: BLE001 - as CloudFormation: whatever a service answers
            self._roll_back(stack, before, word, str(error))
            return
        stack.template, stack.parameters, stack.tags = change_set.template, change_set.parameters, change_set.tags
        stack.outputs = outputs
        self._end(stack, f"{word}_COMPLETE")

    def _apply(self, stack: Stack, template: dict[str, Any], parameters: dict[str, str]) -> dict[str, str]:
        made = {logical: held.made for logical, held in stack.held.items()}
        scope = Scope(template, parameters, self._pseudo(stack), made)
        replaced: list[Held] = []
        for logical in scope.order():
            kind, properties = template["Resources"][logical]["Type"], scope.properties(logical)
            held = stack.held.get(logical)
            names = _differing(held.properties, properties) if held else []
            if held and not names:
                continue
            anew = held is None or any(name in REPLACES.get(kind, ()) for name in names)
            word = "CREATE" if anew else "UPDATE"
            try:
                if logical in self.faults.fail:
                    raise RuntimeError(self.faults.fail[logical])
                if anew or held is None:
                    made[logical] = create(self.aws, kind, logical, stack.name, properties)
                    replaced += [held] if held else []
                else:
                    made[logical] = update(self.aws, kind, held.made, held.properties, properties)
            except Exception as error:
                self._say(stack, logical, f"{word}_FAILED", str(error))
                raise
            stack.held[logical] = Held(kind, properties, made[logical])
            self._say(stack, logical, f"{word}_COMPLETE", "")
        for old in replaced:
            delete(self.aws, old.kind, old.made, old.properties)
        wanted = scope.order()
        self._drop(stack, [logical for logical in stack.held if logical not in wanted])
        return {name: self._reachable(value) for name, value in scope.outputs().items()}

    def _roll_back(self, stack: Stack, before: dict[str, Held], word: str, why: str) -> None:
        prefix = "" if word == "CREATE" else "UPDATE_"
        self._say(stack, stack.name, f"{prefix}ROLLBACK_IN_PROGRESS", why)
        stack.status = f"{prefix}ROLLBACK_IN_PROGRESS"
        if self.faults.fail_rollback:
            self._end(stack, f"{prefix}ROLLBACK_FAILED")
            return
        for logical, held in before.items():
            now = stack.held[logical]
            if now.properties != held.properties and now.made == held.made:
                update(self.aws, held.kind, now.made, now.properties, held.properties)
        self._drop(stack, [logical for logical in stack.held if logical not in before])
        stack.held = before
        self._end(stack, f"{prefix}ROLLBACK_COMPLETE")

    def _continue(self, stack: Stack) -> None:
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        self._wait()
        self._end(stack, "UPDATE_ROLLBACK_FAILED" if self.faults.fail_rollback else "UPDATE_ROLLBACK_COMPLETE")

    def _wait(self) -> None:
        while self.faults.hold:
            time.sleep(0.02)

    def _remove(self, stack: Stack) -> None:
        stack.status = "DELETE_IN_PROGRESS"
        self._say(stack, stack.name, "DELETE_IN_PROGRESS", "User Initiated")
        if self.faults.fail_delete:
            self._say(stack, "SessionTable", "DELETE_FAILED", "Resource is in use")
            self._end(stack, "DELETE_FAILED")
            return
        self._drop(stack, list(stack.held))
        self._end(stack, "DELETE_COMPLETE")

    def _drop(self, stack: Stack, logicals: list[str]) -> None:
        for logical in reversed(logicals):
            held = stack.held.pop(logical)
            delete(self.aws, held.kind, held.made, held.properties)
            self._say(stack, logical, "DELETE_COMPLETE", "")

    def _end(self, stack: Stack, status: str) -> None:
        self._say(stack, stack.name, status, "")
        stack.updated = datetime.now(UTC)
        stack.status = status

    def _say(self, stack: Stack, logical: str, status: str, why: str) -> None:
        stack.events.append(
            {
                "StackId": stack.id,
                "EventId": str(uuid.uuid4()),
                "StackName": stack.name,
                "LogicalResourceId": logical,
                "ResourceStatus": status,
                "ResourceStatusReason": why,
                "Timestamp": datetime.now(UTC),
            }
        )

    def _pseudo(self, stack: Stack) -> dict[str, str]:
        return {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackId": stack.id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def _reachable(self, output: str) -> str:
        """The API's address, which is AWS's own, is this rig's in its place."""
        return re.sub(r"https://(\w+)\.execute-api\.[\w.-]+", rf"{self.address}/api/\1", output)


class AlreadyExists(Invalid):
    """What CloudFormation answers with AlreadyExistsException."""


class _Unknown(dict[str, str]):
    """Attributes of what is not there yet."""

    def __init__(self, logical: str) -> None:
        super().__init__()
        self.logical = logical

    def __missing__(self, name: str) -> str:
        return f"new-{self.logical}.{name}"


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(name for name in {**one, **other} if one.get(name) != other.get(name))


def _pairs(values: dict[str, str], word: str) -> list[dict[str, str]]:
    return [{f"{word}Key": key, f"{word}Value": value} for key, value in values.items()]
