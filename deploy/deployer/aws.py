"""The only file that talks to AWS: one way to call it, and what its errors mean for the person who deploys."""

import os
from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore import exceptions as boto  # type: ignore[import-untyped]
from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from deployer import program
from deployer.error import DeployError
from deployer.ours import OURS

Json = dict[str, Any]

SIGN_IN = "sign in again (aws sso login, or new keys), then run the command again."
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
UNKNOWN_KEYS = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
)
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403")

# Permissions that are not named like their operation.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
PERMISSIONS = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}


class AwsError(DeployError):
    """What AWS answered, for callers that expect some of it."""

    def __init__(self, code: str, message: str, said: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.said = said

    @property
    def denied(self) -> bool:
        """Whether a permission is missing."""
        return self.code in DENIED


def _denial(needed: str, said: str) -> str:
    """AWS's words tell which policy it was: one that lacks the permission, or one of the organization's that forbids it."""
    if "explicit deny" in said:
        what = f"A policy forbids {needed}: whoever keeps that policy must allow it"
    else:
        what = f"No permission: get {needed} ({program.STARTED_AS} permissions lists all)"
    return f"{what}, then run the command again. AWS says: {said.rstrip('.')}."


class Aws:
    """An account and region. AWS_ENDPOINT_URL and everything else that boto3 reads is boto3's own business."""

    def __init__(self, *, region: str | None, profile: str | None, taken: Json | None = None) -> None:
        """With the credentials of a role that was taken, as STS gives them, or with what boto3 finds."""
        names = {
            "AccessKeyId": "access_key_id",
            "SecretAccessKey": "secret_access_key",
            "SessionToken": "session_token",
        }
        own = {f"aws_{name}": taken[given] for given, name in names.items()} if taken else {}
        try:
            # Which boto3 itself does not read: it knows AWS_DEFAULT_REGION.
            region = region or os.environ.get("AWS_REGION")
            self._session = boto3.Session(region_name=region, profile_name=profile, **own)
        except boto.ProfileNotFound as error:
            raise DeployError(
                f"{error}. Name one that aws configure list-profiles shows, in --profile or AWS_PROFILE."
            ) from error
        if self._session.region_name is None:
            raise DeployError("No region: add --region us-east-1, or set AWS_REGION.")
        self.region: str = self._session.region_name
        self._clients: dict[tuple[str, str], Any] = {}
        self._caller: Json | None = None

    @property
    def account(self) -> str:
        """Twelve digits."""
        return str(self._who()["Account"])

    @property
    def partition(self) -> str:
        """Such as aws, aws-cn, aws-us-gov."""
        return str(self._who()["Arn"]).split(":")[1]

    @property
    def user(self) -> str:
        """The last part of who is signed in."""
        return str(self._who()["Arn"]).rsplit("/", 1)[-1].rsplit(":", 1)[-1]

    def call(self, service: str, operation: str, *, region: str | None = None, **given: object) -> Json:
        """Call AWS once. Throttling and short outages are waited out by boto3."""
        try:
            client = self._client(service, region or self.region)
            answer: Json = getattr(client, operation)(**given)
        except boto.ClientError as error:
            raise self._meaning(error, service, operation, region) from error
        except boto.BotoCoreError as error:
            raise DeployError(self._no_answer(error, region or self.region)) from error
        return answer

    def pages(
        self, service: str, operation: str, items: str, *, region: str | None = None, **given: object
    ) -> Iterator[Any]:
        """Everything that a list operation gives, page by page."""
        try:
            paginator = self._client(service, region or self.region).get_paginator(operation)
            for page in paginator.paginate(**given):
                yield from page.get(items) or []
        except boto.ClientError as error:
            raise self._meaning(error, service, operation, region) from error
        except boto.BotoCoreError as error:
            raise DeployError(self._no_answer(error, region or self.region)) from error

    def signed(self, verb: str, url: str, headers: dict[str, str], body: bytes | None) -> dict[str, str]:
        """The headers of a request to an API that takes AWS credentials."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise DeployError(self._no_answer(boto.NoCredentialsError(), self.region))
        request = AWSRequest(method=verb, url=url, data=body, headers=headers)
        SigV4Auth(credentials, "execute-api", self.region).add_auth(request)
        return dict(request.headers.items())

    def _who(self) -> Json:
        if self._caller is None:
            self._caller = self.call("sts", "get_caller_identity")
        return self._caller

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes as it runs
        if (service, region) not in self._clients:
            config = Config(retries={"mode": "standard"}, connect_timeout=10, user_agent_extra=f"{OURS}-deploy")
            self._clients[service, region] = self._session.client(service, region_name=region, config=config)
        return self._clients[service, region]

    def _meaning(self, error: Exception, service: str, operation: str, region: str | None) -> AwsError:
        details = getattr(error, "response", {}).get("Error", {})
        code, said = str(details.get("Code", "")), " ".join(str(details.get("Message", error)).split())
        where = region or self.region
        if code in EXPIRED:
            return AwsError(code, f"The AWS sign-in has ended: {SIGN_IN}")
        if code in UNKNOWN_KEYS:
            return AwsError(
                code, f"AWS does not accept these credentials in {where}: {SIGN_IN[:-1]}, or enable {where}."
            )
        if code in DENIED:
            return AwsError(code, _denial(self._permission(service, operation, where), said), said)
        return AwsError(code, f"{service} {operation.replace('_', ' ')} in {where}: {said}", said)

    def _permission(self, service: str, operation: str, region: str) -> str:
        meta = self._client(service, region).meta
        name = meta.method_to_api_mapping[operation]
        if service == "apigateway":  # It has permissions by HTTP method.
            return f"apigateway:{meta.service_model.operation_model(name).http['method']}"
        return PERMISSIONS.get(f"{service}:{name}", f"{service}:{name}")

    def _no_answer(self, error: Exception, region: str) -> str:
        match error:
            case boto.NoCredentialsError() | boto.PartialCredentialsError():
                return "No AWS credentials: run aws sso login or aws configure, or set AWS_PROFILE."
            case boto.SSOTokenLoadError() | boto.UnauthorizedSSOTokenError() | boto.TokenRetrievalError():
                return f"The AWS sign-in has ended: {SIGN_IN}"
            case boto.ProxyConnectionError():
                return "The proxy cannot be reached: check HTTPS_PROXY, or add AWS's names to NO_PROXY."
            case boto.SSLError():
                return "AWS's certificate is not accepted: a proxy may sit between; set AWS_CA_BUNDLE to its authority."
            case boto.InvalidRegionError():
                return f"{region} is no name of a region: write one like us-east-1."
            case boto.HTTPClientError() | boto.ConnectionError():
                return f"AWS cannot be reached in {region}: check --region, the network and HTTPS_PROXY."
            case _:
                return " ".join(str(error).split())
