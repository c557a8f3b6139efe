"""The environment variables with tokens that may write, which the commands of the user do not get."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

WRITE_TOKENS = (
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "SHIPIT_REGISTRY_PASSWORD",
    "SHIPIT_SSH_KEY",
    "SHIPIT_SSH_KNOWN_HOSTS",
    "INPUT_TOKEN",
    "COSIGN_PRIVATE_KEY",
    "COSIGN_PASSWORD",
)
"""Environment variables that commands of the user do not get: they build, and must not publish."""
_ENV_START, _ENV_END = 47, 48  # the places in /proc/PID/stat after the name of the program; see proc_pid_stat(5)


def without_tokens(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without the tokens in `WRITE_TOKENS`."""
    return {name: value for name, value in environ.items() if name not in WRITE_TOKENS}


def hide_tokens() -> None:
    """Erase the tokens in the memory that `/proc/PID/environ` of this process shows; `os.environ` keeps them.

    A command that shipit starts can read that file of its parent. This is done on Linux only, and a kernel that refuses
    it is no error: then the file shows the tokens, as for any other program.
    """
    if not any(map(os.environ.get, WRITE_TOKENS)):
        return
    with suppress(OSError, ValueError, IndexError, OverflowError):
        with open("/proc/self/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        with open("/proc/self/environ", "rb") as file:
            shown = file.read()
        start, end = int(fields[_ENV_START]), int(fields[_ENV_END])
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            memory.seek(start)
            if end - start != len(shown) or memory.read(len(shown)) != shown:
                return  # not the memory that is meant
            for place, length in _values(shown):
                memory.seek(start + place)
                memory.write(bytes(length))


def _values(environment: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place and the length of the value of each token.

    >>> list(_values(b"A=1\\0GH_TOKEN=abc\\0B=2\\0"))
    [(13, 3)]
    """
    place = 0
    for entry in environment.split(b"\0"):
        name, _, value = entry.partition(b"=")
        if value and name.decode("ascii", "replace") in WRITE_TOKENS:
            yield place + len(name) + 1, len(value)
        place += len(entry) + 1
