"""The limits of waiting and retrying, for all requests over the network."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct

from shipit.core import limits


class RetryPolicy(Struct, frozen=True):
    """The limits of waiting and retrying; all times are in seconds.

    Args:
        timeout: the longest time without any data from the service.
        tries: the number of attempts for one request, including the first.
        pause: the time before the second attempt; it doubles before each further attempt.
        longest_wait: the longest wait for the end of a rate limit; a longer limit is an error.
        between_writes: the time between two writes to GitHub, which asks for one second; None for no pause.
        sleep: the function that waits; tests replace it.
    """

    timeout: int = limits.REQUEST_SILENCE
    tries: int = limits.REQUEST_TRIES
    pause: float = 1.0
    longest_wait: float = limits.RATE_LIMIT_WAIT
    between_writes: float | None = 1.0
    sleep: Callable[[float], None] = time.sleep
