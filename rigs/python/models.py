"""Reads AWS's models of what deploy.py and its rig ask, once for all sessions of this process and its forks."""

import boto3
import botocore.session
from botocore.loaders import create_loader

SERVICES = (
    *("apigateway", "athena", "bedrock", "cloudformation", "cloudwatch", "dynamodb"),
    *("ecr", "iam", "kms", "lambda", "logs", "s3", "sts"),
)

_loader = create_loader()
botocore.session.create_loader = lambda _search_path=None: _loader

_session = boto3.Session("none", "none", region_name="us-east-1")
for _service in SERVICES:
    _session.client(_service)
    _loader.load_service_model(_service, "paginators-1")
