"""What the account allows in this region, and what is best there unless it is set."""

from collections.abc import Mapping
from dataclasses import dataclass

from deployer.aws import Aws, AwsError
from deployer.error import DeployError

RESERVED = "ReservedConcurrency"
# Lambda keeps so many for functions without a reservation: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
KEPT_FREE = 100
# What is reserved where it is not set: enough for a team, and a bound on what a day can cost.
USUAL, LEFT_TO_OTHERS = 20, 500


@dataclass(frozen=True)
class Account:
    """How many functions run at once, all together and of those without a reservation; 0 where that cannot be seen."""

    at_once: int
    unreserved: int
    logs_access: bool

    def found(self) -> dict[str, str]:
        """What fits: no more calls at once than can run, no reservation where there is nothing to spare."""
        values = {"AccessLogs": "yes" if self.logs_access else "no"}
        if self.unreserved - USUAL >= LEFT_TO_OTHERS:
            values[RESERVED] = str(USUAL)
        if 0 < self.at_once < KEPT_FREE:
            values |= {"BurstLimit": str(self.at_once), "TotalBurstLimit": str(2 * self.at_once)}
        return values

    def notes(self) -> list[str]:
        """What a person should know."""
        if not 0 < self.at_once < KEPT_FREE:
            return []
        return [
            f"This account runs {self.at_once} functions at once, and no more calls are answered: "
            "ask for more in Service Quotas, Lambda, Concurrent executions."
        ]

    def check(self, values: Mapping[str, str]) -> None:
        """Refuse a reservation that Lambda would refuse in the middle of a deployment."""
        wanted = values.get(RESERVED) or "0"
        most = max(0, self.unreserved - KEPT_FREE)
        if self.at_once and int(wanted) > most:
            raise DeployError(
                f"{RESERVED}={wanted}: of this account's {self.at_once} functions at once, {most} can be reserved, because "
                f"Lambda keeps {KEPT_FREE} for others: --unset {RESERVED}, or ask for more in Service Quotas."
            )


def look_at(aws: Aws, own: int) -> Account:
    """Ask Lambda and API Gateway. @param own: what this stack has reserved, which it may use again."""
    try:
        limits = aws.call("lambda", "get_account_settings")["AccountLimit"]
        at_once, unreserved = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"] + own
    except AwsError as error:
        if not error.denied:
            raise
        at_once = unreserved = 0
    return Account(at_once, unreserved, _may_log_access(aws))


def _may_log_access(aws: Aws) -> bool:
    """Whether API Gateway has a role to write logs with."""
    try:
        return bool(aws.call("apigateway", "get_account").get("cloudwatchRoleArn"))
    except AwsError as error:
        if error.denied:
            return False
        raise
