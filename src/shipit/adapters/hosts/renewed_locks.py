"""Locks in a service that is reached by requests, each renewed by a thread while it is held.

The lock of another run is taken when it was not renewed for its whole duration. This is measured by the clock of this
machine, so that clocks that differ do no harm.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from msgspec import DecodeError, Struct, ValidationError, json

from shipit.adapters.hosts.local import lock_held, lock_lost, unique
from shipit.core import limits
from shipit.errors import ShipitError

_LOOK = 0.5  # seconds between two looks at the lock of another run
_LATE_WRITES = 1  # a request of a killed run can arrive after its end, so only a second write shows that a run lives


class Lock(NamedTuple):
    """A lock as it was read: the run that holds it, empty for none, and the time when it was renewed last.

    `version` is what a write needs to fail if the lock was written after it was read.
    """

    owner: str
    renewed: dt.datetime | None
    version: Any

    @property
    def renewal(self) -> tuple[str, dt.datetime | None]:
        """A value that differs after the lock was taken or renewed."""
        return self.owner, self.renewed


class _Content(Struct, frozen=True):
    """The text of a lock: the run that holds it, and the time when it was renewed last."""

    owner: str = ""
    renewed: str = ""


# Made once, because the process crashes if two threads decode a type for the first time.
_CONTENT = json.Decoder(_Content)


def lock_text(owner: str) -> bytes:
    """Return the text of a lock that `owner` takes or renews now. An empty `owner` frees the lock."""
    return json.encode(_Content(owner, dt.datetime.now(dt.UTC).isoformat()))


def lock_in(text: bytes | str, version: Any) -> Lock:
    """Return the lock with this text; one of an unknown program if it is not the text of a lock."""
    try:
        content = _CONTENT.decode(text)
    except (DecodeError, ValidationError):
        return Lock("an unknown program", None, version)
    renewed = None
    with suppress(ValueError):
        renewed = dt.datetime.fromisoformat(content.renewed).astimezone(dt.UTC)
    return Lock(content.owner, renewed, version)


class RenewedLocks(ABC):
    """The locks that this run holds in one place.

    Args:
        machine: the name of the place for messages.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, machine: str, duration: float) -> None:
        self._machine = machine
        self._duration = duration
        self._held: dict[str, str] = {}  # the text of this run by the name of the lock

    @property
    def held(self) -> bool:
        """True while this run holds a lock."""
        return bool(self._held)

    @contextmanager
    def lock(self, name: str, owner: str) -> Iterator[None]:
        """Hold the lock while the block runs; see `shipit.world.hosts.Host.lock`."""
        text = unique(owner)
        self._take(name, text)
        self._held[name] = text
        ended = threading.Event()
        renewer = threading.Thread(target=self._renew, args=(name, text, ended), daemon=True)
        renewer.start()
        try:
            yield
        finally:
            ended.set()
            renewer.join()
            del self._held[name]
            with suppress(ShipitError):  # it frees itself
                self._replace(name, text, "")

    def owner(self, name: str) -> str | None:
        """Return the run that holds the lock; None if none does, or if it stopped renewing it."""
        lock = self._read(name)
        age = dt.datetime.now(dt.UTC) - lock.renewed if lock.renewed else dt.timedelta()
        return None if age.total_seconds() > self._duration else lock.owner or None

    def free(self, name: str) -> None:
        """Take the lock away from the run that holds it; raises `ConflictError` if it cannot be taken."""
        owner = self._read(name).owner
        for _ in range(limits.UNLOCK_TRIES):  # a write fails if that run renewed the lock in between
            if not owner or self._replace(name, owner, "") or self._read(name).owner != owner:
                return
        raise lock_held(owner, self._machine)

    def require(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        if any(self._read(name).owner != text for name, text in self._held.items()):
            raise lock_lost(self._machine)

    def _take(self, name: str, text: str) -> None:
        """Write `text` as the owner. Raises `ConflictError` if another run holds the lock."""
        lock = self._read(name)
        for _ in range(_LATE_WRITES + 1):
            now = self._watched(name, lock)
            if not now.owner or now.renewal == lock.renewal:
                if self._write(name, text, now.version):
                    return
                now = self._read(name)
                if now.owner == text:  # only the answer to the request was lost, and it was repeated
                    return
            lock = now
        raise lock_held(lock.owner, self._machine)

    def _watched(self, name: str, first: Lock) -> Lock:
        """Return the lock after it was freed or written, or after a time in which a run that lives would renew it."""
        end, now = time.monotonic() + self._duration, first
        while now.owner and now.renewal == first.renewal and time.monotonic() < end:
            time.sleep(_LOOK)
            now = self._read(name)
        return now

    def _renew(self, name: str, text: str, ended: threading.Event) -> None:
        """Renew the lock until the block ends, or another run took it."""
        while not ended.wait(self._duration / 3):
            with suppress(ShipitError):  # the next try may succeed in time
                self._replace(name, text, text)

    def _replace(self, name: str, owner: str, text: str) -> bool:
        """Write `text` as the owner if `owner` has the lock, and return whether it was written."""
        lock = self._read(name)
        return lock.owner == owner and self._write(name, text, lock.version)

    @abstractmethod
    def _read(self, name: str) -> Lock:
        """Return the lock; one without an owner if it does not exist."""

    @abstractmethod
    def _write(self, name: str, owner: str, version: Any) -> bool:
        """Write the owner if the lock still has this version; return False if another run wrote it."""
