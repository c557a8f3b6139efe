"""Reads that end: of files that may be too large, or a pipe or a device instead of a regular file."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

from shipit.core import limits

_STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")


def read_regular_file(path: str, largest: limits.Size = limits.TEXT_FILE) -> bytes:
    """Return the bytes of the file `path`; a path such as `/dev/fd/63`, which a shell passes, can be a pipe.

    Raises:
        OSError: the file cannot be read, is not a regular file, or is larger than `largest`; `strerror` says why.
    """
    is_stream = path.startswith(_STREAMS)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | (0 if is_stream else os.O_NONBLOCK | os.O_NOCTTY))
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not is_stream and not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", path)
        if status.st_size > largest:
            raise _too_large(path, largest)
        return read_at_most(file, path, largest)


def read_at_most(file: BinaryIO, path: str, largest: limits.Size = limits.TEXT_FILE) -> bytes:
    """Return the bytes of `file`, whose path is `path` in errors; raises `OSError` if they are more than `largest`."""
    data = file.read(largest + 1)
    if len(data) > largest:
        raise _too_large(path, largest)
    return data


def _too_large(path: str, largest: limits.Size) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {largest.written}", path)
