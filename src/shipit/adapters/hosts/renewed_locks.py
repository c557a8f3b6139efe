"""Locks in a service that is reached by requests, each renewed by a thread while it is held."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from shipit.adapters.hosts.local import unique
from shipit.errors import ShipitError


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

    def _renew(self, name: str, text: str, ended: threading.Event) -> None:
        """Renew the lock until the block ends, or another run took it."""
        while not ended.wait(self._duration / 3):
            with suppress(ShipitError):  # the next try may succeed in time
                self._replace(name, text, text)

    @abstractmethod
    def _take(self, name: str, text: str) -> None:
        """Write `text` as the owner. Raises `ConflictError` if another run holds the lock."""

    @abstractmethod
    def _replace(self, name: str, owner: str, text: str) -> bool:
        """Write `text` as the owner if `owner` has the lock, and return whether it was written."""
