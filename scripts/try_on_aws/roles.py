"""Roles of the trial's own: what they may do is the question, and how AWS words what they may not."""

import json
from collections.abc import Callable
from dataclasses import replace

from deployer.aws import Aws
from deployer.error import DeployError

from try_on_aws.trial import Json, Seen, Trial, code_of, words_of

ROLE_S = 60
DENIED = ("cloudformation:DescribeStacks", "logs:DescribeLogGroups")


def denials(trial: Trial) -> Seen:
    """How AWS words a denial, to a role that is forbidden some things and allowed nothing."""
    deny = {"Effect": "Deny", "Action": list(DENIED), "Resource": "*"}

    def explicit(answer: Json) -> bool:
        return bool(words_of(answer.get("words", ""), "with an explicit deny in"))

    def described(other: Trial) -> Json:
        return other.ask("cloudformation", "describe_stacks", StackName=trial.name)

    policy = {"Version": "2012-10-17", "Statement": [deny]}
    other = taken(trial, "denied", policy, lambda other: explicit(described(other)))
    asked = {
        "query": described(other),
        "json": other.ask("logs", "describe_log_groups"),
        "implicit": other.ask("dynamodb", "list_tables"),
        # To Python True is a whole number, and goes out as one that JSON does not have.
        "unreadable": trial.ask("logs", "describe_log_groups", limit=True),
    }
    trial.keep("explicitDeny", asked)
    return {
        "protocolErrors": [code_of(asked[of]) for of in ("query", "json", "unreadable")],
        "explicitDeny": [explicit(asked[of]) for of in ("query", "json", "implicit")],
    }


def denials_gone(trial: Trial) -> None:
    """Delete the role."""
    drop_role(trial, "denied")


def taken(trial: Trial, of: str, policy: Json, holds: Callable[[Trial], bool]) -> Trial:
    """The trial in the name of a new role with that policy and nothing else.

    Nobody can take a role in its first seconds, and root never can; the policy `holds` some seconds later still.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    """
    role = f"{trial.name}-{of}"
    arn = f"arn:{trial.aws.partition}:iam::{trial.aws.account}:role/{role}"
    trust = {"Effect": "Allow", "Principal": {"AWS": trial.aws.account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    trial.call("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=document)
    trial.call("iam", "put_role_policy", RoleName=role, PolicyName="all", PolicyDocument=json.dumps(policy))
    place = {"RoleArn": arn, "RoleSessionName": "try"}
    answer = trial.until(lambda: trial.ask("sts", "assume_role", **place), lambda told: "Credentials" in told, ROLE_S)
    if "Credentials" not in answer:
        raise DeployError(f"The role cannot be taken: {answer['words']}")
    other = replace(trial, aws=Aws(region=trial.aws.region, profile=None, taken=answer["Credentials"]))
    trial.until(lambda: holds(other), bool, ROLE_S)
    return other


def drop_role(trial: Trial, of: str) -> None:
    """Delete a role that `taken` made."""
    role: Json = {"RoleName": f"{trial.name}-{of}"}
    trial.drop("iam", "delete_role_policy", **role, PolicyName="all")
    trial.drop("iam", "delete_role", **role)
