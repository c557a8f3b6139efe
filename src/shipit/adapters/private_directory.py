"""A directory for what one run alone may see, which a later run removes where this one is killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NEW = 60  # seconds in which its run may not have claimed it yet


@contextmanager
def private_directory(prefix: str) -> Iterator[str]:
    """A new directory, readable for this user alone and removed in the end.

    Args:
        prefix: what its name begins with. What killed runs left under such names is removed first.
    """
    place = tempfile.gettempdir()
    for name in os.listdir(place):
        if name.startswith(prefix):
            _remove_left(os.path.join(place, name))
    with tempfile.TemporaryDirectory(prefix=prefix) as directory, _claimed(directory):
        yield directory


def _remove_left(directory: str) -> None:
    with suppress(OSError), _claimed(directory) as found:  # an OSError: it is in use, or nobody's business
        if found.st_uid == os.getuid() and found.st_mtime < time.time() - _NEW:
            shutil.rmtree(directory)


@contextmanager
def _claimed(directory: str) -> Iterator[os.stat_result]:
    """Hold `directory`, by a lock that dies with this process; raises `OSError` where another process does."""
    held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield os.fstat(held)
    finally:
        os.close(held)
