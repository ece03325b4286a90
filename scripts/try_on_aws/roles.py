"""Roles of the trial's own: what they may do is the question, and how AWS words what they may not."""

import json
from dataclasses import replace

from deployer.aws import Aws

from try_on_aws.trial import Json, Seen, Trial, code_of, words_of

ROLE_S = 120
DENIED = ("cloudformation:DescribeStacks", "logs:DescribeLogGroups")


def denials(trial: Trial) -> Seen:
    """How AWS words a denial, to a role that is forbidden some things and allowed nothing."""
    deny = {"Effect": "Deny", "Action": list(DENIED), "Resource": "*"}
    try:
        other = taken(trial, "denied", {"Version": "2012-10-17", "Statement": [deny]})
        asked = {
            "query": other.ask("cloudformation", "describe_stacks", StackName=trial.name),
            "json": other.ask("logs", "describe_log_groups"),
            "implicit": other.ask("dynamodb", "list_tables"),
        }
        trial.keep("explicitDeny", asked)
        return {
            "protocolErrors": [code_of(asked["query"]), code_of(asked["json"])],
            "explicitDeny": [
                bool(words_of(asked[of].get("words", ""), "explicit deny")) for of in ("query", "implicit")
            ],
        }
    finally:
        denials_gone(trial)


def denials_gone(trial: Trial) -> None:
    """Delete the role."""
    drop_role(trial, "denied")


def taken(trial: Trial, of: str, policy: Json) -> Trial:
    """The trial in the name of a new role with that policy and nothing else. Nobody can take a role in its first seconds."""
    role = f"{trial.name}-{of}"
    arn = f"arn:{trial.aws.partition}:iam::{trial.aws.account}:role/{role}"
    trust = {"Effect": "Allow", "Principal": {"AWS": trial.aws.account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    trial.call("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=document)
    trial.call("iam", "put_role_policy", RoleName=role, PolicyName="all", PolicyDocument=json.dumps(policy))
    place = {"RoleArn": arn, "RoleSessionName": "try"}
    given = trial.wait("the role", lambda: trial.ask("sts", "assume_role", **place).get("Credentials"), ROLE_S)
    return replace(trial, aws=Aws(region=trial.aws.region, profile=None, taken=given))


def drop_role(trial: Trial, of: str) -> None:
    """Delete a role that `taken` made."""
    role = {"RoleName": f"{trial.name}-{of}"}
    trial.drop("iam", "delete_role_policy", **role, PolicyName="all")
    trial.drop("iam", "delete_role", **role)
