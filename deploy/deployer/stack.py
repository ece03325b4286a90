"""The CloudFormation stack: which state it is in, and how to get it out of a state that nothing can be done in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployer import program
from deployer.aws import Aws, AwsError, Json
from deployer.console import Console
from deployer.error import DeployError
from deployer.ours import OURS
from deployer.waiting import pause

# Outputs in which a stack notes what was set, which app it runs, and what its smoke test calls.
SET_BY_HAND, APP, SMOKE_TEST = "SetByHand", "App", "SmokeTest"
# Outputs of every app's template, which nobody else has together.
OF_AN_APP = {APP, "FunctionLog", "SessionTable"}
CHANGE_SET = f"{OURS}-change"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.3, 4.0

SOUND = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)
# Nothing of use is left in these; a new stack has to be made.
DEAD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True)
class Stack:
    """As CloudFormation describes it."""

    name: str
    found: Json

    @property
    def status(self) -> str:
        """Such as UPDATE_COMPLETE."""
        return str(self.found["StackStatus"])

    @property
    def exists(self) -> bool:
        """Whether there is more than a change set that never ran."""
        return self.status != "REVIEW_IN_PROGRESS"

    @property
    def changing(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and self.exists

    @property
    def trouble(self) -> str:
        """What is so where nothing can be changed as it is, and what `deploy` does about it; empty where all is well."""
        if not self.exists or self.status in SOUND:
            return ""
        if self.changing:
            return "A change is under way; deploy waits for it."
        if self.status in DEAD:
            return "It is left over from a deployment that failed: deploy deletes it and begins anew."
        if self.status == "UPDATE_ROLLBACK_FAILED":
            return "It is stuck in the middle of a rollback: deploy lets CloudFormation go on with that."
        return "It is to be rolled back in CloudFormation's console; then deploy again."

    @property
    def parameters(self) -> dict[str, str]:
        """What it was deployed with."""
        given = self.found.get("Parameters") or []
        return {item["ParameterKey"]: item.get("ParameterValue", "") for item in given}

    @property
    def package(self) -> str:
        """What its code is, a zip or an image; empty where it does not tell."""
        kinds = {"CodeKey": "zip", "ImageUri": "image"}
        return next((kind for name, kind in kinds.items() if self.parameters.get(name)), "")

    @property
    def issuer(self) -> str:
        """Whose tokens clients send; empty where they send keys."""
        return self.parameters.get("OAuthIssuer", "")

    @property
    def signed(self) -> bool:
        """Whether clients sign with AWS credentials, in place of sending a key."""
        return self.parameters.get("IamAccess") == "yes"

    @property
    def tags(self) -> dict[str, str]:
        """Its own, which its resources have as well."""
        return {tag["Key"]: tag["Value"] for tag in self.found.get("Tags") or []}

    @property
    def outputs(self) -> dict[str, str]:
        """What the template gives back."""
        return {item["OutputKey"]: item["OutputValue"] for item in self.found.get("Outputs") or []}

    def output(self, name: str) -> str:
        """One of them, which is there only when the stack is whole."""
        if name not in self.outputs:
            raise DeployError(f"{self.name} is in the state {self.status}: run deploy, which says what is wrong.")
        return self.outputs[name]

    @property
    def ours(self) -> bool:
        """Whether this made it, or another tool from its template."""
        usual = str(self.found.get("Description", "")).startswith(f"{OURS}:")
        return OURS in self.tags or usual or set(self.outputs) >= OF_AN_APP


def find_stack(aws: Aws, name: str) -> Stack | None:
    """Find the stack of that name, if it is ours; somebody else's is refused."""
    try:
        found = aws.call("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    except AwsError as error:
        if error.code == "ValidationError" and "does not exist" in error.said:
            return None
        raise
    stack = Stack(name, found)
    if stack.status == "DELETE_COMPLETE":
        return None
    if not (stack.ours if stack.exists else _only_proposed(aws, name)):
        raise DeployError(
            f"The stack {name} in {aws.region} is not one of {program.NAME}'s: take another name with --stack."
        )
    return stack


def _only_proposed(aws: Aws, name: str) -> bool:
    """Whether nobody but this has proposed this stack; it has neither tags nor description yet."""
    proposed = aws.pages("cloudformation", "list_change_sets", "Summaries", StackName=name)
    return all(summary["ChangeSetName"] == CHANGE_SET for summary in proposed)


def need_stack(aws: Aws, name: str) -> Stack:
    """Find the stack, which has to be there."""
    stack = find_stack(aws, name)
    if stack is None or not stack.exists:
        raise DeployError(f"There is no stack {name} in {aws.region}: deploy it first, or check --region and --stack.")
    return stack


def settle(aws: Aws, console: Console, name: str) -> Stack | None:
    """Find the stack in a state in which it can be changed: waits, and clears away what is stuck."""
    stack = find_stack(aws, name)
    if stack and stack.changing:
        console.say(f"Another change of {name} is under way; waiting for it.")
        follow(aws, console, stack)
        stack = find_stack(aws, name)
    if stack and stack.status == "UPDATE_ROLLBACK_FAILED":
        console.confirm(f"{name} is stuck in the middle of a rollback. Let CloudFormation go on with it?")
        seen = event_ids(aws, stack)
        aws.call("cloudformation", "continue_update_rollback", StackName=name)
        begin(aws, stack)
        stack = follow(aws, console, stack, seen)
        if stack.status == "UPDATE_ROLLBACK_FAILED":
            raise DeployError(
                f"{name} cannot be rolled back: {_reason(aws, stack, seen)} Put that right, then run this again."
            )
    if stack and stack.status in DEAD:
        console.confirm(
            f"{name} is left over from a deployment that failed ({stack.status}). Delete it and begin anew?"
        )
        delete_stack(aws, console, stack)
        return None
    if stack and stack.exists and not stack.status.endswith("_COMPLETE"):
        raise DeployError(
            f"{name} is in the state {stack.status}: roll it back in CloudFormation's console, then run this again."
        )
    return stack


def delete_stack(aws: Aws, console: Console | None, stack: Stack) -> None:
    """Delete it and wait; it is followed by its id, because the name is gone in the end. CloudFormation keeps its role."""
    seen = event_ids(aws, stack)
    aws.call("cloudformation", "delete_stack", StackName=stack.name)
    begin(aws, stack)
    ended = follow(aws, console, stack, seen)
    if ended.status != "DELETE_COMPLETE":
        raise DeployError(
            f"{stack.name} could not be deleted: {_reason(aws, ended, seen)} Put that right, then run this again."
        )


def follow(aws: Aws, console: Console | None, stack: Stack, seen: set[str] | None = None) -> Stack:
    """Say what happens to it until CloudFormation is done."""
    told = set(seen) if seen is not None else event_ids(aws, stack)
    pause_s = FIRST_PAUSE_S
    while True:
        now = _now(aws, stack)
        for event in [event for event in _events(aws, stack) if event["EventId"] not in told][::-1]:
            told.add(event["EventId"])
            if console:
                console.say(_line(event))
        if not now.changing and now.exists:
            return now
        pause(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


def begin(aws: Aws, stack: Stack) -> None:
    """Wait until it has left the state it was in: a change begins some moments after it is asked for."""
    for _ in range(100):
        now = _now(aws, stack)
        if now.status != stack.status or now.found.get("LastUpdatedTime") != stack.found.get("LastUpdatedTime"):
            return
        pause(FIRST_PAUSE_S)


def event_ids(aws: Aws, stack: Stack) -> set[str]:
    """What has happened to it so far."""
    return {event["EventId"] for event in _events(aws, stack)}


def failed(aws: Aws, stack: Stack, seen: set[str]) -> DeployError:
    """Why a change did not work, and what is left of it."""
    left = "Nothing was deployed" if "CREATE" in stack.status or stack.status in DEAD else "The stack is as it was"
    return DeployError(f"{_reason(aws, stack, seen)} {left}: put that right, then run this again.")


def trouble_of(aws: Aws, stack: Stack) -> str:
    """The stack's trouble, with what it came from."""
    if not stack.trouble or stack.changing:
        return stack.trouble
    return f"{_first_failure(stack, _last_change(_events(aws, stack)))} {stack.trouble}"


def _last_change(events: Iterator[Json]) -> list[Json]:
    """Back to the last thing that somebody began; they come newest first."""
    found: list[Json] = []
    for event in events:
        found.append(event)
        if event.get("ResourceStatusReason") == "User Initiated":
            break
    return found


def resources(aws: Aws, name: str) -> list[Json]:
    """What it holds."""
    return list(aws.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=name))


def _events(aws: Aws, stack: Stack) -> Iterator[Any]:
    return aws.pages("cloudformation", "describe_stack_events", "StackEvents", StackName=_id(stack))


def _now(aws: Aws, stack: Stack) -> Stack:
    return Stack(stack.name, aws.call("cloudformation", "describe_stacks", StackName=_id(stack))["Stacks"][0])


def _id(stack: Stack) -> str:
    return str(stack.found.get("StackId") or stack.name)


def _line(event: Json) -> str:
    reason = event.get("ResourceStatusReason", "")
    said = f"  {reason}" if reason and "FAILED" in event["ResourceStatus"] else ""
    return f"  {event['ResourceStatus'].lower().replace('_', ' '):28}{event['LogicalResourceId']}{said}"


def _reason(aws: Aws, stack: Stack, seen: set[str]) -> str:
    return _first_failure(stack, [event for event in _events(aws, stack) if event["EventId"] not in seen])


def _first_failure(stack: Stack, events: list[Json]) -> str:
    """Those after it were only cancelled."""
    for event in reversed(events):
        reason = " ".join(event.get("ResourceStatusReason", "").split())
        if event["ResourceStatus"].endswith("_FAILED") and reason and "cancelled" not in reason:
            return f"{event['LogicalResourceId']} failed: {reason.rstrip('.')}."
    return f"CloudFormation ended in {stack.status}."
