"""deploy/deploy.py, whose pauses, and those of boto3's retries, take a moment: here nothing takes long."""

import runpy
import sys
import time
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "deploy/deploy.py"

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(seconds / 4)

sys.argv[0] = str(SCRIPT)
sys.path[0] = str(SCRIPT.parent)
runpy.run_path(str(SCRIPT), run_name="__main__")
