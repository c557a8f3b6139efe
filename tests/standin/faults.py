"""What can go wrong between a client and GitHub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from standin.answers import Answer


@dataclass
class Fault:
    """Spoils the next `times` requests of `method` whose path matches `pattern`.

    Args:
        status: answered instead; None leaves the answer as it would have been.
        when: whether the request takes effect first.
        hang: seconds of silence, after which the connection is dropped.
        cut: drop the connection in the middle of the answer.
        body: the body of the answer instead of the message.
        drip: send this again and again after the answer, until the client hangs up.
    """

    method: str
    pattern: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "injected"
    when: Literal["before", "after"] = "before"
    times: int = 1
    hang: float = 0
    cut: bool = False
    body: bytes | None = None
    drip: bytes = b""

    def strikes(self, method: str, path: str) -> bool:
        if self.times < 1 or method != self.method or not re.search(self.pattern, path):
            return False
        self.times -= 1
        return True

    def spoil(self, answer: Answer) -> Answer:
        return (
            answer if self.status is None else Answer(self.status, {"message": self.message}, self.headers, self.body)
        )
