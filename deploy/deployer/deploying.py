"""The deployment, in order. Each step finds out first whether it is still to be done, so it can be broken off anywhere."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from deployer import changes, code, program, smoke, ways_in
from deployer.account import RESERVED, look_at
from deployer.app import NAME, App, app_of_stack, notes_for_stack
from deployer.archive import Bucket
from deployer.aws import Aws
from deployer.changes import ChangeSet, Proposal
from deployer.code import CodeRequest, Place
from deployer.console import Console
from deployer.costs import cost_line
from deployer.error import DeployError
from deployer.image import this_architecture
from deployer.keys import Keys, keys_of
from deployer.merging import template_of
from deployer.ours import OURS
from deployer.parameters import Values, kept_by_hand, known, limits_by_themselves, parse_settings, values_of
from deployer.stack import SET_BY_HAND, Stack, find_stack, need_stack, settle, trouble_of
from deployer.template import Parameter, read_parameters, template_to_deploy

# Outputs cannot be empty.
NOTHING = "-"
# Where stacks of before note what was set.
OF_BEFORE = "".join(part.capitalize() for part in OURS.split("-"))


@dataclass(frozen=True)
class DeployRequest:
    """What the command line asks for."""

    app: App
    stack: str
    # By options of the app's own.
    asked: Mapping[str, str] = field(default_factory=dict)
    settings: Sequence[str] = ()
    unset: Sequence[str] = ()
    tags: Sequence[str] = ()
    untag: Sequence[str] = ()
    role: str | None = None
    builder: str | None = None
    base_image: str | None = None
    rebuild: bool = False
    plan: bool = False
    show: bool = False


def deploy(aws: Aws, console: Console, request: DeployRequest) -> None:
    """Build, show, ask, deploy, try out, and say what to paste."""
    if not NAME.fullmatch(request.stack):
        raise DeployError(
            f"--stack {request.stack}: take a small letter, then small letters, digits and -, 41 at most."
        )
    console.say(f"{request.stack} in {aws.region}, account {aws.account}")
    stack = _to_plan(aws, request.stack) if request.plan else settle(aws, console, request.stack)
    before = stack.parameters if stack and stack.exists else {}
    _check_app(stack if before else None, request)
    text = template_of(request.app)
    parameters = read_parameters(aws, text)
    by_hand = _by_hand(aws, stack, request, parameters)
    _check_needed(request.app, by_hand)
    defaults = {name: parameter.default or "" for name, parameter in parameters.items()}
    takes = request.app.plugin.find(aws, {**defaults, **by_hand})
    account = look_at(aws, own=int(before.get(RESERVED) or 0))
    account.check(by_hand)
    for note in [*takes.notes, *account.notes()]:
        console.say(f"Note: {note}")
    found = {**_machine(request.app, before), **account.found(), **takes.values}
    tags = _tags(stack, request)
    architecture = by_hand.get("Architecture") or found.get("Architecture") or defaults["Architecture"]
    place = code.provide(aws, console, request.app, _code_request(request, tags, architecture, takes.arguments))
    values = values_of(parameters, by_hand=by_hand, found=found, code=place.parameters)
    template = template_to_deploy(text, values.all, _about(request, values))
    change_set = changes.propose(aws, stack, Proposal(request.stack, template, values.all, tags, request.role))
    if change_set is None:
        console.say("Nothing to change.")
        if request.plan:
            return
        place.bring()
    else:
        limits = limits_by_themselves(before, values) if before else ""
        told = (change_set.text(), limits, _cost(request.app, values, takes.image_gb))
        console.say("\n" + "\n\n".join(filter(None, told)))
        if request.plan:
            changes.discard_new(aws, change_set)
            return
        _ask(aws, console, change_set, place)
        changes.run(aws, console, change_set)
    if request.app.package == "zip":
        Bucket(aws, request.stack).drop_old()
    _hand_over(aws, console, request, need_stack(aws, request.stack), changed=change_set is not None)


def _ask(aws: Aws, console: Console, change_set: ChangeSet, place: Place) -> None:
    """After a yes the code goes where the change fetches it; after anything else there is again what there was."""
    try:
        console.confirm("Deploy this?")
        place.bring()
    except (DeployError, KeyboardInterrupt):
        changes.discard_new(aws, change_set)
        if change_set.creates and place.left:
            console.say(place.left)
        raise


def _check_app(stack: Stack | None, request: DeployRequest) -> None:
    """Another server in place of the one that is there would take its sessions and keys, another package cannot be."""
    runs = app_of_stack(stack).name if stack else request.app.name
    if runs != request.app.name:
        raise DeployError(
            f"The stack {request.stack} runs {runs}, not {request.app.name}: name the folder of {runs} with --app, "
            "or another stack with --stack."
        )
    # For another PackageType CloudFormation makes another function, which cannot have the same name:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
    if stack and stack.package not in ("", request.app.package):
        raise DeployError(
            f"The stack {request.stack} has its code as {stack.package}, and no function becomes {request.app.package}: "
            "destroy it first, or name another stack with --stack."
        )


def _check_needed(app: App, by_hand: Mapping[str, str]) -> None:
    missing = next((name for name, one in app.parameters.items() if "default" not in one and name not in by_hand), None)
    if missing:
        raise DeployError(f"{app.name} needs a value: add --set {missing}=…")


def _machine(app: App, before: Mapping[str, str]) -> dict[str, str]:
    """What a machine builds without emulation, unless it was built otherwise before; a zip is for any."""
    if app.package == "zip":
        return {}
    return {"Architecture": before.get("Architecture") or this_architecture()}


def _code_request(
    request: DeployRequest, tags: Mapping[str, str], architecture: str, arguments: Mapping[str, str]
) -> CodeRequest:
    return CodeRequest(
        stack=request.stack,
        tags=tags,
        architecture=architecture,
        arguments=arguments,
        builder=request.builder,
        base_image=request.base_image,
        rebuild=request.rebuild,
        plan=request.plan,
    )


def _cost(app: App, values: Values, image_gb: Decimal) -> str:
    size = image_gb if app.package == "image" else Decimal(0)
    return cost_line(values.all, image_gb=size, note=app.plugin.cost_note)


def _to_plan(aws: Aws, name: str) -> Stack | None:
    """Find the stack, whose changes can be told only where it is well."""
    stack = find_stack(aws, name)
    if stack and stack.trouble:
        raise DeployError(
            f"{name} is in the state {stack.status}, of which nothing can be planned. {trouble_of(aws, stack)}"
        )
    return stack


def _by_hand(
    aws: Aws, stack: Stack | None, request: DeployRequest, parameters: Mapping[str, Parameter]
) -> dict[str, str]:
    before = stack.parameters if stack and stack.exists else {}
    kept = kept_by_hand(before, _remembered(aws, stack) if stack and before else frozenset(), parameters)
    asked = {**parse_settings(request.settings, parameters), **request.asked}
    forgotten = {known(name, parameters).name for name in request.unset}
    return {name: value for name, value in {**kept, **asked}.items() if name not in forgotten or name in asked}


def _tags(stack: Stack | None, request: DeployRequest) -> dict[str, str]:
    """Those of before, and those that are given now; ours comes with each."""
    asked = dict(tag.split("=", 1) for tag in request.tags if "=" in tag)
    wrong = next((tag for tag in request.tags if "=" not in tag), None)
    if wrong is not None:
        raise DeployError(f"--tag {wrong}: write --tag KEY=VALUE.")
    kept = {**(stack.tags if stack else {}), **asked}
    return {key: value for key, value in kept.items() if key not in request.untag and key != OURS}


def _remembered(aws: Aws, stack: Stack) -> frozenset[str] | None:
    """Which parameters were set by hand, as the stack notes it; another tool's has no note."""
    if SET_BY_HAND in stack.outputs:
        return frozenset(stack.outputs[SET_BY_HAND].split()) - {NOTHING}
    summary = aws.call("cloudformation", "get_template_summary", StackName=stack.name)
    about = json.loads(summary.get("Metadata") or "{}").get(OF_BEFORE)
    return None if about is None else frozenset(about["SetByHand"].split())


def _about(request: DeployRequest, values: Values) -> dict[str, str]:
    by_hand = {SET_BY_HAND: " ".join(sorted(values.by_hand)) or NOTHING}
    return {**by_hand, **notes_for_stack(request.app)}


def _hand_over(aws: Aws, console: Console, request: DeployRequest, stack: Stack, *, changed: bool) -> None:
    """Say what to paste, and see that clients get in as they should."""
    _say_record(console, stack)
    name = None if stack.issuer or stack.signed else _first_key(console, keys_of(aws, stack))
    if changed or request.show:
        console.show(ways_in.what_to_paste(aws, request.app, stack, name, show=request.show))
    else:
        console.say("What to paste into each host is as it was: config prints it.")
    reason = _not_reachable(stack)
    if reason:
        console.say(f"\n{reason}: {program.STARTED_AS} test --stack {stack.name} --region {aws.region}")
        return
    console.say(f"\nTrying {stack.output('Url')}.")
    try:
        seen = ways_in.try_out(aws, request.app, stack, name, patience_s=smoke.PATIENCE_S)
    except DeployError as failure:
        left_out = " Is this machine among AllowedIps?" if stack.parameters.get("AllowedIps") else ""
        again = f"{left_out} Then run the command again."
        raise DeployError(f"It is deployed, but not all is well: {failure}{again}") from failure
    for line in seen:
        console.say(f"  {line}")


def _first_key(console: Console, keys: Keys) -> str:
    """One that is there, or a new one of who deploys."""
    name = keys.usual() or keys.own
    keys.ensure(name)
    console.say(f"\nThe key {name} is in {keys.file.path}.\n")
    return name


def _say_record(console: Console, stack: Stack) -> None:
    domain, target = stack.parameters.get("DomainName"), stack.outputs.get("DomainTarget")
    if target and not stack.parameters.get("HostedZoneId"):
        console.say(f"\nWhere the DNS of {domain} is kept, create a CNAME record: {domain} to {target}.")


def _not_reachable(stack: Stack) -> str:
    """Why a trial from here would not tell anything. A person has to make a record of DNS, which can take a day."""
    domain = stack.parameters.get("DomainName")
    if stack.parameters.get("VpcEndpointIds"):
        return "Only its VPC reaches it. There"
    if domain and not stack.parameters.get("HostedZoneId") and not smoke.resolves(domain):
        return f"{domain} is not known to DNS yet. Once it is"
    return ""
