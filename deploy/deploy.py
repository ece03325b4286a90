#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["boto3>=1.41"]
# ///
"""From a clone and AWS credentials to an MCP endpoint behind a key: docs/deploy.md.

What it does is in deployer/, to be read in this order: cli (the commands), app and plugin (what server), deploying (the order of
things), merging (its template), parameters, account (what fits there), code (with archive, or image), stack, changes (what would
change, and its cost), keys, smoke, hosts.
Only aws.py talks to AWS. What is this project's own server, and no other's, is in apps/bedrock_spend.
"""

import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("deploy.py needs Python 3.11 or newer: run it with a newer python3, or with: uv run deploy/deploy.py")

try:
    from deployer.cli import main
except ModuleNotFoundError as error:
    if error.name not in ("boto3", "botocore"):
        raise
    sys.exit("boto3 is missing: run python3 -m pip install boto3, or run this with: uv run deploy/deploy.py")

if __name__ == "__main__":
    # Not in serverless-mcp-dev, which has all else: there, it is the server of the folder where it was started.
    own = Path(__file__).parent / "apps" / "bedrock_spend"
    sys.exit(main(own if own.is_dir() else None))
