"""How each type of resource in our template is made: with operations that take its properties by their names."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from operator import getitem
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT

Properties = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    service: str
    identity: str  # What operations call its name or id.
    create: str  # Operations, in their order.
    delete: str
    update: str = ""  # Without one it is replaced, as it is when its name changes.
    arn: str = ""
    also: Callable[[Properties], Properties] = lambda _: {}  # What operations call otherwise than CloudFormation.
    ref: str = ""  # In the answer: what `!Ref` gives, if not the name or id.


@dataclass
class Held:
    """A resource of a stack; moto's parser asks it for what templates say of it."""

    resource_type: str
    logical_resource_id: str
    properties: Properties
    physical_resource_id: str
    attributes: dict[str, str] = field(default_factory=dict)  # None before it is there.

    def get_cfn_attribute(self, name: str) -> str:
        return self.attributes[name] if self.attributes else f"{self.physical_resource_id}.{name}"

    def changed(self, wanted: Properties) -> list[str]:
        return sorted(name for name in {**self.properties, **wanted} if self.properties.get(name) != wanted.get(name))


# Attributes that a service tells when it makes something.
TOLD = ("rootResourceId", "regionalDomainName", "Version")


class Region:
    """The services of one region, in moto."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._client = cache(lambda service: boto3.Session("rig", "rig", region_name=name).client(service))

    def call(self, service: str, operation: str, given: Properties) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self._client(service), operation)(**given)
        answer.pop("ResponseMetadata", None)
        return answer

    def create(self, kind: str, logical: str, stack: str, given: Properties) -> Held:
        name = given.get(KINDS[kind].identity, f"{stack}-{logical}-{secrets.token_hex(4).upper()}")
        answers = self._ask(kind, "create", name, given)
        identity = answers.get(KINDS[kind].ref or "id", name)
        arn = KINDS[kind].arn.format(region=self.name, account=ACCOUNT, name=identity)
        return Held(kind, logical, given, identity, {"Arn": arn, **{name[0].upper() + name[1:]: answers.get(name, "") for name in TOLD}})

    def update(self, held: Held, given: Properties) -> Held:
        self._ask(held.resource_type, "update", held.physical_resource_id, given)
        return replace(held, properties=given)

    def delete(self, held: Held) -> None:
        self._ask(held.resource_type, "delete", held.physical_resource_id, held.properties)

    def _ask(self, resource_type: str, what: str, identity: str, given: Properties) -> dict[str, Any]:
        kind, answers = KINDS[resource_type], {}
        client = self._client(kind.service)
        properties = {**given, kind.identity: identity}
        properties.update(kind.also(properties))
        for operation in getattr(kind, what).split():
            model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
            # A role has any number of policies, each of which is put by itself.
            several = properties["Policies"] if operation.endswith("_role_policy") and "Policies" in properties else [{}]
            for one in several:
                request = _fit({**properties, **one}, model.input_shape)
                # A table without an end for its rows, a log without one: what is not said is not asked for.
                if operation.startswith("create_") or set(model.input_shape.required_members) <= set(request):
                    answers.update(self.call(kind.service, operation, request))
        return answers


def _fit(value: Any, shape: Any) -> Any:  # noqa: PLR0911
    """A property as a request has it. What the request knows nothing of is left out."""
    match shape.type_name:
        case "structure":
            named = {name[0].lower() + name[1:]: item for name, item in value.items()}
            there = {name: member for name, member in shape.members.items() if name[0].lower() + name[1:] in named}
            return {name: _fit(named[name[0].lower() + name[1:]], member) for name, member in there.items()}
        case "list":
            return [_fit(item, shape.member) for item in value]
        case "map":
            return {key: _fit(item, shape.value) for key, item in value.items()}
        case "integer" | "long" | "float" | "double" | "boolean":
            return json.loads(value) if isinstance(value, str) else value
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _only(items: list[Any]) -> Any:
    [item] = items
    return item


def _of_api_gateway(what: str, identity: str, paths: dict[str, str] | None = None) -> Kind:
    """What is there can be changed by paths alone, which are given here with their properties."""

    def also(given: Properties) -> Properties:
        values = {path: reduce(getitem, name.split("."), given) for path, name in (paths or {}).items()}
        changes = [{"op": "replace", "path": f"/{path}", "value": value} for path, value in values.items()]
        return {**values, "patchOperations": changes}

    return Kind("apigateway", identity, f"create_{what}", f"delete_{what}", f"update_{what}" if paths else "", also=also)


KINDS = {
    "AWS::DynamoDB::Table": Kind(
        "dynamodb", "TableName", "create_table update_time_to_live", "delete_table", "update_time_to_live",
        arn="arn:aws:dynamodb:{region}:{account}:table/{name}",
    ),
    "AWS::Logs::LogGroup": Kind(
        "logs", "LogGroupName", "create_log_group put_retention_policy", "delete_log_group", "put_retention_policy",
        arn="arn:aws:logs:{region}:{account}:log-group:{name}:*",
    ),
    "AWS::Lambda::Function": Kind(
        "lambda", "FunctionName", "create_function", "delete_function",
        update="update_function_configuration update_function_code",
        arn="arn:aws:lambda:{region}:{account}:function:{name}",
        also=lambda given: {**given["Code"], "Environment": given.get("Environment", {"Variables": {}})},
    ),
    # Goes with its function.
    "AWS::Lambda::Version": Kind("lambda", "CodeSha256", "publish_version", "", also=lambda _: {"CodeSha256": ""}),
    "AWS::Lambda::Alias": Kind(
        "lambda", "Name", "create_alias", "delete_alias", "update_alias", ref="AliasArn",
        also=lambda given: {"Name": given["Name"].rpartition(":")[2]},
    ),
    # Nobody asks for these, and moto cannot delete them; aliases move at once.
    "AWS::CodeDeploy::Application": Kind("codedeploy", "ApplicationName", "", ""),
    "AWS::CodeDeploy::DeploymentGroup": Kind("codedeploy", "DeploymentGroupName", "", "", ""),
    "AWS::Lambda::Permission": Kind("lambda", "StatementId", "add_permission", "remove_permission"),
    "AWS::IAM::Role": Kind(
        "iam", "RoleName", "create_role put_role_policy", "delete_role_policy delete_role", "put_role_policy",
        arn="arn:aws:iam::{account}:role/{name}",
    ),
    "AWS::IAM::Policy": Kind(
        "iam", "PolicyName", "put_role_policy", "delete_role_policy", "put_role_policy",
        also=lambda given: {"RoleName": _only(given["Roles"])},
    ),
    "AWS::ApiGateway::RestApi": _of_api_gateway("rest_api", "RestApiId", {"apiKeySource": "ApiKeySourceType"}),
    "AWS::ApiGateway::Resource": _of_api_gateway("resource", "ResourceId"),
    "AWS::ApiGateway::Method": Kind(
        *("apigateway", "HttpMethod", "put_method put_integration", "delete_method", "put_method put_integration"),
        also=lambda given: given["Integration"],
    ),
    "AWS::ApiGateway::GatewayResponse": Kind(
        "apigateway", "ResponseType", "put_gateway_response", "delete_gateway_response", "put_gateway_response",
    ),
    "AWS::ApiGateway::Deployment": _of_api_gateway("deployment", "DeploymentId"),
    "AWS::ApiGateway::Stage": _of_api_gateway("stage", "StageName", {"deploymentId": "DeploymentId"}),
    "AWS::ApiGateway::UsagePlan": _of_api_gateway(
        "usage_plan",
        "UsagePlanId",
        {
            "name": "UsagePlanName",
            "throttle/rateLimit": "Throttle.RateLimit",
            "throttle/burstLimit": "Throttle.BurstLimit",
            "quota/limit": "Quota.Limit",
        },
    ),
    "AWS::WAFv2::WebACLAssociation": Kind("wafv2", "ResourceArn", "", "", ""),
    "AWS::ApiGateway::DomainName": _of_api_gateway("domain_name", "DomainName"),
    "AWS::ApiGateway::BasePathMapping": Kind(
        "apigateway", "basePath", "create_base_path_mapping", "delete_base_path_mapping",
        also=lambda given: {"basePath": "(none)"},
    ),
    "AWS::ApiGateway::Authorizer": _of_api_gateway("authorizer", "AuthorizerId"),
    "AWS::CloudWatch::Alarm": Kind(
        "cloudwatch", "AlarmName", "put_metric_alarm", "delete_alarms", "put_metric_alarm",
        also=lambda given: {"AlarmNames": [given["AlarmName"]]},
    ),
}
