"""The lock of a clone, which allows one shipit at a time; it is released when its process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from shipit.errors import CommandError, ConflictError


@contextmanager
def clone_lock(git_directory: str) -> Iterator[None]:
    """Hold the lock of the clone with this git directory while the block runs.

    The kernel manages the lock (`flock`), so a killed process does not leave it locked.

    Raises `ConflictError` if another process holds the lock, `CommandError` if the lock file cannot be written.
    """
    path = os.path.join(git_directory, "shipit.lock")
    try:
        file = open(path, "ab+", buffering=0)  # noqa: SIM115 - closed below, where no OSError is caught
    except OSError as error:
        raise _unwritable(path, error) from error
    with file:
        _acquire(file, path)
        yield


def _acquire(file: IO[bytes], path: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
    except BlockingIOError:
        file.seek(0)
        raise ConflictError(
            f"another shipit (process {file.read().decode().strip() or 'unknown'}) is running in this clone",
            hint="wait until it ends, then run the same command again",
            state="this run did nothing",
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: str, error: OSError) -> CommandError:
    return CommandError(
        f"`{path}` cannot be written: {error.strerror}",
        hint="free disk space or fix the permissions, then run the same command again",
        state="this run did nothing",
    )
