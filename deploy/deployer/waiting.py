"""The one place that waits."""

import time


def pause(seconds: float) -> None:
    """Let some time go by."""
    time.sleep(seconds)
