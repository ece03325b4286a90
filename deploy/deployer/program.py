"""What a person types to start this, by which all that is said names it."""

import os
import shlex
import sys

from deployer.ours import OURS

# serverless-mcp-dev, whose package has the deployer, tells how it was started itself.
_GIVEN = os.environ.get("DEPLOYER_STARTED_AS")
STARTED_AS = _GIVEN or "deploy.py"
# Who says something.
NAME = STARTED_AS.rpartition(" ")[2]
# To be pasted into the shell that it was started from.
COMMAND = _GIVEN or f"python3 {shlex.quote(sys.argv[0])}"


def page(path: str) -> str:
    """A page of the documentation, which lies in a clone and is on the web."""
    return f"https://github.com/{OURS}/{OURS}/blob/main/{path}" if _GIVEN else path
