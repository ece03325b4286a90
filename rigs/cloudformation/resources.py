"""How each type of resource in our template is made: with operations that take its properties by their names."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT

Properties = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    service: str
    create: tuple[str, ...]
    delete: tuple[str, ...]
    identity: str
    """What operations call its name or id."""
    update: tuple[str, ...] = ()
    """Without one, it is made anew."""
    replaces: tuple[str, ...] = ()
    """Properties that cannot be changed: their resource is replaced.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
    """
    arn: str = ""
    also: Callable[[Properties], Properties] = lambda _: {}
    """What operations call otherwise than CloudFormation."""


@dataclass
class Held:
    """A resource of a stack; moto's parser asks it for what templates say of it."""

    kind: str
    properties: Properties
    physical_resource_id: str
    attributes: dict[str, str] = field(default_factory=dict)

    def get_cfn_attribute(self, name: str) -> str:
        return self.attributes[name]


class Region:
    """The services of one region, in moto."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._clients: dict[str, Any] = {}

    def call(self, service: str, operation: str, **given: Any) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self._client(service), operation)(**given)
        answer.pop("ResponseMetadata", None)
        return answer

    def create(self, kind: str, logical: str, stack: str, given: Properties) -> Held:
        known = KINDS[kind]
        name = given.get(known.identity, f"{stack}-{logical}-{secrets.token_hex(4).upper()}")
        answers = self._all(known, known.create, name, given)
        identity = answers.get("id", name)
        attributes = {"Arn": known.arn.format(region=self.name, account=ACCOUNT, name=identity)} if known.arn else {}
        return Held(kind, given, identity, {**attributes, "RootResourceId": answers.get("rootResourceId", "")})

    def update(self, held: Held, logical: str, stack: str, given: Properties) -> Held:
        known = KINDS[held.kind]
        if not known.update:
            self.delete(held)
            return self.create(held.kind, logical, stack, given)
        self._all(known, known.update, held.physical_resource_id, given)
        return Held(held.kind, given, held.physical_resource_id, held.attributes)

    def delete(self, held: Held) -> None:
        known = KINDS[held.kind]
        self._all(known, known.delete, held.physical_resource_id, held.properties)

    def _all(self, kind: Kind, operations: tuple[str, ...], identity: str, given: Properties) -> dict[str, Any]:
        client, answers = self._client(kind.service), {}
        properties = {**given, kind.identity: identity}
        properties.update(kind.also(properties))
        for operation in operations:
            model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
            answers.update(self.call(kind.service, operation, **_fit(properties, model.input_shape)))
        return answers

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.Session("rig", "rig", region_name=self.name).client(service)
        return self._clients[service]


def _fit(value: Any, shape: Any) -> Any:  # noqa: PLR0911
    """A property as a request has it. What the request knows nothing of is left out."""
    match shape.type_name:
        case "structure":
            spelled = {member: next((n for n in (member, member[0].upper() + member[1:]) if n in value), None) for member in shape.members}
            return {member: _fit(value[name], shape.members[member]) for member, name in spelled.items() if name}
        case "list":
            return [_fit(item, shape.member) for item in value]
        case "map":
            return {key: _fit(item, shape.value) for key, item in value.items()}
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return float(value)
        case "boolean":
            return bool(value)
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _only(items: list[Any]) -> Any:
    [item] = items
    return item


def _patches(values: dict[str, Any]) -> Properties:
    return {"patchOperations": [{"op": "replace", "path": f"/{path}", "value": value} for path, value in values.items()]}


def _of_function(given: Properties) -> Properties:
    return {**given["Code"], "Environment": given.get("Environment", {"Variables": {}})}


def _of_api(given: Properties) -> Properties:
    source = given["ApiKeySourceType"]
    return {"apiKeySource": source, **_patches({"apiKeySource": source})}


def _of_usage_plan(given: Properties) -> Properties:
    rate, burst = given["Throttle"]["RateLimit"], given["Throttle"]["BurstLimit"]
    limits = {"throttle/rateLimit": rate, "throttle/burstLimit": burst, "quota/limit": given["Quota"]["Limit"]}
    return {"name": given["UsagePlanName"], **_patches(limits)}


def _of_api_gateway(what: str, identity: str, **more: Any) -> Kind:
    return Kind("apigateway", (f"create_{what}",), (f"delete_{what}",), identity, **more)


KINDS = {
    "AWS::DynamoDB::Table": Kind(
        "dynamodb",
        ("create_table", "update_time_to_live"),
        ("delete_table",),
        "TableName",
        ("update_time_to_live",),
        ("AttributeDefinitions", "KeySchema"),
        "arn:aws:dynamodb:{region}:{account}:table/{name}",
    ),
    "AWS::Logs::LogGroup": Kind(
        "logs",
        ("create_log_group", "put_retention_policy"),
        ("delete_log_group",),
        "LogGroupName",
        ("put_retention_policy",),
        ("LogGroupName",),
        "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    ),
    "AWS::Lambda::Function": Kind(
        "lambda",
        ("create_function",),
        ("delete_function",),
        "FunctionName",
        ("update_function_configuration", "update_function_code"),
        ("FunctionName", "PackageType"),
        "arn:aws:lambda:{region}:{account}:function:{name}",
        _of_function,
    ),
    "AWS::Lambda::Permission": Kind(
        "lambda",
        ("add_permission",),
        ("remove_permission",),
        "StatementId",
        replaces=("Action", "FunctionName", "Principal", "SourceArn"),
    ),
    "AWS::IAM::Role": Kind(
        "iam",
        ("create_role", "put_role_policy"),
        ("delete_role_policy", "delete_role"),
        "RoleName",
        ("put_role_policy",),
        arn="arn:aws:iam::{account}:role/{name}",
        also=lambda given: _only(given["Policies"]),
    ),
    "AWS::IAM::Policy": Kind(
        "iam",
        ("put_role_policy",),
        ("delete_role_policy",),
        "PolicyName",
        ("put_role_policy",),
        also=lambda given: {"RoleName": _only(given["Roles"])},
    ),
    "AWS::ApiGateway::RestApi": _of_api_gateway("rest_api", "RestApiId", update=("update_rest_api",), also=_of_api),
    "AWS::ApiGateway::Resource": _of_api_gateway(
        "resource", "ResourceId", replaces=("RestApiId", "ParentId", "PathPart")
    ),
    "AWS::ApiGateway::Method": Kind(
        "apigateway",
        ("put_method", "put_integration"),
        ("delete_method",),
        "HttpMethod",
        replaces=("RestApiId", "ResourceId", "HttpMethod"),
        also=lambda given: given["Integration"],
    ),
    "AWS::ApiGateway::GatewayResponse": Kind(
        "apigateway",
        ("put_gateway_response",),
        ("delete_gateway_response",),
        "ResponseType",
        ("put_gateway_response",),
        ("RestApiId", "ResponseType"),
    ),
    "AWS::ApiGateway::Deployment": _of_api_gateway("deployment", "DeploymentId", replaces=("RestApiId",)),
    "AWS::ApiGateway::Stage": _of_api_gateway(
        "stage",
        "StageName",
        update=("update_stage",),
        replaces=("RestApiId", "StageName"),
        also=lambda given: _patches({"deploymentId": given["DeploymentId"]}),
    ),
    "AWS::ApiGateway::UsagePlan": _of_api_gateway(
        "usage_plan", "UsagePlanId", update=("update_usage_plan",), also=_of_usage_plan
    ),
    "AWS::ApiGateway::Authorizer": _of_api_gateway("authorizer", "AuthorizerId", replaces=("RestApiId",)),
    "AWS::CloudWatch::Alarm": Kind(
        "cloudwatch",
        ("put_metric_alarm",),
        ("delete_alarms",),
        "AlarmName",
        ("put_metric_alarm",),
        also=lambda given: {"AlarmNames": [given["AlarmName"]]},
    ),
}
