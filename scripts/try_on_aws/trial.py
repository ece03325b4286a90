"""What the checks share: a sandbox account, a name that all that they make begins with, and what must not be written down."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.aws import Aws, AwsError
from deployer.console import Console
from deployer.error import DeployError
from deployer.waiting import pause

Json = dict[str, Any]
# By line of rigs/assumptions.ts: what doubles are held to.
Seen = dict[str, Any]

PAUSE_S, PATIENCE_S, BUSY_S = 3, 180, 90
AWAY = re.compile("NotFound|NoSuch|does not exist|not found", re.IGNORECASE)
# What something else holds, for a moment.
BUSY = re.compile("InUse|Conflict|NotEmpty|Aborted|Concurrent|Throttl|TooManyRequests|LimitExceeded")
# What AWS's words tell of accounts, people and requests, and what stands for that.
TOLD = {
    re.compile(
        r"(arn:[\w-]+:(?:iam|sts)::[^:]*:(?:user|role|assumed-role|federated-user)/)[\w+=,.@/-]+"
    ): r"\1PRINCIPAL",
    re.compile(r"(Request ?ID: ?)[\w/+=-]+", re.IGNORECASE): r"\1ID",
    re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE): "UUID",
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    re.compile(r"\bA(?:KIA|SIA|IDA|ROA)[A-Z0-9]{12,}"): "ID",
    re.compile(r"(?<!\w)(?<!\d\.)\d{12}(?!\w|\.\d)"): "000000000000",
    # Of an organization, and of its policies.
    re.compile(r"\b[op]-[a-z0-9]{8,}"): "ID",
}


@dataclass
class Trial:
    """One run."""

    aws: Aws
    console: Console
    name: str
    # Of AWS's settings, for programs that are started.
    profile: str | None = None
    # Keys, and ids that tell the account, by what stands for them.
    hidden: dict[str, str] = field(default_factory=dict)
    # What AWS said in full, for people to read.
    said: Json = field(default_factory=dict)
    # What could not be deleted.
    left: list[str] = field(default_factory=list)

    def ask(self, service: str, operation: str, **given: object) -> Json:
        """Call AWS; a refusal is an answer, too: its `code` and `words`."""
        try:
            return self.call(service, operation, **given)
        except AwsError as error:
            return {"code": error.code, "words": error.said or str(error)}

    def call(self, service: str, operation: str, **given: Any) -> Json:  # noqa: ANN401 - as boto3 takes it
        """Call AWS, which must do it."""
        answer = self.aws.call(service, operation, **given)
        answer.pop("ResponseMetadata", None)
        return answer

    def drop(self, service: str, operation: str, *, first: Callable[[], None] | None = None, **given: object) -> None:
        """Delete what may not be there, once nothing holds it. What cannot be deleted is named: somebody has to."""

        def dropped() -> Json:
            if first:
                first()
            return self.ask(service, operation, **given)

        answer = self.until(dropped, lambda answer: not BUSY.search(code_of(answer)), BUSY_S)
        if "code" in answer and not AWAY.search(f"{answer}"):
            said = f"{operation}: {answer['words']}"
            self.console.say(f"  {said}")
            self.left += [said] if said not in self.left else []

    def wait(self, what: str, found: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:  # noqa: ANN401 - what it finds
        """Look until there is something."""
        it = self.until(found, bool, seconds)
        if not it:
            raise DeployError(f"{what} took longer than {seconds:.0f} s.")
        return it

    def until(self, found: Callable[[], Any], good: Callable[[Any], bool], seconds: float = PATIENCE_S) -> Any:  # noqa: ANN401
        """Look until it is as it should be in the end, or time is up: what was found last."""
        end = time.monotonic() + seconds
        while True:
            it = found()
            if good(it) or time.monotonic() > end:
                return it
            # Each look may cost something.
            pause(max(PAUSE_S, seconds / 60))

    def keep(self, line: str, said: object) -> None:
        """For people to read; doubles are not held to it."""
        self.said[line] = said

    def cleaned(self, found: object) -> Any:  # noqa: ANN401 - of the same form
        """No key, no account, nobody's name, no id of a request; words stand for what there was."""
        names = {self.name: "NAME", self.name.replace("-", "_"): "NAME", str(Path.home()): "HOME"}
        names[self.aws.account] = "000000000000"
        hidden = sorted({**self.hidden, **names}.items(), key=lambda item: -len(item[0]))
        # In sentences alone: somebody may be called like what a line answers.
        user = re.compile(rf"(?<![\w.@-]){re.escape(self.aws.user)}(?![\w@-])")

        def clean(text: str) -> str:
            for value, word in hidden:
                text = text.replace(value, word)
            for told, word in TOLD.items():
                text = told.sub(word, text)
            return user.sub("PRINCIPAL", text) if " " in text else text

        def each(found: Any) -> Any:  # noqa: ANN401
            match found:
                case dict():
                    return {clean(str(key)): each(value) for key, value in found.items()}
                case list() | tuple():
                    return [each(value) for value in found]
                case bool() | int() | float() | None:
                    return found
            return clean(str(found))

        return each(found)


def words_of(text: str, *wanted: str) -> list[str]:
    """Those of the words that we go by which are there."""
    return [word for word in wanted if word.lower() in text.lower()]


def code_of(answer: Json) -> str:
    """Of a refusal; of an answer, none."""
    return str(answer.get("code", ""))
