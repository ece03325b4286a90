"""The deployment, in order. Each step finds out first whether it is still to be done, so it can be broken off anywhere."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deployer import changes, smoke, ways_in
from deployer.account import RESERVED, look_at
from deployer.aws import Aws
from deployer.changes import Proposal
from deployer.console import Console
from deployer.costs import cost_line
from deployer.error import DeployError
from deployer.image import ROOT, Recipe, Repository, find_builder, this_architecture
from deployer.keys import Keys, keys_of
from deployer.parameters import Values, kept_by_hand, known, parse_settings, values_of
from deployer.permissions import permissions_of
from deployer.source import source_from_text
from deployer.stack import OURS, SET_BY_HAND, Stack, find_stack, need_stack, settle, trouble_of
from deployer.template import PATH, Parameter, read_parameters, template_to_deploy

NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
# Outputs cannot be empty.
NOTHING = "-"
NO_IMAGE = f"sha256:{0:064}"


@dataclass(frozen=True)
class DeployRequest:
    """What the command line asks for."""

    stack: str
    source: str | None
    settings: Sequence[str]
    unset: Sequence[str]
    tags: Sequence[str]
    untag: Sequence[str]
    role: str | None
    builder: str | None
    base_image: str | None
    rebuild: bool
    plan: bool
    show: bool


def deploy(aws: Aws, console: Console, request: DeployRequest) -> None:
    """Build, push, show, ask, deploy, try out, and say what to paste."""
    if not NAME.fullmatch(request.stack):
        raise DeployError(
            f"--stack {request.stack}: take a small letter, then small letters, digits and -, 41 at most."
        )
    console.say(f"{request.stack} in {aws.region}, account {aws.account}")
    stack = _to_plan(aws, request.stack) if request.plan else settle(aws, console, request.stack)
    text = PATH.read_text()
    parameters = read_parameters(aws, text)
    by_hand = _by_hand(aws, stack, request, parameters)
    source = source_from_text(by_hand.get("Source", parameters["Source"].default or ""))
    permissions = permissions_of(aws, source)
    before = stack.parameters if stack and stack.exists else {}
    account = look_at(aws, own=int(before.get(RESERVED) or 0))
    account.check(by_hand)
    for note in [*permissions.notes, *account.notes()]:
        console.say(f"Note: {note}")
    # What a machine builds without emulation, unless it was built otherwise before.
    machine = {"Architecture": before.get("Architecture") or this_architecture()}
    found = {**machine, **account.found(), **permissions.values()}
    architecture = by_hand.get("Architecture", found["Architecture"])
    tags = _tags(stack, request)
    repository = Repository(aws, request.stack, tags)
    recipe = Recipe(architecture, permissions.reads_files, request.base_image)
    digest = _image(console, repository, recipe, request)
    values = values_of(parameters, by_hand=by_hand, found=found, image_uri=f"{repository.uri}@{digest}")
    template = template_to_deploy(text, values.all, _about(values))
    change_set = changes.propose(aws, stack, Proposal(request.stack, template, values.all, tags, request.role))
    if change_set is None:
        console.say("Nothing to change.")
    else:
        console.say(f"\n{change_set.text()}\n\n{cost_line(values.all, duckdb=permissions.reads_files)}")
        if request.plan:
            changes.discard_new(aws, console, change_set)
            return
        console.confirm("Deploy this?")
        stack = changes.run(aws, console, change_set)
    if not request.plan:
        _hand_over(aws, console, need_stack(aws, request.stack), show=request.show)


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
    asked = parse_settings(request.settings, parameters)
    if request.source is not None:
        asked["Source"] = request.source
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
    # As stacks of before note it.
    summary = aws.call("cloudformation", "get_template_summary", StackName=stack.name)
    about = json.loads(summary.get("Metadata") or "{}").get("BedrockSpend")
    return None if about is None else frozenset(about["SetByHand"].split())


def _about(values: Values) -> dict[str, str]:
    return {SET_BY_HAND: " ".join(sorted(values.by_hand)) or NOTHING}


def _image(console: Console, repository: Repository, recipe: Recipe, request: DeployRequest) -> str:
    """Find the image's digest, after building it where it is not there."""
    digest = None if request.rebuild else repository.digest(recipe.tag)
    if request.plan:
        console.say(f"Image {recipe.tag}: {'is there' if digest else 'would be built and pushed'}.")
        return digest or NO_IMAGE
    if digest is None:
        builder = find_builder(request.builder, console)
        repository.ensure()
        reference = f"{repository.uri}:{recipe.tag}"
        console.say(f"Building {recipe.tag} with {builder.program} for {recipe.architecture}.")
        builder.build(recipe, reference, _labels())
        console.say("Pushing it.")
        builder.push(reference, repository.login())
        digest = repository.digest(recipe.tag)
    if digest is None:
        raise DeployError(f"The image was pushed, but {repository.name} does not have it: run the command again.")
    return digest


def version() -> str:
    """Of this clone."""
    return str(json.loads((ROOT / "package.json").read_text())["version"])


def _labels() -> dict[str, str]:
    """What the image says about itself; no part of what it is."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        said = ""
    return {"VERSION": version(), "REVISION": said or "unknown"}


def _hand_over(aws: Aws, console: Console, stack: Stack, *, show: bool) -> None:
    """Say what to paste, and see that clients get in as they should."""
    _say_record(console, stack)
    name = None if stack.issuer or stack.signed else _first_key(aws, console, keys_of(aws, stack))
    console.show(ways_in.what_to_paste(aws, stack, name, show=show))
    reason = _not_reachable(stack)
    if reason:
        console.say(f"\n{reason}: deploy.py test --stack {stack.name} --region {aws.region}")
        return
    console.say(f"\nTrying {stack.output('Url')}.")
    try:
        seen = ways_in.try_out(aws, stack, name, patience_s=smoke.PATIENCE_S)
    except DeployError as failure:
        left_out = " Is this machine among AllowedIps?" if stack.parameters.get("AllowedIps") else ""
        again = f"{left_out} Then run the command again."
        raise DeployError(f"It is deployed, but not all is well: {failure}{again}") from failure
    for line in seen:
        console.say(f"  {line}")


def _first_key(aws: Aws, console: Console, keys: Keys) -> str:
    """One whose value is here, one that is there, or a new one of who deploys."""
    existing, kept = keys.live(), keys.file.values()
    mine = next((key.name for key in existing if key.name in kept), None)
    name = mine or (existing[0].name if existing else re.sub(r"[^A-Za-z0-9._@+-]", "-", aws.user)[:64])
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
