"""One shipit at a time in a clone: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from shipit.errors import ConflictError


@contextmanager
def exclusive(git_directory: str) -> Iterator[None]:
    """Hold the clone's lock. Raises `ConflictError` when another process holds it.

    The lock is the kernel's (`flock`), so a killed process leaves nothing behind.
    """
    place = os.path.join(git_directory, "shipit.lock")
    with open(place, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ConflictError(
                f"another shipit (process {file.read().strip() or 'unknown'}) is at work in this clone",
                hint="wait until it ends, then run the same command again",
                state="this run did nothing",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
