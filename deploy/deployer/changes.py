"""What would change, before it does: CloudFormation's change set is the plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from deployer import program
from deployer.aws import Aws, Json
from deployer.console import Console, table
from deployer.error import DeployError
from deployer.ours import OURS
from deployer.stack import (
    CHANGE_SET,
    FIRST_PAUSE_S,
    Stack,
    begin,
    delete_stack,
    event_ids,
    failed,
    find_stack,
    follow,
)
from deployer.waiting import pause

NOTHING_NEW = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class Change:
    """A resource that is added, changed, replaced or removed."""

    what: str
    name: str
    kind: str
    why: str


@dataclass(frozen=True)
class ChangeSet:
    """Ready to run."""

    arn: str
    stack: Stack
    creates: bool
    changes: tuple[Change, ...]

    def text(self) -> str:
        """Show it as a table."""
        if not self.changes:
            return "  No resource changes; what is set is kept."
        return table([(f"  {change.what}", change.name, change.kind, change.why) for change in self.changes])


@dataclass(frozen=True)
class Proposal:
    """What a stack is to be."""

    name: str
    template: str
    values: Mapping[str, str]
    tags: Mapping[str, str]
    # That CloudFormation works with; none means what the stack has, or whoever asks.
    role: str | None


def propose(aws: Aws, stack: Stack | None, proposal: Proposal) -> ChangeSet | None:
    """Ask CloudFormation what it would change; nothing at all is None."""
    name = proposal.name
    creates = stack is None or not stack.exists
    if stack is not None:
        clear_away(aws, name)
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in proposal.values.items()]
    role = {"RoleARN": proposal.role} if proposal.role else {}
    made = aws.call(
        "cloudformation",
        "create_change_set",
        StackName=name,
        ChangeSetName=CHANGE_SET,
        ChangeSetType="CREATE" if creates else "UPDATE",
        TemplateBody=proposal.template,
        Parameters=given,
        Capabilities=["CAPABILITY_IAM"],
        Tags=[{"Key": key, "Value": value} for key, value in {**proposal.tags, OURS: name}.items()],
        Description=program.NAME,
        **role,
    )
    arn = made["Id"]
    described = _ready(aws, arn, name)
    if described["Status"] == "FAILED":
        reason = described.get("StatusReason", "")
        nothing_new = any(words in reason for words in NOTHING_NEW)
        found = [] if nothing_new else _found_early(aws, arn, name)
        discard(aws, arn, name)
        if nothing_new:
            return None
        why = "; ".join(found) or " ".join(reason.split()).rstrip(".")
        raise DeployError(f"CloudFormation does not take this: {why}. Check what is --set.")
    now = find_stack(aws, name)
    if now is None:
        raise DeployError(f"The stack {name} was deleted meanwhile: run the command again.")
    return ChangeSet(arn, now, creates, tuple(_changes(described)))


def run(aws: Aws, console: Console, change_set: ChangeSet) -> Stack:
    """Run it, say what happens, and give the changed stack."""
    stack = change_set.stack
    seen = event_ids(aws, stack)
    aws.call("cloudformation", "execute_change_set", ChangeSetName=change_set.arn)
    begin(aws, stack)
    ended = follow(aws, console, stack, seen)
    if ended.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise failed(aws, ended, seen)
    return ended


def discard(aws: Aws, arn: str, stack: str) -> None:
    """Take a change set back that is not to run."""
    aws.call("cloudformation", "delete_change_set", ChangeSetName=arn, StackName=stack)


def discard_new(aws: Aws, change_set: ChangeSet) -> None:
    """Take back the empty stack, too, that a first change set comes with; nobody has asked for it, so nothing is said."""
    discard(aws, change_set.arn, change_set.stack.name)
    if change_set.creates:
        delete_stack(aws, None, change_set.stack)


def clear_away(aws: Aws, name: str) -> None:
    """Delete what an interrupted run has left."""
    for summary in aws.pages("cloudformation", "list_change_sets", "Summaries", StackName=name):
        if summary["ChangeSetName"] == CHANGE_SET and summary.get("StackName", name) == name:
            discard(aws, summary["ChangeSetId"], name)


def _ready(aws: Aws, arn: str, name: str) -> Json:
    """Wait until CloudFormation has worked it out, and read all pages."""
    while True:
        described = aws.call("cloudformation", "describe_change_set", ChangeSetName=arn, StackName=name)
        if described["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        pause(FIRST_PAUSE_S)
    pages = aws.pages("cloudformation", "describe_change_set", "Changes", ChangeSetName=arn, StackName=name)
    return {**described, "Changes": list(pages)}


def _found_early(aws: Aws, arn: str, name: str) -> list[str]:
    """What CloudFormation found wrong before it began: the reason of the change set only says that there is something.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
    """
    try:
        place = {"StackName": name, "ChangeSetName": arn}
        only = {"FailedEvents": True}
        events = list(aws.pages("cloudformation", "describe_events", "OperationEvents", Filters=only, **place))
    except (DeployError, LookupError):  # Without the permission, or with a boto3 that does not know it.
        return []
    found = []
    for event in events:
        said = " ".join(str(event.get("ValidationStatusReason") or event.get("HookStatusReason") or "").split())
        where = event.get("LogicalResourceId", "") + event.get("ValidationPath", "").replace("/", " ")
        if said:
            found.append(f"{where}: {said.rstrip('.')}")
    return list(dict.fromkeys(found))


def _changes(described: Json) -> list[Change]:
    """Replaced and removed ones come first: they are what a person should look at."""
    found = [_change(change["ResourceChange"]) for change in described["Changes"] if "ResourceChange" in change]
    found = _published(found)
    order = ("replaces", "may replace", "removes", "changes", "adds")
    return sorted(found, key=lambda change: (order.index(change.what), change.name))


def _published(changes: list[Change]) -> list[Change]:
    """One deployment of the API in place of another, which template.py has named anew, is one change."""
    both = [change for change in changes if change.kind == "ApiGateway::Deployment"]
    if {change.what for change in both} != {"adds", "removes"}:
        return changes
    published = Change("changes", "ApiDeployment", "ApiGateway::Deployment", "the API is published anew")
    return [*(change for change in changes if change not in both), published]


def _change(found: Json) -> Change:
    what = {"Add": "adds", "Remove": "removes"}.get(found["Action"], "changes")
    if what == "changes":
        what = {"True": "replaces", "Conditional": "may replace"}.get(found.get("Replacement", ""), "changes")
    targets = [detail.get("Target", {}) for detail in found.get("Details") or []]
    names = sorted({target.get("Name") or target.get("Attribute", "") for target in targets} - {""})
    return Change(what, found["LogicalResourceId"], found["ResourceType"].removeprefix("AWS::"), ", ".join(names))
