"""What CloudFormation does for each type of resource in our template, as calls to the services themselves."""

import json
import secrets
from typing import Any, Protocol

Properties = dict[str, Any]
Made = tuple[str, dict[str, str]]


class Cloud(Protocol):
    """Calls a service."""

    def __call__(self, service: str, operation: str, **given: Any) -> dict[str, Any]: ...


# Properties that cannot be changed: their resource is replaced.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
REPLACES = {
    "AWS::DynamoDB::Table": ("AttributeDefinitions", "KeySchema"),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::Lambda::Function": ("FunctionName", "PackageType"),
    "AWS::Lambda::Permission": ("Action", "FunctionName", "Principal", "SourceArn"),
    "AWS::ApiGateway::Resource": ("RestApiId", "ParentId", "PathPart"),
    "AWS::ApiGateway::Method": ("RestApiId", "ResourceId", "HttpMethod"),
    "AWS::ApiGateway::Deployment": ("RestApiId",),
    "AWS::ApiGateway::Stage": ("RestApiId", "StageName"),
    "AWS::ApiGateway::GatewayResponse": ("RestApiId", "ResponseType"),
    "AWS::ApiGateway::Authorizer": ("RestApiId",),
}


def create(aws: Cloud, kind: str, logical: str, stack: str, given: Properties) -> Made:
    return _TYPES[kind].create(aws, f"{stack}-{logical}-{secrets.token_hex(4).upper()}", given)


def update(aws: Cloud, kind: str, made: Made, before: Properties, given: Properties) -> Made:
    return _TYPES[kind].update(aws, made, before, given)


def delete(aws: Cloud, kind: str, made: Made, given: Properties) -> None:
    _TYPES[kind].delete(aws, made[0], given)


class _Type:
    """Made anew for a change, unless a type knows better."""

    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        raise NotImplementedError

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        self.delete(aws, made[0], before)
        return self.create(aws, made[0], given)

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        raise NotImplementedError


class Table(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        keys = ("BillingMode", "AttributeDefinitions", "KeySchema")
        table = aws("dynamodb", "create_table", TableName=name, **{key: given[key] for key in keys})["TableDescription"]
        aws("dynamodb", "update_time_to_live", TableName=name, TimeToLiveSpecification=given["TimeToLiveSpecification"])
        return name, {"Arn": table["TableArn"]}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("dynamodb", "delete_table", TableName=identity)


class LogGroup(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        group = given["LogGroupName"]
        aws("logs", "create_log_group", logGroupName=group)
        self._keep(aws, given)
        found = aws("logs", "describe_log_groups", logGroupNamePrefix=group)["logGroups"]
        return group, {"Arn": next(each["arn"] for each in found if each["logGroupName"] == group)}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        self._keep(aws, given)
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("logs", "delete_log_group", logGroupName=identity)

    def _keep(self, aws: Cloud, given: Properties) -> None:
        days = int(given["RetentionInDays"])
        aws("logs", "put_retention_policy", logGroupName=given["LogGroupName"], retentionInDays=days)


class Function(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        settings = self._settings(given)
        keys = ("Code", "PackageType", "Architectures")
        made = aws("lambda", "create_function", **settings, **{key: given[key] for key in keys})
        self._reserve(aws, given)
        return given["FunctionName"], {"Arn": made["FunctionArn"]}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        aws("lambda", "update_function_configuration", **self._settings(given))
        if before["Code"] != given["Code"]:
            aws("lambda", "update_function_code", FunctionName=made[0], **given["Code"])
        self._reserve(aws, given)
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("lambda", "delete_function", FunctionName=identity)

    def _settings(self, given: Properties) -> Properties:
        keys = ("FunctionName", "Description", "Role", "ImageConfig", "LoggingConfig")
        variables = {key: str(value) for key, value in given.get("Environment", {}).get("Variables", {}).items()}
        return {
            **{key: given[key] for key in keys if key in given},
            "MemorySize": int(given["MemorySize"]),
            "Timeout": int(given["Timeout"]),
            "Environment": {"Variables": variables},
        }

    def _reserve(self, aws: Cloud, given: Properties) -> None:
        name, most = given["FunctionName"], given.get("ReservedConcurrentExecutions")
        if most is not None:
            aws("lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=int(most))


class Role(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        policy = json.dumps(given["AssumeRolePolicyDocument"], default=str)
        role = aws("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=policy)["Role"]
        self._policies(aws, name, given)
        return name, {"Arn": role["Arn"]}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        self._policies(aws, made[0], given)
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        for policy in given.get("Policies", []):
            aws("iam", "delete_role_policy", RoleName=identity, PolicyName=policy["PolicyName"])
        aws("iam", "delete_role", RoleName=identity)

    def _policies(self, aws: Cloud, name: str, given: Properties) -> None:
        for policy in given.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"], default=str)
            aws("iam", "put_role_policy", RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)


class Policy(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        document = json.dumps(given["PolicyDocument"], default=str)
        for role in given["Roles"]:
            aws("iam", "put_role_policy", RoleName=role, PolicyName=given["PolicyName"], PolicyDocument=document)
        return name, {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        for role in given["Roles"]:
            aws("iam", "delete_role_policy", RoleName=role, PolicyName=given["PolicyName"])


class Permission(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        aws("lambda", "add_permission", StatementId=name, **given)
        return name, {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("lambda", "remove_permission", FunctionName=given["FunctionName"], StatementId=identity)


class RestApi(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        api = aws(
            "apigateway",
            "create_rest_api",
            name=given["Name"],
            description=given["Description"],
            apiKeySource=given["ApiKeySourceType"],
            endpointConfiguration={"types": given["EndpointConfiguration"]["Types"]},
        )
        root = aws("apigateway", "get_resources", restApiId=api["id"])["items"][0]["id"]
        return api["id"], {"RootResourceId": root}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        change = {"op": "replace", "path": "/apiKeySource", "value": given["ApiKeySourceType"]}
        aws("apigateway", "update_rest_api", restApiId=made[0], patchOperations=[change])
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_rest_api", restApiId=identity)


class Resource(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        place = {"restApiId": given["RestApiId"], "parentId": given["ParentId"], "pathPart": given["PathPart"]}
        return aws("apigateway", "create_resource", **place)["id"], {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_resource", restApiId=given["RestApiId"], resourceId=identity)


class Method(_Type):
    """moto keeps neither the transfer mode nor long timeouts."""

    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        place = self._place(given)
        needed = {"apiKeyRequired": bool(given["ApiKeyRequired"]), "authorizationType": given["AuthorizationType"]}
        authorizer = {"authorizerId": given["AuthorizerId"]} if "AuthorizerId" in given else {}
        aws("apigateway", "put_method", **place, **needed, **authorizer)
        integration = given["Integration"]
        more = {"uri": integration["Uri"], "integrationHttpMethod": "POST"} if "Uri" in integration else {}
        aws("apigateway", "put_integration", **place, type=integration["Type"], **more)
        return name, {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_method", **self._place(given))

    def _place(self, given: Properties) -> Properties:
        return {
            "restApiId": given["RestApiId"],
            "resourceId": given["ResourceId"],
            "httpMethod": given["HttpMethod"],
        }


class GatewayResponse(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        aws(
            "apigateway",
            "put_gateway_response",
            restApiId=given["RestApiId"],
            responseType=given["ResponseType"],
            responseParameters=given.get("ResponseParameters", {}),
            responseTemplates=given.get("ResponseTemplates", {}),
            **({"statusCode": given["StatusCode"]} if "StatusCode" in given else {}),
        )
        return name, {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws(
            "apigateway",
            "delete_gateway_response",
            restApiId=given["RestApiId"],
            responseType=given["ResponseType"],
        )


class Deployment(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        return aws("apigateway", "create_deployment", restApiId=given["RestApiId"])["id"], {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_deployment", restApiId=given["RestApiId"], deploymentId=identity)


class Stage(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        place = {"restApiId": given["RestApiId"], "stageName": given["StageName"]}
        aws("apigateway", "create_stage", **place, deploymentId=given["DeploymentId"])
        return given["StageName"], {}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        change = {"op": "replace", "path": "/deploymentId", "value": given["DeploymentId"]}
        place = {"restApiId": given["RestApiId"], "stageName": given["StageName"]}
        aws("apigateway", "update_stage", **place, patchOperations=[change])
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_stage", restApiId=given["RestApiId"], stageName=identity)


class UsagePlan(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        plan = aws(
            "apigateway",
            "create_usage_plan",
            name=given["UsagePlanName"],
            apiStages=[{"apiId": each["ApiId"], "stage": each["Stage"]} for each in given["ApiStages"]],
            throttle=self._throttle(given),
            quota={"limit": int(given["Quota"]["Limit"]), "period": given["Quota"]["Period"]},
        )
        return plan["id"], {}

    def update(self, aws: Cloud, made: Made, before: Properties, given: Properties) -> Made:
        changes = [
            {"op": "replace", "path": "/throttle/rateLimit", "value": str(self._throttle(given)["rateLimit"])},
            {"op": "replace", "path": "/throttle/burstLimit", "value": str(self._throttle(given)["burstLimit"])},
            {"op": "replace", "path": "/quota/limit", "value": str(given["Quota"]["Limit"])},
        ]
        aws("apigateway", "update_usage_plan", usagePlanId=made[0], patchOperations=changes)
        return made

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_usage_plan", usagePlanId=identity)

    def _throttle(self, given: Properties) -> Properties:
        throttle = given["Throttle"]
        return {"rateLimit": float(throttle["RateLimit"]), "burstLimit": int(throttle["BurstLimit"])}


class Authorizer(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        made = aws(
            "apigateway",
            "create_authorizer",
            restApiId=given["RestApiId"],
            name=given["Name"],
            type=given["Type"],
            authorizerUri=given["AuthorizerUri"],
            identitySource="method.request.header.Authorization",
        )
        return made["id"], {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("apigateway", "delete_authorizer", restApiId=given["RestApiId"], authorizerId=identity)


class Alarm(_Type):
    def create(self, aws: Cloud, name: str, given: Properties) -> Made:
        numbers = {"Threshold": float(given["Threshold"])}
        aws("cloudwatch", "put_metric_alarm", **{**given, **numbers, "AlarmName": name})
        return name, {}

    def delete(self, aws: Cloud, identity: str, given: Properties) -> None:
        aws("cloudwatch", "delete_alarms", AlarmNames=[identity])


_TYPES: dict[str, _Type] = {
    "AWS::DynamoDB::Table": Table(),
    "AWS::Logs::LogGroup": LogGroup(),
    "AWS::Lambda::Function": Function(),
    "AWS::Lambda::Permission": Permission(),
    "AWS::IAM::Role": Role(),
    "AWS::IAM::Policy": Policy(),
    "AWS::ApiGateway::RestApi": RestApi(),
    "AWS::ApiGateway::Resource": Resource(),
    "AWS::ApiGateway::Method": Method(),
    "AWS::ApiGateway::GatewayResponse": GatewayResponse(),
    "AWS::ApiGateway::Deployment": Deployment(),
    "AWS::ApiGateway::Stage": Stage(),
    "AWS::ApiGateway::UsagePlan": UsagePlan(),
    "AWS::ApiGateway::Authorizer": Authorizer(),
    "AWS::CloudWatch::Alarm": Alarm(),
}
