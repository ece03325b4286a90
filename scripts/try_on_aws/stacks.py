"""CloudFormation: change sets of stacks that hold a log group or a table, empty ones, which cost nothing."""

import itertools
import json

from try_on_aws.trial import Json, Seen, Trial, code_of, words_of

MOST_BYTES = 51_200
STACK_S = 300
ENDED = ("CREATE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
NOBODYS_KEY = "00000000-0000-4000-8000-000000000000"


class Small:
    """A stack of the trial's."""

    def __init__(self, trial: Trial, of: str) -> None:
        self.trial, self.name = trial, f"{trial.name}-{of}"
        # A name of a change set is a stack's only once, also after it ran.
        self._names = (f"change-{number}" for number in itertools.count())

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
        proposed = self.propose(body, "CREATE")
        self.call("execute_change_set", ChangeSetName=proposed["ChangeSetId"])
        self.trial.wait("a stack", lambda: self.status() in ENDED, STACK_S)
        return self.status()

    def propose(self, body: Json, kind: str = "UPDATE") -> Json:
        """What a change set says, or how it was refused; those that nobody executes go with the stack."""
        given = {"ChangeSetName": next(self._names), "TemplateBody": json.dumps(body), "ChangeSetType": kind}
        made = self.trial.ask("cloudformation", "create_change_set", StackName=self.name, Parameters=[], **given)
        if "code" in made:
            return made
        told: Json = self.trial.wait("a change set", lambda: self._described(made["Id"]))
        return told

    def _described(self, change_set: str) -> Json | None:
        told = self.call("describe_change_set", ChangeSetName=change_set)
        return (
            None if told["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS") else {"ChangeSetId": change_set, **told}
        )

    def findings(self, proposed: Json) -> list[Json]:
        """What was found wrong with it before it ran."""
        given = {"ChangeSetName": proposed["ChangeSetId"], "Filters": {"FailedEvents": True}}
        told = self.trial.ask("cloudformation", "describe_events", StackName=self.name, **given)
        return [event for event in told.get("OperationEvents", []) if event.get("ValidationStatusReason")]

    def begin_to_delete(self) -> None:
        """Of one that is not there, CloudFormation says nothing."""
        self.trial.drop("cloudformation", "delete_stack", StackName=self.name)

    def delete(self) -> None:
        """Wait until it is away; one that could not be deleted once is tried again."""

        def away() -> bool:
            told = self.trial.ask("cloudformation", "describe_stacks", StackName=self.name)
            if "does not exist" in told.get("words", ""):
                return True
            status = told["Stacks"][0]["StackStatus"] if "Stacks" in told else ""
            if not status.startswith("DELETE_") or status == "DELETE_FAILED":
                self.begin_to_delete()
            return status == "DELETE_COMPLETE"

        self.trial.wait(f"The end of the stack {self.name}", away, STACK_S)


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
    small.make(small.template())
    same, found = small.propose(small.template()), small.propose(small.template(more=early))
    metadata = small.propose(small.template(metadata={"Note": "1"}))
    outputs = small.propose(small.template(outputs={"Note": {"Value": "1"}}))
    long = [json.dumps(small.template()).ljust(MOST_BYTES + more) for more in (0, 1)]
    lengths = [code_of(trial.ask("cloudformation", "get_template_summary", TemplateBody=text)) for text in long]
    findings = small.findings(found) if "code" not in found else []
    ended = failed.make(failed.template(more=broken))
    again = failed.propose(failed.template())
    table.make(table.template(more=_table(trial, encrypted=True)))
    moved = table.propose(table.template(more=_table(trial, encrypted=False)))
    for line, said in (
        ("changeSets", same),
        ("outputsAlone", [outputs, metadata]),
        ("foundEarly", [found, findings]),
        ("states", again),
        ("encryptionChanges", moved),
    ):
        trial.keep(line, said)
    return {
        "changeSets": [same.get("Status"), bool(words_of(str(same.get("StatusReason")), "didn't contain changes"))],
        "outputsAlone": [outputs.get("Status"), metadata.get("Status")],
        "templateBytes": lengths,
        "foundEarly": [
            found.get("Status"),
            words_of(str(found.get("StatusReason")), "EarlyValidation"),
            [event.get("LogicalResourceId") for event in findings],
        ],
        "states": [ended, code_of(again)],
        "encryptionChanges": [
            one["ResourceChange"].get("Replacement") for one in moved.get("Changes", []) if "ResourceChange" in one
        ],
    }


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
    stacks = [Small(trial, of) for of in ("small", "failed", "table")]
    for stack in stacks:
        stack.begin_to_delete()
    for stack in stacks:
        stack.delete()
