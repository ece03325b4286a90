"""What the checks share: a sandbox account, a name that all that they make begins with, and what must not be written down."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deployer.aws import Aws, AwsError
from deployer.console import Console
from deployer.error import DeployError
from deployer.waiting import pause

Json = dict[str, Any]
# By line of rigs/assumptions.ts: what doubles are held to.
Seen = dict[str, Any]

PAUSE_S = 3
PATIENCE_S = 180
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


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

    def drop(self, service: str, operation: str, **given: object) -> None:
        """Delete what may not be there. What cannot be deleted is named: somebody has to."""
        answer = self.ask(service, operation, **given)
        if "code" in answer and not re.search("NotFound|NoSuch|does not exist|not found", f"{answer}"):
            self.console.say(f"  {operation} of {self.name}: {answer['words']}")

    def wait(self, what: str, found: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:  # noqa: ANN401 - what it finds
        """Look until there is something."""
        end = time.monotonic() + seconds
        while True:
            it = found()
            if it:
                return it
            if time.monotonic() > end:
                raise DeployError(f"{what} took longer than {seconds:.0f} s.")
            pause(PAUSE_S)

    def keep(self, line: str, said: object) -> None:
        """For people to read; doubles are not held to it."""
        self.said[line] = said

    def cleaned(self, found: object) -> Any:  # noqa: ANN401 - of the same form
        """No key, no account, no id of a request; names stand for what there was."""
        text = json.dumps(found, default=str)
        names = {self.name: "NAME", self.name.replace("-", "_"): "NAME", self.aws.account: "000000000000"}
        for value, word in sorted({**self.hidden, **names}.items(), key=lambda item: -len(item[0])):
            text = text.replace(value, word)
        return json.loads(UUID.sub("UUID", text))


def words_of(text: str, *wanted: str) -> list[str]:
    """Those of the words that we go by which are there."""
    return [word for word in wanted if word.lower() in text.lower()]


def code_of(answer: Json) -> str:
    """Of a refusal; of an answer, none."""
    return str(answer.get("code", ""))
