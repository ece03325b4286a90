"""The commands."""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from deployer import program, smoke, ways_in
from deployer.app import FILE, App, app_of_stack, notes_for_stack, read_app
from deployer.aws import Aws
from deployer.console import Console, table
from deployer.deploying import DeployRequest, deploy
from deployer.destroying import destroy
from deployer.error import DeployError
from deployer.image import BUILDERS
from deployer.keys import Keys, keys_of
from deployer.merging import template_of
from deployer.own_permissions import Options, not_in_it, own_policy, role_policy
from deployer.parameters import parse_settings
from deployer.plugin import Plugin
from deployer.stack import Stack, need_stack
from deployer.template import parameters_here, with_notes
from deployer.watching import show_log, status_of, status_text

# For what asks AWS nothing.
ANY_REGION = "us-east-1"

Command = Callable[[Aws, Console, argparse.Namespace], None]


def main(usual_app: Path | None, arguments: Sequence[str] | None = None) -> int:
    """Run a command; a failure is one line. @param usual_app: what is deployed without --app; none: what is in this folder."""
    console = Console(agrees=False)
    try:
        apps = _apps(usual_app, _app_folder(arguments))
        given = _parser(apps).parse_args(arguments)
        given.apps = apps
        given.stack = given.stack or apps.meant.name
        console = Console(agrees=getattr(given, "yes", False))
        command: Command = given.command
        command(Aws(region=given.region or given.usual_region, profile=given.profile), console, given)
    except DeployError as failure:
        console.say(f"{program.NAME}: {failure}")
        return 1
    except KeyboardInterrupt:
        console.say(f"\n{program.NAME}: Interrupted. Run the same command again: it goes on where it was.")
        return 130
    except BrokenPipeError:
        return 141
    return 0


@dataclass(frozen=True)
class Apps:
    """The app that is named, and the one that is meant where none is."""

    named: App | None
    usual: App | None

    @property
    def known(self) -> App | None:
        """Without a stack to ask."""
        return self.named or self.usual

    @property
    def meant(self) -> App:
        """Where there has to be one."""
        if self.known is None:
            raise DeployError(f"There is no {FILE} here: go to the folder of the server, or name it with --app DIR.")
        return self.known

    def of(self, stack: Stack) -> App:
        """What a stack runs."""
        return self.named or app_of_stack(stack, self.usual)


def _apps(usual_app: Path | None, folder: str | None) -> Apps:
    if usual_app:
        return Apps(read_app(Path(folder).resolve()) if folder else None, read_app(usual_app))
    place = Path(folder or ".").resolve()
    return Apps(read_app(place) if folder or (place / FILE).exists() else None, None)


def _app_folder(arguments: Sequence[str] | None) -> str | None:
    """Before all else is read: an app has options of its own."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--app", nargs="?")
    folder: str | None = first.parse_known_args(arguments)[0].app
    return folder


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{program.NAME}: {message}. {self.prog} --help shows what there is.\n")


def _parser(apps: Apps) -> argparse.ArgumentParser:
    plugin = apps.known.plugin if apps.known else Plugin()
    usual_stack = apps.known.name if apps.known else "that of the server"
    about = f"an MCP server on AWS: {program.page('docs/deploy.md')}"
    parser = _Parser(prog=program.STARTED_AS, description=about)
    everywhere = _Parser(add_help=False)
    everywhere.add_argument("--region", help="where it is deployed; otherwise AWS's own settings tell")
    everywhere.add_argument("--profile", help="of AWS's settings")
    everywhere.add_argument("--app", metavar="DIR", help="a server of your own: the folder with its app.toml")
    everywhere.add_argument("--stack", help=f"name of the stack ({usual_stack})")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, about: str, command: Command, within: "argparse._SubParsersAction[_Parser]" = commands
    ) -> _Parser:
        one = within.add_parser(name, help=about, description=about, parents=[everywhere])
        one.set_defaults(command=command, usual_region=None)
        return one

    one = add("deploy", "build, push an image, show what changes and costs, ask, deploy, try it out", _deploy)
    plugin.add_options(one)
    one.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter, kept until set again"
    )
    one.add_argument("--unset", action="append", default=[], metavar="NAME", help="give a parameter back its default")
    one.add_argument(
        "--tag", action="append", default=[], metavar="KEY=VALUE", help="of all that is made, kept until set again"
    )
    one.add_argument("--untag", action="append", default=[], metavar="KEY", help="take a tag away")
    one.add_argument(
        "--cloudformation-role", metavar="ARN", help="a role that CloudFormation works with, kept from then on"
    )
    one.add_argument("--builder", choices=BUILDERS, help="otherwise the first that is installed")
    one.add_argument("--base-image", help="in place of public.ecr.aws/lambda/nodejs:24")
    one.add_argument("--rebuild", action="store_true", help="build even if nothing is new, for a newer base image")
    one.add_argument("--plan", action="store_true", help="stop before anything is changed")
    one.add_argument("--show", action="store_true", help="print the key with the settings")
    one.add_argument("--yes", action="store_true", help="ask nothing")
    one = add("permissions", "a policy for who deploys, for the options that are given", _permissions)
    plugin.add_options(one)
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="as deploy will be given")
    one.add_argument("--cloudformation-role", metavar="ARN", help="as deploy will be given")
    one.add_argument(
        "--of-cloudformation-role", action="store_true", help="a policy for that role, in place of who deploys"
    )
    one = add("template", "CloudFormation's template, for other tools", _template)
    one.set_defaults(usual_region=ANY_REGION)
    add("status", "state, URL, settings, alarms, the last day", _status).add_argument("--json", action="store_true")
    add("test", "try it out: initialize, tools/list, a call", _test).add_argument(
        "--key", help="name of the key to use"
    )
    one = add("config", "the settings for each host", _config)
    one.add_argument("--key", help="name of the key to use")
    one.add_argument("--show", action="store_true", help="print the key with the settings")
    one = add("logs", "the function's log", _logs)
    one.add_argument("--since", default="1h", help="like 30m, 2h, 1d (1h)")
    one.add_argument("--follow", action="store_true", help="go on with what comes")
    add("destroy", "list what goes, ask, and leave nothing", _destroy).add_argument("--yes", action="store_true")

    keys = commands.add_parser("keys", help="a key for each person or program").add_subparsers(
        required=True, metavar="COMMAND"
    )
    add("list", "names and ages", _list_keys, keys)
    for name, about, command in (
        ("create", "a key for a person or program", _create_key),
        ("show", "print a key's value", _show_key),
        ("rotate", "a new value; the old one ends when the new one works", _rotate_key),
        ("revoke", "it opens nothing from now on", _revoke_key),
    ):
        one = add(name, about, command, keys)
        one.add_argument("name", metavar="NAME")
        if name in ("create", "rotate"):
            one.add_argument("--show", action="store_true", help="print its value")
    return parser


def _deploy(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    app = given.apps.meant
    request = DeployRequest(
        app=app,
        stack=given.stack,
        asked=app.plugin.settings(given),
        settings=given.set,
        unset=given.unset,
        tags=given.tag,
        untag=given.untag,
        role=given.cloudformation_role,
        builder=given.builder,
        base_image=given.base_image,
        rebuild=given.rebuild,
        plan=given.plan,
        show=given.show,
    )
    deploy(aws, console, request)


def _permissions(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    app = given.apps.meant
    template = template_of(app)
    settings = parse_settings(given.set, parameters_here(template))
    values = {**settings, **app.plugin.settings(given)}
    for kind in not_in_it(template):
        console.say(f"Note: {app.name} makes an {kind} of its own; what that needs is not in here.")
    policy_of = role_policy if given.of_cloudformation_role else own_policy
    console.show(json.dumps(policy_of(aws, Options(app, given.stack, values, given.cloudformation_role)), indent=2))


def _template(_aws: Aws, console: Console, given: argparse.Namespace) -> None:
    app = given.apps.meant
    console.show(with_notes(template_of(app), notes_for_stack(app)).rstrip("\n"))


def _status(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    status = status_of(aws, need_stack(aws, given.stack))
    console.show(json.dumps(status, indent=2) if given.json else status_text(status))


def _test(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    stack = need_stack(aws, given.stack)
    for line in ways_in.try_out(aws, given.apps.of(stack), stack, given.key, patience_s=0):
        console.show(line)


def _config(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    stack = need_stack(aws, given.stack)
    console.show(ways_in.what_to_paste(aws, given.apps.of(stack), stack, given.key, show=given.show))


def _logs(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    group = need_stack(aws, given.stack).output("FunctionLog")
    show_log(aws, console, group, since=given.since, follow=given.follow)


def _destroy(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    app = given.apps.known
    destroy(aws, console, given.stack, app.package if app else "")


def _list_keys(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    keys = keys_of(aws, need_stack(aws, given.stack))
    here = keys.file.values()
    rows = [(key.name, key.created, "value on this machine" if key.name in here else "") for key in keys.live()]
    console.show(table(rows) if rows else "none")


def _create_key(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    keys = keys_of(aws, need_stack(aws, given.stack))
    _tell(console, keys, given, keys.create(given.name))


def _show_key(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    console.show(keys_of(aws, need_stack(aws, given.stack)).value(given.name))


def _rotate_key(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    stack = need_stack(aws, given.stack)
    keys = keys_of(aws, stack)
    value, old = keys.replace(given.name)
    try:
        smoke.works(_url(stack), value)
    except DeployError as failure:
        raise DeployError(f"The old value of {given.name} stays, beside the new one: {failure}") from failure
    keys.delete(old)
    _tell(console, keys, given, value)


def _revoke_key(aws: Aws, console: Console, given: argparse.Namespace) -> None:
    keys_of(aws, need_stack(aws, given.stack)).revoke(given.name)
    console.say(f"{given.name} opens nothing any more.")


def _tell(console: Console, keys: Keys, given: argparse.Namespace, value: str) -> None:
    console.say(f"The key {given.name} is in {keys.file.path}.")
    if given.show:
        console.show(value)


def _url(stack: Stack) -> str:
    return stack.output("Url")
