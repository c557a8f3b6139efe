"""Temporary directories for secrets of one run; if the run is killed, the next run removes its directory.

No imports that take time are at the top of this module, because every run loads it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

DOCKER = "shipit-docker-"
SSH = "shipit-ssh-"
COSIGN = "shipit-cosign-"
_MINIMUM_AGE = 60  # seconds; a younger directory without content can belong to a run that has not locked it yet
_SHORT = 48  # characters; a socket's path has 104 at most, and OpenSSH adds 17 to its own while it creates it
_SHORT_PARENT = "/tmp"


@contextmanager
def private_directory(prefix: str, *, short: bool = False) -> Iterator[str]:
    """Create a directory that only this user can read, yield its path, and remove it at the end of the block.

    Args:
        prefix: the start of its name. Directories with this prefix that killed runs left are removed first.
        short: True if sockets are created in it, whose paths must be short.
    """
    import tempfile

    parent = tempfile.gettempdir()
    if short and len(parent) > _SHORT:
        parent = _SHORT_PARENT
    remove_abandoned(parent, [prefix])
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as directory, _locked(directory):
        yield directory


def remove_all_abandoned() -> None:
    """Remove the private directories that killed runs left, with the logins and keys in them."""
    given = next(filter(None, map(os.environ.get, ("TMPDIR", "TEMP", "TMP"))), _SHORT_PARENT)  # as `tempfile` does it
    for parent in {given, _SHORT_PARENT}:
        remove_abandoned(parent, (DOCKER, SSH, COSIGN))


def remove_abandoned(parent: str, prefixes: Sequence[str]) -> None:
    """Remove the directories in `parent` that killed runs left, and whose names begin with one of `prefixes`."""
    with suppress(OSError):  # `parent` does not exist, or cannot be read
        for entry in os.scandir(parent):
            if entry.name.startswith(tuple(prefixes)):
                _remove_if_abandoned(entry)


def _remove_if_abandoned(entry: os.DirEntry[str]) -> None:
    """Remove a directory of this user that no process has locked.

    A run locks its directory before it writes anything into it. So a directory with content was locked once, and if it
    is not locked now, its run has ended.
    """
    import shutil

    with suppress(OSError):  # it is not a directory, it is in use, or another run has just removed it
        status = entry.stat(follow_symlinks=False)
        if status.st_uid != os.getuid() or entry.is_symlink():
            return
        if os.listdir(entry.path) or status.st_mtime < time.time() - _MINIMUM_AGE:
            with _locked(entry.path):
                shutil.rmtree(entry.path)


@contextmanager
def _locked(directory: str) -> Iterator[None]:
    """Lock `directory` while the block runs or the process lives.

    Raises `OSError` if another process holds the lock.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
