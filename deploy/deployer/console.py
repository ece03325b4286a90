"""What is said and asked: the one place that prints. Results go to stdout, everything on the way to stderr."""

import sys
from collections.abc import Sequence

from deployer.error import DeployError


class Console:
    """A terminal; with `agrees`, every question is answered with yes."""

    def __init__(self, *, agrees: bool) -> None:
        self._agrees = agrees

    def say(self, text: str = "") -> None:
        """Say what is going on."""
        print(text, file=sys.stderr, flush=True)

    def show(self, text: str) -> None:
        """Give what was asked for."""
        print(text, flush=True)

    def confirm(self, question: str) -> None:
        """Go on only after a yes."""
        if self._agrees:
            return
        self.say()
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            self.say()
            raise DeployError(f"{question} Nobody is there to answer: add --yes to go on.")
        if answer.strip().lower() not in ("y", "yes"):
            raise DeployError("Left as it was. Run the command again to go on.")


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns that are as wide as their widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
