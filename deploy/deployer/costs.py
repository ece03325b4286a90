"""What a month costs: list prices of us-east-1 in November 2026, without free tiers. docs/deploy.md has the table."""

from collections.abc import Mapping
from decimal import Decimal

# https://aws.amazon.com/lambda/pricing/: a gigabyte and second; a request.
LAMBDA_GB_S = {"arm64": Decimal("0.0000133334"), "x86_64": Decimal("0.0000166667")}
LAMBDA_REQUEST = Decimal("0.0000002")
# https://aws.amazon.com/api-gateway/pricing/: a request to a REST API.
GATEWAY_REQUEST = Decimal("0.0000035")
# https://aws.amazon.com/dynamodb/pricing/on-demand/: a write, the dearer of both kinds of requests.
TABLE_REQUEST = Decimal("0.000000625")
# https://aws.amazon.com/cloudwatch/pricing/: an alarm; a gigabyte of log.
ALARM, LOG_GB = Decimal("0.10"), Decimal("0.50")
# https://aws.amazon.com/ecr/pricing/: a gigabyte.
IMAGE_GB = Decimal("0.10")

SECONDS, GATEWAY_REQUESTS, TABLE_REQUESTS, LOG_GB_A_CALL = 3, Decimal("1.3"), 4, Decimal("0.000001")
ALARMS, USUAL_IMAGE_GB = 3, Decimal("0.2")
AUTHORIZER_GB_S = Decimal("0.25") * Decimal("0.01")

CALLS = (0, 1_000, 100_000)


def monthly_usd(values: Mapping[str, str], calls: int, *, image_gb: Decimal = USUAL_IMAGE_GB) -> dict[str, Decimal]:
    """By service, for a number of calls a month."""
    gb_s = LAMBDA_GB_S[values["Architecture"]]
    a_call = Decimal(values["MemoryMb"]) / 1024 * SECONDS * gb_s + LAMBDA_REQUEST
    if values["ApiKeySource"] == "AUTHORIZER":
        a_call += GATEWAY_REQUESTS * (AUTHORIZER_GB_S * gb_s + LAMBDA_REQUEST)
    return {
        "Lambda": calls * a_call,
        "API Gateway": calls * GATEWAY_REQUESTS * GATEWAY_REQUEST,
        "DynamoDB": calls * TABLE_REQUESTS * TABLE_REQUEST,
        "CloudWatch": ALARMS * ALARM + calls * LOG_GB_A_CALL * LOG_GB,
        "ECR": image_gb * IMAGE_GB,
    }


def cost_line(values: Mapping[str, str], *, image_gb: Decimal, note: str) -> str:
    """Say what is likely."""
    idle, some, many = (
        _usd(sum(monthly_usd(values, calls, image_gb=image_gb).values(), Decimal(0))) for calls in CALLS
    )
    return (
        f"About {idle} a month when nobody asks, {some} with 1,000 calls of {SECONDS} seconds, {many} with 100,000 "
        f"(list prices of us-east-1, November 2026){note}."
    )


def _usd(amount: Decimal) -> str:
    return f"${amount:.2f}"
