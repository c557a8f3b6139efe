"""Bounds of all waiting for a service on the network."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to bear with a service; times in seconds.

    Args:
        timeout: for an answer to begin, or to go on.
        tries: of one request, the first included.
        pause: before the second try; doubled before each further one.
        longest_wait: for a rate limit to be over; a longer one is an error that says until when.
        between_writes: GitHub asks for one second.
        sleep: how to wait.
    """

    timeout: int = 30
    tries: int = 5
    pause: float = 1.0
    longest_wait: float = 60.0
    between_writes: float | None = 1.0
    sleep: Callable[[float], None] = time.sleep
