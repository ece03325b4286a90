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
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "deploy"), str(ROOT / "scripts")]

from deployer.aws import Aws  # noqa: E402
from deployer.console import Console  # noqa: E402
from deployer.error import DeployError  # noqa: E402
from deployer.stack import find_stack  # noqa: E402
from try_on_aws import account, athena, bedrock, logs, roles, server, stacks, tokens  # noqa: E402
from try_on_aws.trial import Json, Seen, Trial  # noqa: E402

PREFIX = "try-on-aws-"
OUT = ROOT / "rigs/recorded/aws.json"
LISTED: Json = json.loads((ROOT / "scripts/try_on_aws/lines.json").read_text())
COST = (
    "Everything is named {name} and deleted at the end: stacks, an image repository, buckets, log groups, tables, roles, a user "
    "pool, an API key. It takes an hour, most of it waiting, and costs less than 0.20 USD: 0.04 for Cost Explorer, 0.01 for a "
    "model, the rest for requests, function calls and gigabytes that lie there for minutes."
)
Check = Callable[[Trial], Seen]
Gone = Callable[[Trial], None]


def _nothing(_: Trial) -> None:
    """It leaves nothing."""


# In order: what asks the lines that lines.json gives to it, and what deletes what it made.
CHECKS: dict[str, tuple[Check, Gone]] = {
    "logs": (logs.check, logs.gone),
    "athena": (athena.check, athena.gone),
    "database": (athena.without_default, athena.gone),
    "metrics": (account.metrics, _nothing),
    "quotas": (account.quotas, _nothing),
    "bill": (account.bill, _nothing),
    "objects": (account.objects, account.objects_gone),
    "tables": (account.tables, account.tables_gone),
    "stacks": (stacks.check, stacks.gone),
    "denials": (roles.denials, roles.denials_gone),
    "tokens": (tokens.check, tokens.gone),
    "server": (server.check, server.gone),
    "concurrency": (server.concurrency, server.gone),
    "authorizer": (server.authorizer, server.gone),
    "signatures": (server.signatures, server.gone),
    "permissions": (server.permissions, server.permissions_gone),
    "rollout": (server.rollout, server.gone),
    "silence": (server.silence, server.gone),
    "image": (server.image, server.gone),
    "bedrock": (bedrock.check, bedrock.gone),
    "later": (logs.later, logs.gone),
}


def plan(console: Console, chosen: list[str]) -> None:
    """Number the lines, by the check that asks them."""
    number = 0
    for name in chosen:
        console.say(f"{name}: {(CHECKS[name][0].__doc__ or '').splitlines()[0]}")
        for line in LISTED["checks"][name]:
            number += 1
            console.say(f"  {number:3} {line}")


def run(trial: Trial, chosen: list[str], out: Path) -> None:
    """Ask one after the other; a check that fails tells that, and the next goes on. What is known is written down each time."""
    answers: Json = {}
    for name in chosen:
        check, gone = CHECKS[name]
        trial.console.say(f"- {name}")
        try:
            answers[name] = check(trial)
        except Exception as error:
            answers[name] = {"failed": f"{type(error).__name__}: {error}"}
            trial.console.say(f"  {answers[name]['failed']}")
        finally:
            gone(trial)
        head = {"at": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", "region": trial.aws.region}
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({**head, **trial.cleaned({"answers": answers, "said": trial.said})}, indent=2) + "\n")
    trial.console.say(f"AWS's answers are in {out}: read them before you hand them on.")


def clean(trial: Trial, chosen: list[str]) -> None:
    """Delete all that has the name; what one cannot delete keeps no other."""
    failed = []
    for gone in dict.fromkeys(CHECKS[name][1] for name in chosen):
        try:
            gone(trial)
        except DeployError as error:
            failed.append(str(error))
    if failed:
        raise DeployError(f"Something of {trial.name} is left: {' '.join(failed)} Try --destroy {trial.name}.")


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
        if not name.startswith(PREFIX):
            raise DeployError(f"{name} is not one of this script's: their names begin with {PREFIX}.")
        # Of what is asked for on the way, nobody is there to answer.
        trial = Trial(aws, Console(agrees=True), name, given.profile)
        if given.destroy:
            console.confirm(f"Delete all that is named {name} in the account {aws.account}, {aws.region}?")
            clean(trial, given.only)
            return 0
        plan(console, given.only)
        console.say(COST.format(name=name))
        if given.plan:
            return 0
        if find_stack(aws, name):
            raise DeployError(f"There is a stack {name} already.")
        console.confirm(f"Do this in the account {aws.account}, {aws.region}?")
        try:
            run(trial, given.only, given.out)
        finally:
            clean(trial, given.only)
    except DeployError as failure:
        console.say(f"try-on-aws.py: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
