"""Takes everything back that was made. It can be run again until nothing is left."""

from deployer.archive import Bucket
from deployer.aws import Aws, AwsError, Json
from deployer.console import Console
from deployer.error import DeployError, NotOursError
from deployer.image import Repository
from deployer.keys import all_keys, key_file
from deployer.stack import Stack, delete_stack, find_stack, resources, settle


def destroy(aws: Aws, console: Console, name: str, package: str = "") -> None:
    """List what goes, ask, and leave nothing. @param package: of its app, for a stack that does not tell."""
    stack = find_stack(aws, name)
    if stack and stack.changing:
        settle(aws, console, name)
        stack = find_stack(aws, name)
    held = resources(aws, name) if stack and stack.exists else []
    keys = all_keys(aws, name)
    code = _code(aws, name, (stack.package if stack else "") or package)
    logs = _log_groups(aws, name)
    file = key_file(aws, name)
    if not (stack or keys or code or logs):
        file.delete()
        console.say(f"There is nothing of {name} in {aws.region}.")
        return
    console.say(f"This deletes, in {aws.region}, account {aws.account}:")
    for line in (
        _told(stack, held) if stack else "",
        "the sessions in its table, for good" if held else "",
        f"keys: {', '.join(key.name for key in keys)}" if keys else "",
        *code,
        f"logs: {', '.join(logs)}" if logs else "",
        str(file.path) if file.path.exists() else "",
    ):
        if line:
            console.say(f"  {line}")
    console.confirm("Delete all of it?")
    for key in keys:  # First, so that nobody calls what is going.
        aws.call("apigateway", "delete_api_key", apiKey=key.id)
    file.delete()
    if stack:
        delete_stack(aws, console, stack)
    for place in code.values():
        place.delete()
    for group in _log_groups(aws, name):  # Of a function that wrote a last line, or API Gateway.
        aws.call("logs", "delete_log_group", logGroupName=group)
    left = [*_log_groups(aws, name), *(key.name for key in all_keys(aws, name))]
    if left:
        raise DeployError(f"There is still {', '.join(left)}: run the command again.")
    console.say("Nothing is left.")


def _told(stack: Stack, held: list[Json]) -> str:
    if not held:
        return f"the stack {stack.name}, which was never deployed"
    kinds = sorted({item["ResourceType"].removeprefix("AWS::") for item in held})
    return f"the stack {stack.name}: {len(held)} resources ({', '.join(kinds)})"


def _code(aws: Aws, name: str, package: str) -> dict[str, Repository | Bucket]:
    """Where its code lies, and that of another package that it had before: who may not look there has made none."""
    found: dict[str, Repository | Bucket] = {}
    for kind, place in (("image", Repository(aws, name)), ("zip", Bucket(aws, name))):
        try:
            told = place.told()
        except (AwsError, NotOursError) as error:
            if package in ("", kind) or (isinstance(error, AwsError) and not error.denied):
                raise
        else:
            found |= {told: place} if told else {}
    return found


def _log_groups(aws: Aws, name: str) -> list[str]:
    """By the names that the template gives; one that Lambda has made anew is among them."""
    wanted = (f"/aws/lambda/{name}-server", f"/aws/lambda/{name}-authorizer", f"/aws/apigateway/{name}-access")
    found = []
    for group in wanted:
        try:
            groups = aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=group)
            found += [item["logGroupName"] for item in groups if item["logGroupName"] == group]
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
    return found
