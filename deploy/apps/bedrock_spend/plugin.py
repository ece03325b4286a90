"""What this server needs besides a function and its sessions: permissions for its source."""

import argparse
from collections.abc import Mapping
from decimal import Decimal

from apps.bedrock_spend.permissions import permissions_of
from apps.bedrock_spend.source import source_from_text
from deployer import plugin
from deployer.aws import Aws, Json
from deployer.plugin import Found, SmokeTest

# The name under which a result has its exact data, where the request asks for it (src/domain/exact-data.ts).
EXACT = "io.github.bedrock-spend/exact"
# The template's.
USUAL_SOURCE = "cloudwatch:"
# Without and with DuckDB.
IMAGE_GB = {False: Decimal("0.2"), True: Decimal("0.27")}


class Plugin(plugin.Plugin):
    """Its source settles what it may read."""

    cost_note = "; reading logs comes on top, docs/sources/README.md"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """What is read."""
        parser.add_argument("--source", help="what usage is read from; auto asks Bedrock (docs/sources/README.md)")

    def settings(self, given: argparse.Namespace) -> dict[str, str]:
        """The same as --set Source."""
        return {} if given.source is None else {"Source": given.source}

    def find(self, aws: Aws, values: Mapping[str, str]) -> Found:
        """Ask AWS what the source takes; one that reads files brings DuckDB."""
        permissions = permissions_of(aws, source_from_text(values["Source"]))
        files = permissions.reads_files
        arguments = {"DUCKDB": "yes" if files else "no"}
        return Found(permissions.values(), tuple(permissions.notes), arguments, IMAGE_GB[files])

    def looks(self, values: Mapping[str, str]) -> list[str]:
        """Buckets and keys are known only once Bedrock or the workgroup has named them."""
        files = ["s3:GetEncryptionConfiguration", "kms:DescribeKey"]
        return {
            "auto": ["bedrock:GetModelInvocationLoggingConfiguration", *files, "athena:GetWorkGroup"],
            "cloudwatch": ["bedrock:GetModelInvocationLoggingConfiguration"],
            "s3": files,
            "athena": [*files, "athena:GetWorkGroup"],
        }.get(source_from_text(values.get("Source") or USUAL_SOURCE).kind, [])

    def smoke_test(self, aws: Aws, values: Mapping[str, str]) -> SmokeTest:
        """A call that costs nothing, about the source's regions."""
        regions = source_from_text(values["Source"]).regions(aws.region)
        return SmokeTest("check_setup", {"regions": list(regions)}, {EXACT: True}, _problems)


def _problems(result: Json) -> list[str]:
    findings = result.get("_meta", {}).get(EXACT, {}).get("findings", [])
    return [f"{found['region']}: {found['text']}" for found in findings if found["level"] == "problem"]
