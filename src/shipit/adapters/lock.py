"""One shipit at a time in a clone: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from shipit.errors import CommandError, ConflictError


@contextmanager
def clone_lock(git_directory: str) -> Iterator[None]:
    """Hold the clone's lock.

    The lock is the kernel's (`flock`), so a killed process leaves nothing behind.

    Raises `ConflictError` when another process holds it, `CommandError` where nothing can be written.
    """
    place = os.path.join(git_directory, "shipit.lock")
    try:
        file = open(place, "ab+", buffering=0)  # noqa: SIM115 - closed below, where no OSError is caught
    except OSError as error:
        raise _unwritable(place, error) from error
    with file:
        _claim(file, place)
        yield


def _claim(file: IO[bytes], place: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
    except BlockingIOError:
        file.seek(0)
        raise ConflictError(
            f"another shipit (process {file.read().decode().strip() or 'unknown'}) is at work in this clone",
            hint="wait until it ends, then run the same command again",
            state="this run did nothing",
        ) from None
    except OSError as error:
        raise _unwritable(place, error) from error


def _unwritable(place: str, error: OSError) -> CommandError:
    return CommandError(
        f"`{place}` cannot be written: {error.strerror}",
        hint="make room or mend the permissions, then run the same command again",
        state="this run did nothing",
    )
