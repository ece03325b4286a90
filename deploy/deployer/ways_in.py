"""How clients get into a deployed server, with a key, a token or AWS credentials: what to paste for it, and a trial of it."""

from deployer import program, smoke
from deployer.app import App
from deployer.aws import Aws
from deployer.error import DeployError
from deployer.hosts import settings, settings_signed, settings_without_key
from deployer.keys import Keys, keys_of
from deployer.stack import Stack


def what_to_paste(aws: Aws, app: App, stack: Stack, key: str | None, *, show: bool) -> str:
    """Settings for each host; a key's value only where it is to be shown."""
    url = stack.output("Url")
    if stack.issuer:
        return settings_without_key(app.name, url)
    if stack.signed:
        return settings_signed(app.name, url, aws.region)
    keys = keys_of(aws, stack)
    name = _name(keys, key)
    value = keys.value(name) if show else None
    get = f"{program.COMMAND} keys show {name} --stack {stack.name} --region {aws.region}"
    return settings(app.name, url, value, get=get)


def try_out(aws: Aws, app: App, stack: Stack, key: str | None, *, patience_s: float) -> list[str]:
    """Go in as a client would, and give what was seen."""
    url = stack.output("Url")
    if stack.issuer:
        return smoke.try_out_sign_in(url, stack.issuer, patience_s=patience_s)
    if stack.signed:
        way = smoke.signed_by(aws)
    else:
        keys = keys_of(aws, stack)
        way = smoke.with_key(keys.value(_name(keys, key)))
    test = app.plugin.smoke_test(aws, stack.parameters) or app.smoke_test
    return smoke.try_out(url, way, test, patience_s=patience_s)


def _name(keys: Keys, name: str | None) -> str:
    found = name or keys.usual()
    if found is None:
        raise DeployError("There is no key yet: run keys create NAME.")
    return found
