"""The limits of waiting and retrying, for all requests over the network."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from shipit.adapters.http.bounded_http import Limits
from shipit.core import limits
from shipit.core.redact import shortened


class RetryPolicy(Struct, frozen=True):
    """The limits of waiting and retrying; all times are in seconds.

    Args:
        timeout: the longest time without any data from the service.
        answer_time: the longest time from the beginning of a request to the end of its answer.
        transfer_time: the same for an upload or a download of a file.
        answer_size: the largest answer that is kept in memory, in bytes.
        tries: the number of attempts for one request, including the first.
        pause: the time before the second attempt; it doubles before each further attempt.
        longest_wait: the longest wait for the end of a rate limit; a longer limit is an error.
        between_writes: the time between two writes to GitHub, which asks for one second; None for no pause.
        sleep: the function that waits; tests replace it.
        announce: receives a sentence before each wait.
    """

    timeout: int = limits.REQUEST_SILENCE
    answer_time: float = limits.REQUEST_TIME
    transfer_time: float = limits.TRANSFER_TIME
    answer_size: int = limits.ANSWER_SIZE
    tries: int = limits.REQUEST_TRIES
    pause: float = 1.0
    longest_wait: float = limits.RATE_LIMIT_WAIT
    between_writes: float | None = 1.0
    sleep: Callable[[float], None] = time.sleep
    announce: Callable[[str], None] = lambda sentence: None

    def wait(self, pause: float, why: str, attempt: int) -> None:
        """Wait `pause` seconds after the failed attempt with the number `attempt`; `why` says what failed."""
        reason = shortened(" ".join(why.split()), limits.REGISTRY_REASON)
        self.announce(f"{reason}; try {attempt + 1} of {self.tries} in {pause:g} s")
        self.sleep(pause)

    @property
    def answer(self) -> Limits:
        """The limits of a request and its answer."""
        return Limits(silence=self.timeout, total=self.answer_time, size=self.answer_size)

    @property
    def for_notifications(self) -> RetryPolicy:
        """The same policy with the limits of a notification: nothing waits long for it."""
        return replace(
            self,
            timeout=limits.NOTIFICATION_TIME,
            answer_time=limits.NOTIFICATION_TIME,
            answer_size=limits.NOTIFICATION_ANSWER,
            tries=limits.NOTIFICATION_TRIES,
            longest_wait=limits.NOTIFICATION_WAIT,
        )

    @property
    def upload(self) -> Limits:
        """The limits of an upload of a file, and of its answer."""
        return replace(self.answer, sending=self.transfer_time)

    @property
    def download(self) -> Limits:
        """The limits of a download into a file."""
        return replace(self.answer, total=self.transfer_time)
