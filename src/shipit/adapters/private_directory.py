"""A temporary directory for secrets of one run; if the run is killed, a later run removes the directory."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MINIMUM_AGE = 60  # seconds; a younger directory can belong to a run that has not locked it yet
_SHORT = 48  # characters; a socket's path has 104 at most, and OpenSSH adds 17 to its own while it creates it


@contextmanager
def private_directory(prefix: str, *, short: bool = False) -> Iterator[str]:
    """Create a directory that only this user can read, yield its path, and remove it at the end of the block.

    Args:
        prefix: the start of its name. Directories with this prefix that killed runs left are removed first.
        short: True if sockets are created in it, whose paths must be short.
    """
    parent = tempfile.gettempdir()
    if short and len(parent) > _SHORT:
        parent = "/tmp"
    for name in os.listdir(parent):
        if name.startswith(prefix):
            _remove_if_abandoned(os.path.join(parent, name))
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as directory, _locked(directory):
        yield directory


def _remove_if_abandoned(directory: str) -> None:
    with suppress(OSError), _locked(directory) as status:  # an OSError: it is in use, or belongs to another user
        if status.st_uid == os.getuid() and status.st_mtime < time.time() - _MINIMUM_AGE:
            shutil.rmtree(directory)


@contextmanager
def _locked(directory: str) -> Iterator[os.stat_result]:
    """Lock `directory` while the block runs or the process lives, and yield the directory's status.

    Raises `OSError` if another process holds the lock.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield os.fstat(descriptor)
    finally:
        os.close(descriptor)
