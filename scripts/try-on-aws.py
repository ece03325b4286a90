#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["boto3>=1.41"]
# ///
"""Asks AWS what docs/aws-assumptions.md only assumes: an afternoon with an account that may be played with.

It makes what it asks about under a name of its own, writes AWS's answers to a file without secrets, which the doubles are then held
to, and deletes all that it made, also when something fails on the way. Nobody of us has run it on an account yet: it was read, and
tried on the doubles (test/e2e/deploy-script/try-on-aws.test.ts).

    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1 --plan    # says what it would do, and what that costs
    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1
    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1 --only logs athena
    python3 scripts/try-on-aws.py --account 123456789012 --region us-east-1 --destroy NAME    # what a run that died has left
"""

import argparse
import datetime
import json
import re
import secrets
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "deploy"), str(ROOT / "scripts")]

from deployer.app import NAME  # noqa: E402
from deployer.aws import Aws  # noqa: E402
from deployer.console import Console  # noqa: E402
from deployer.error import DeployError  # noqa: E402
from try_on_aws import account, athena, bedrock, logs, roles, server, stacks, tokens  # noqa: E402
from try_on_aws.trial import Json, Seen, Trial  # noqa: E402

PREFIX = "try-on-aws-"
# What is made has a longer name, and deploy.py takes 41.
LONGEST = 28
INTERRUPTED = 130
# Of a terminal.
WIDTH = 80
OUT = ROOT / "rigs/recorded/aws.json"
LISTED: Json = json.loads((ROOT / "scripts/try_on_aws/lines.json").read_text())
COST = (
    "All together: everything is named {name}-… and deleted: stacks, an image repository, buckets, log groups, tables, roles, a "
    "user pool, API keys; one metric stays until CloudWatch forgets it. It takes up to two hours, most of it waiting, and costs "
    "less than 0.20 USD: 0.04 for Cost Explorer, 0.01 each for a model, metrics and alarms, the rest for requests, function "
    "calls and bytes that lie there for minutes."
)
Check = Callable[[Trial], Seen]
Gone = Callable[[Trial], None]


def _nothing(_: Trial) -> None:
    """It leaves nothing."""


# In order: what asks the lines that lines.json gives to it, and what deletes what it made.
CHECKS: dict[str, tuple[Check, Gone]] = {
    "logs": (logs.check, logs.gone),
    "large": (logs.large, logs.gone),
    "many": (logs.many, logs.gone),
    "athena": (athena.check, partial(athena.gone, of="athena")),
    "scans": (athena.scans, partial(athena.gone, of="scans")),
    "sample": (athena.sample, partial(athena.gone, of="sample")),
    "database": (athena.without_default, partial(athena.gone, of="database")),
    "metrics": (account.metrics, _nothing),
    "quotas": (account.quotas, _nothing),
    "bill": (account.bill, _nothing),
    "objects": (account.objects, account.objects_gone),
    "tables": (account.tables, account.tables_gone),
    "stacks": (stacks.check, stacks.gone),
    "denials": (roles.denials, roles.denials_gone),
    "tokens": (tokens.check, tokens.gone),
    "server": (server.check, partial(server.gone, of="server")),
    "concurrency": (server.concurrency, partial(server.gone, of="concurrency")),
    "authorizer": (server.authorizer, partial(server.gone, of="authorizer")),
    "signatures": (server.signatures, partial(server.gone, of="signatures")),
    "permissions": (server.permissions, server.permissions_gone),
    "rollout": (server.rollout, partial(server.gone, of="rollout")),
    "silence": (server.silence, partial(server.gone, of="silence")),
    "image": (server.image, partial(server.gone, of="image")),
    "bedrock": (bedrock.check, bedrock.gone),
    "later": (logs.later, logs.gone),
}


def plan(console: Console, chosen: list[str]) -> None:
    """Number the lines, by the check that asks them."""
    says = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| ", (ROOT / "docs/aws-assumptions.md").read_text(), re.MULTILINE))
    number = 0
    for name in chosen:
        console.say(textwrap.fill(f"{name}: {(CHECKS[name][0].__doc__ or '').splitlines()[0]}", WIDTH))
        for line in LISTED["checks"][name]:
            number += 1
            console.say(f"  {number:3} " + textwrap.shorten(f"{line}: {says[line]}", WIDTH - 6, placeholder=" …"))


def check_tools() -> None:
    """Find out before anything is made whether this machine can do it."""
    if not (ROOT / "node_modules/serverless-mcp").exists():
        raise DeployError(f"It deploys a server of this clone and asks a question of it: run npm ci in {ROOT} first.")


def _earlier(out: Path, region: str) -> Json:
    """What runs of before have written there: a check that is asked again replaces its own answers only."""
    if not out.exists():
        return {}
    found: Json = json.loads(out.read_text())
    if found.get("region") != region:
        raise DeployError(f"{out} has the answers of {found.get('region')}: name another file with --out.")
    return found


def run(trial: Trial, chosen: list[str], out: Path) -> None:
    """Ask one after the other; a check that fails tells that, and the next goes on. What is known is written down each time."""
    earlier = _earlier(out, trial.aws.region)
    answers: Json = {}
    for name in chosen:
        check, gone = CHECKS[name]
        trial.console.say(f"- {name}")
        try:
            answers[name] = check(trial)
        except Exception as error:
            answers[name] = {"failed": f"{type(error).__name__}: {error}"}
            trial.console.say(f"  {answers[name]['failed']}")
        head = {"at": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", "region": trial.aws.region}
        out.parent.mkdir(parents=True, exist_ok=True)
        found = trial.cleaned({"answers": answers, "said": trial.said})
        whole = {part: {**earlier.get(part, {}), **now} for part, now in found.items()}
        out.write_text(json.dumps({**head, **whole}, indent=2) + "\n")
        _left(trial, [gone])
    trial.console.say(f"AWS's answers are in {out}: read them before you hand them on.")


def clean(trial: Trial, chosen: list[str]) -> None:
    """Delete all that has the name."""
    left = _left(trial, list(dict.fromkeys(CHECKS[name][1] for name in chosen)))
    if left:
        raise DeployError(f"Something of {trial.name} is left: {' '.join(left)} Try --destroy {trial.name}.")
    trial.console.say(f"All that was named {trial.name} is deleted.")


def _left(trial: Trial, all_gone: list[Gone]) -> list[str]:
    """What one cannot delete keeps no other."""
    trial.left.clear()
    for gone in all_gone:
        try:
            gone(trial)
        except Exception as error:
            trial.left.append(str(error))
            trial.console.say(f"  {error}")
    return trial.left


def attempt(trial: Trial, chosen: list[str], out: Path) -> int:
    """Run, and leave nothing, however that ends."""
    try:
        run(trial, chosen, out)
    except KeyboardInterrupt:
        trial.console.say(
            f"\nInterrupted: what it made is deleted now. Press Ctrl-C again to leave that to --destroy {trial.name}."
        )
        return INTERRUPTED
    finally:
        clean(trial, chosen)
    return 0


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="Asks AWS what docs/aws-assumptions.md only assumes")
    parser.add_argument("--account", required=True, help="the sandbox; any other is refused")
    parser.add_argument("--region", required=True)
    parser.add_argument("--profile")
    parser.add_argument("--only", nargs="+", choices=list(CHECKS), default=list(CHECKS), metavar="CHECK")
    parser.add_argument("--out", type=Path, default=OUT, help="where the answers go")
    parser.add_argument("--plan", action="store_true", help="say what it would do, and do nothing")
    parser.add_argument("--name", help="of all that is made, in place of a random one")
    parser.add_argument("--destroy", metavar="NAME", help="delete what a run that died has left")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    given = parser.parse_args()
    console = Console(agrees=given.yes)
    try:
        aws = Aws(region=given.region, profile=given.profile)
        if aws.account != given.account:
            raise DeployError(f"You are signed in to the account {aws.account}, not {given.account}: nothing was done.")
        name = given.destroy or given.name or f"{PREFIX}{secrets.token_hex(3)}"
        if not (name.startswith(PREFIX) and NAME.fullmatch(name) and len(name) <= LONGEST):
            begin = f"their names begin with {PREFIX}, then have small letters, digits and -, {LONGEST} in all at most"
            raise DeployError(f"{name} is not one of this script's: {begin}.")
        # Of what is asked for on the way, nobody is there to answer.
        trial = Trial(aws, Console(agrees=True), name, given.profile)
        if given.destroy:
            console.confirm(f"Delete all that is named {name} in the account {aws.account}, {aws.region}?")
            clean(trial, given.only)
            return 0
        plan(console, given.only)
        console.say(textwrap.fill(COST.format(name=name), WIDTH))
        if given.plan:
            return 0
        check_tools()
        _earlier(given.out, aws.region)
        console.confirm(f"Do this in the account {aws.account}, {aws.region}?")
        return attempt(trial, given.only, given.out)
    except DeployError as failure:
        console.say(f"try-on-aws.py: {failure}")
        return 1
    except KeyboardInterrupt:
        console.say("\ntry-on-aws.py: Interrupted. What it may have left goes with --destroy and its name.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
