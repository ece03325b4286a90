"""CloudFormation: change sets of stacks that hold a log group or a table, empty ones, which cost nothing."""

import json

from try_on_aws.trial import Json, Seen, Trial, code_of, words_of

MOST_BYTES = 51_200
STACK_S = 300
CHANGE_SET = "one"
NOBODYS_KEY = "00000000-0000-4000-8000-000000000000"


class Small:
    """A stack of the trial's."""

    def __init__(self, trial: Trial, of: str) -> None:
        self.trial, self.name = trial, f"{trial.name}-{of}"

    def template(self, *, outputs: Json | None = None, metadata: Json | None = None, more: Json | None = None) -> Json:
        """One log group, and what is asked about."""
        group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{self.name}", "RetentionInDays": 1}}
        body = {"Metadata": metadata, "Resources": {"Group": group, **(more or {})}, "Outputs": outputs}
        return {name: value for name, value in body.items() if value}

    def call(self, operation: str, **given: object) -> Json:
        """Of CloudFormation."""
        return self.trial.call("cloudformation", operation, StackName=self.name, **given)

    def status(self) -> str:
        """As it is now."""
        return str(self.call("describe_stacks")["Stacks"][0]["StackStatus"])

    def make(self, body: Json) -> str:
        """Create it, and tell how that ended."""
        self._proposed(body, "CREATE")
        self.call("execute_change_set", ChangeSetName=CHANGE_SET)
        ended = ("CREATE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
        self.trial.wait("a stack", lambda: self.status() in ended, STACK_S)
        return self.status()

    def propose(self, body: Json) -> Json:
        """What a change set says, which nobody executes."""
        told = self._proposed(body, "UPDATE")
        if "code" not in told:
            self.call("delete_change_set", ChangeSetName=CHANGE_SET)
        return told

    def _proposed(self, body: Json, kind: str) -> Json:
        given = {"ChangeSetName": CHANGE_SET, "TemplateBody": json.dumps(body), "ChangeSetType": kind, "Parameters": []}
        made = self.trial.ask("cloudformation", "create_change_set", StackName=self.name, **given)
        return made if "code" in made else self.trial.wait("a change set", self._described)

    def _described(self) -> Json | None:
        told = self.call("describe_change_set", ChangeSetName=CHANGE_SET)
        return None if told["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS") else told

    def delete(self) -> None:
        """Wait until it is away."""
        self.trial.drop("cloudformation", "delete_stack", StackName=self.name)

        def away() -> bool:
            told = self.trial.ask("cloudformation", "describe_stacks", StackName=self.name)
            return "code" in told or told["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"

        self.trial.wait("the end of a stack", away, STACK_S)


def check(trial: Trial) -> Seen:
    """What change sets tell, of stacks with a log group, or a table, without anything in them."""
    small, failed, table = Small(trial, "small"), Small(trial, "failed"), Small(trial, "table")
    aws = trial.aws
    key = f"arn:{aws.partition}:kms:{aws.region}:{aws.account}:key/{NOBODYS_KEY}"
    # The first is seen to be wrong before anything begins, the second when it is made.
    early = {"Early": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 2}}}
    broken = {
        "Broken": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": f"/{failed.name}/broken", "KmsKeyId": key},
        }
    }
    try:
        small.make(small.template())
        same, found = small.propose(small.template()), small.propose(small.template(more=early))
        metadata = small.propose(small.template(metadata={"Note": "1"}))
        outputs = small.propose(small.template(outputs={"Note": {"Value": "1"}}))
        long = [json.dumps(small.template()).ljust(MOST_BYTES + more) for more in (0, 1)]
        lengths = [code_of(trial.ask("cloudformation", "get_template_summary", TemplateBody=text)) for text in long]
        ended = failed.make(failed.template(more=broken))
        again = failed.propose(failed.template())
        table.make(table.template(more=_table(trial, encrypted=True)))
        moved = table.propose(table.template(more=_table(trial, encrypted=False)))
        for line, said in (
            ("changeSets", same),
            ("foundEarly", found),
            ("states", again),
            ("encryptionChanges", moved),
        ):
            trial.keep(line, said)
        return {
            "changeSets": [same.get("Status"), bool(words_of(str(same.get("StatusReason")), "didn't contain changes"))],
            "outputsAlone": [outputs.get("Status"), metadata.get("Status")],
            "templateBytes": lengths,
            "foundEarly": [found.get("Status"), words_of(str(found.get("StatusReason")), "EarlyValidation")],
            "states": [ended, code_of(again)],
            "encryptionChanges": [
                one["ResourceChange"].get("Replacement") for one in moved.get("Changes", []) if "ResourceChange" in one
            ],
        }
    finally:
        gone(trial)


def _table(trial: Trial, *, encrypted: bool) -> Json:
    properties = {
        "TableName": f"{trial.name}-encrypted",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "SSESpecification": {"SSEEnabled": encrypted},
    }
    return {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}


def gone(trial: Trial) -> None:
    """Delete the stacks."""
    for of in ("small", "failed", "table"):
        Small(trial, of).delete()
