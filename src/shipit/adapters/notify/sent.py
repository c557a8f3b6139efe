"""The notifications that a clone sent, as lines of a file in its git directory."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress

from shipit.adapters.files.regular_file import read_regular_file
from shipit.core import limits
from shipit.core.notifications import Channel


class Sent:
    """The record in the file `path`. A record that cannot be read or written only costs a second message."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._new: list[str] = []

    def has(self, channel: Channel, id: str) -> bool:
        """Return whether the notification was sent to the channel."""
        return _key(channel, id) in (*self._read(), *self._new)

    def add(self, channel: Channel, id: str) -> None:
        """Add a notification, and forget the oldest beyond the limit."""
        self._new.append(_key(channel, id))
        lines = [*self._read(), self._new[-1]][-limits.NOTIFICATION_MEMORY :]
        with suppress(OSError):
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            temporary = f"{self._path}.{os.getpid()}"
            with open(temporary, "w", encoding="ascii") as file:
                file.write("".join(f"{line}\n" for line in lines))
            os.replace(temporary, self._path)

    def _read(self) -> list[str]:
        try:
            return read_regular_file(self._path).decode("ascii", "ignore").split()
        except OSError:
            return []


def _key(channel: Channel, id: str) -> str:
    return hashlib.sha256(f"{channel.kind}\0{channel.variable}\0{id}".encode("utf-8", "surrogateescape")).hexdigest()
