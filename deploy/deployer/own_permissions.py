"""What the person who deploys must be allowed, as a policy: `permissions`. A test holds it to the calls and the template.

What CloudFormation asks in that person's name is by type of resource, as the types' handlers have it
(aws cloudformation describe-type --type RESOURCE --type-name …); with a role for CloudFormation, that role needs it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from deployer.app import App
from deployer.archive import bucket_of
from deployer.aws import Aws, Json

# Of each type in the template; its resources are named in RESOURCES.
MADE: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": (
        *("dynamodb:CreateTable", "dynamodb:UpdateTable", "dynamodb:DeleteTable", "dynamodb:DescribeTable"),
        *("dynamodb:UpdateTimeToLive", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups"),
        *("dynamodb:DescribeContributorInsights", "dynamodb:DescribeKinesisStreamingDestination"),
        *("dynamodb:GetResourcePolicy", "dynamodb:TagResource", "dynamodb:UntagResource"),
        "dynamodb:ListTagsOfResource",
    ),
    "AWS::Logs::LogGroup": (
        *("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
        *("logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"),
        "logs:GetDataProtectionPolicy",
    ),
    "AWS::Lambda::Function": (
        *("lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
        *("lambda:DeleteFunction", "lambda:GetFunction", "lambda:GetFunctionConfiguration"),
        *("lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionRecursionConfig"),
        *("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
        *("lambda:TagResource", "lambda:UntagResource", "lambda:ListTags"),
    ),
    "AWS::Lambda::Permission": ("lambda:AddPermission", "lambda:RemovePermission", "lambda:GetPolicy"),
    "AWS::Lambda::Version": ("lambda:PublishVersion", "lambda:ListVersionsByFunction"),
    "AWS::Lambda::Alias": ("lambda:CreateAlias", "lambda:UpdateAlias", "lambda:DeleteAlias", "lambda:GetAlias"),
    "AWS::IAM::Role": (
        *("iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:UpdateAssumeRolePolicy", "iam:PassRole"),
        *("iam:TagRole", "iam:UntagRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
    ),
    "AWS::IAM::Policy": ("iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:GetRolePolicy"),
    "AWS::CloudWatch::Alarm": (
        *("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
        *("cloudwatch:TagResource", "cloudwatch:UntagResource", "cloudwatch:ListTagsForResource"),
    ),
    "AWS::CodeDeploy::Application": (
        *("codedeploy:CreateApplication", "codedeploy:DeleteApplication", "codedeploy:GetApplication"),
        *("codedeploy:RegisterApplicationRevision", "codedeploy:GetApplicationRevision"),
        *("codedeploy:TagResource", "codedeploy:UntagResource", "codedeploy:ListTagsForResource"),
    ),
    "AWS::CodeDeploy::DeploymentGroup": (
        *("codedeploy:CreateDeploymentGroup", "codedeploy:UpdateDeploymentGroup", "codedeploy:DeleteDeploymentGroup"),
        *("codedeploy:GetDeploymentGroup", "codedeploy:CreateDeployment", "codedeploy:GetDeployment"),
        "codedeploy:GetDeploymentConfig",
    ),
    "AWS::Route53::RecordSet": (
        "route53:ChangeResourceRecordSets",
        "route53:ListResourceRecordSets",
        "route53:GetHostedZone",
    ),
    "AWS::WAFv2::WebACLAssociation": (
        *("wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource", "wafv2:GetWebACL"),
        "apigateway:SetWebACL",
    ),
}
# API Gateway knows permissions by HTTP method alone, for all types.
GATEWAY = ("apigateway:GET", "apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE")

STACK = (
    *("CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "ListChangeSets"),
    *("DescribeStacks", "DescribeStackEvents", "DescribeEvents", "ListStackResources"),
    *("DeleteStack", "ContinueUpdateRollback", "TagResource"),
)
IMAGES = (
    *("CreateRepository", "DeleteRepository", "DescribeRepositories", "TagResource", "ListTagsForResource"),
    *("PutImageScanningConfiguration", "PutLifecyclePolicy", "SetRepositoryPolicy", "GetRepositoryPolicy"),
    *("DescribeImages", "BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability"),
    *("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"),
)
BUCKET = (
    "CreateBucket",
    "DeleteBucket",
    "ListBucket",
    "PutBucketTagging",
    "PutBucketPublicAccessBlock",
    "PutBucketPolicy",
)
OBJECTS = ("PutObject", "GetObject", "DeleteObject")
# These know no resources, or what is listed lies in the whole account.
LOOKS = (
    *("cloudformation:GetTemplateSummary", "ecr:GetAuthorizationToken", "lambda:GetAccountSettings"),
    *("logs:DescribeLogGroups", "logs:DescribeIndexPolicies", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"),
)


@dataclass(frozen=True)
class Options:
    """What is chosen: the app, the stack's name, the template's values, and CloudFormation's role."""

    app: App
    stack: str
    values: Mapping[str, str]
    role: str | None

    def has(self, parameter: str) -> bool:
        """Whether a parameter is set to something."""
        return bool(self.values.get(parameter))

    @property
    def left_out(self) -> set[str]:
        """Types that are not made."""
        rolls_out = self.values.get("Rollout", "AllAtOnce") != "AllAtOnce"
        return {
            *([] if rolls_out else _types("CodeDeploy", "Lambda::Version", "Lambda::Alias")),
            *(_types("IAM::") if self.has("FunctionRoleArn") else []),
            *([] if self.has("HostedZoneId") else _types("Route53")),
            *([] if self.has("WebAclArn") else _types("WAFv2")),
        }


def own_policy(aws: Aws, options: Options) -> Json:
    """Give a policy for who deploys, and not more."""
    here, arn = _place(aws)
    name = options.stack
    of_images = options.app.package == "image"
    looks = [one for one in LOOKS if of_images or not one.startswith("ecr:")]
    statements = [
        _statement("Stack", [f"cloudformation:{one}" for one in STACK], f"{arn}cloudformation:{here}:stack/{name}/*"),
        *_code(aws, options, f"{arn}ecr:{here}:repository/{name}"),
        _statement("Look", [*looks, *options.app.plugin.looks(options.values)], "*"),
        _statement(
            "Keys",
            list(GATEWAY),
            *_gateway(f"{arn}apigateway:{aws.region}::", "apikeys", "usageplans", "tags", "account"),
        ),
        _statement(
            "LogLines", ["logs:FilterLogEvents", "logs:DeleteLogGroup"], *_log_groups(f"{arn}logs:{here}", name)
        ),
    ]
    if options.role:
        passed = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
        statements.append({**_statement("PassRole", ["iam:PassRole"], options.role), "Condition": passed})
    else:
        statements += _made(aws, options)
    return {"Version": "2012-10-17", "Statement": statements}


def not_in_it(template: str) -> list[str]:
    """Types of resources that an app makes of its own, whose permissions are not known here."""
    made = set(re.findall(r"^ +Type: (AWS::\w+::\w+)", template, re.MULTILINE))
    return sorted(one for one in made if one not in MADE and not one.startswith("AWS::ApiGateway::"))


def role_policy(aws: Aws, options: Options) -> Json:
    """Give a policy for the role that CloudFormation works with."""
    fetched = f"arn:{aws.partition}:s3:::{bucket_of(aws, options.stack)}/*"
    # An image is fetched by Lambda, as its repository's own policy allows.
    code = [_statement("Code", ["s3:GetObject"], fetched)] if options.app.package == "zip" else []
    return {"Version": "2012-10-17", "Statement": [*code, *_made(aws, options)]}


def _place(aws: Aws) -> tuple[str, str]:
    """Parts of an ARN."""
    return f"{aws.region}:{aws.account}", f"arn:{aws.partition}:"


def _made(aws: Aws, options: Options) -> list[Json]:
    """What CloudFormation makes, changes and deletes."""
    (here, arn), region = _place(aws), aws.region
    name, values = options.stack, options.values
    resources = {
        "DynamoDB": [f"{arn}dynamodb:{here}:table/{name}-*"],
        "Logs": _log_groups(f"{arn}logs:{here}", name),
        "Lambda": [f"{arn}lambda:{here}:function:{name}-*"],
        "IAM": [f"{arn}iam::{here.split(':')[1]}:role/{name}-*"],
        "CloudWatch": [f"{arn}cloudwatch:{here}:alarm:{name}-*"],
        "CodeDeploy": [f"{arn}codedeploy:{here}:{kind}:{name}-*" for kind in ("application", "deploymentgroup")],
        "Route53": [f"{arn}route53:::hostedzone/{values.get('HostedZoneId')}"],
        "WAFv2": [values.get("WebAclArn", ""), f"{arn}apigateway:{region}::/restapis/*/stages/*"],
    }
    resources["CodeDeploy"].append(f"{arn}codedeploy:{here}:deploymentconfig:*")
    statements = []
    for service, arns in resources.items():
        of_service = [one for one in MADE if one.startswith(f"AWS::{service}::") and one not in options.left_out]
        actions = [action for one in of_service for action in MADE[one]]
        if actions:
            statements.append(_statement(service, actions, *arns))
    places = ["restapis", *(["domainnames"] if options.has("DomainName") else [])]
    statements.append(_statement("Api", list(GATEWAY), *_gateway(f"{arn}apigateway:{region}::", *places)))
    return [*statements, *_beside(options, arn)]


def _beside(options: Options, arn: str) -> list[Json]:
    """What single options take besides."""
    values, found = options.values, []
    if options.has("FunctionRoleArn"):
        found.append(_statement("PassRole", ["iam:PassRole"], values["FunctionRoleArn"]))
    if options.has("PermissionsBoundaryArn"):
        bound = ["iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"]
        found.append(_statement("Bound", bound, f"{arn}iam::*:role/{options.stack}-*"))
    if options.has("AllowedIps") or options.has("VpcEndpointIds"):
        found.append(
            _statement("Restrict", ["apigateway:UpdateRestApiPolicy"], *_gateway(f"{arn}apigateway:*::", "restapis"))
        )
    if options.has("SubnetIds"):
        found.append(_statement("Vpc", ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"], "*"))
    if options.has("HostedZoneId"):
        found.append(_statement("Dns", ["route53:GetChange"], f"{arn}route53:::change/*"))
    if options.has("SessionKeyArn"):
        grant = ["kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        found.append(_statement("SessionKey", grant, values["SessionKeyArn"]))
    return found


def _code(aws: Aws, options: Options, repository: str) -> list[Json]:
    """Where the code lies: an image repository, or a bucket."""
    if options.app.package == "image":
        return [_statement("Images", [f"ecr:{one}" for one in IMAGES], repository)]
    bucket = f"arn:{aws.partition}:s3:::{bucket_of(aws, options.stack)}"
    return [
        _statement("Bucket", [f"s3:{one}" for one in BUCKET], bucket),
        _statement("Code", [f"s3:{one}" for one in OBJECTS], f"{bucket}/*"),
    ]


def _statement(sid: str, actions: list[str], *resources: str) -> Json:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
    }


def _gateway(prefix: str, *places: str) -> list[str]:
    return [arn for place in places for arn in (f"{prefix}/{place}", f"{prefix}/{place}/*")]


def _log_groups(prefix: str, name: str) -> list[str]:
    return [f"{prefix}:log-group:{group}" for group in (f"/aws/lambda/{name}-*", f"/aws/apigateway/{name}-*")]


def _types(*beginnings: str) -> list[str]:
    return [one for one in MADE if one.removeprefix("AWS::").startswith(beginnings)]
