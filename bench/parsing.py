"""Time to read one message."""

from __future__ import annotations

import time

from shipit.core.commits import parse_commit

ORDINARY = """fix(api): close the worker pool after a failure (#1234)

Until now this went unnoticed, because nothing asked for it; whoever did
had to wait for the rest.

Closes #1230
Signed-off-by: Ada <ada@example.org>
"""


def microseconds(runs: int = 20_000, rounds: int = 7) -> float:
    """Return the CPU microseconds to parse an ordinary message, from the fastest of several rounds."""
    return min(_seconds(runs) for _ in range(rounds)) / runs * 1e6


def _seconds(runs: int) -> float:
    begun = time.process_time()
    for _ in range(runs):
        parse_commit(ORDINARY)
    return time.process_time() - begun
