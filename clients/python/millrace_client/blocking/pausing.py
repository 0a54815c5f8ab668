# Made by unasync.py: change aio/ and run it again.
"""Waiting."""

import time


def pause(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)
