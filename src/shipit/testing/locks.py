"""The locks of a place in memory, for tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from shipit.core.deploy import machine
from shipit.errors import ConflictError

_numbers = itertools.count(1)


class FakeLocks:
    """The locks of a host or of a namespace, as one run sees them; `shipit.world.hosts.Host` describes the methods.

    Args:
        address: the address of the place.
        owners: the owner of each lock by its path, which all runs share.
    """

    def __init__(self, address: str, owners: dict[str, str] | None = None) -> None:
        self._address = address
        self._owners: dict[str, str] = {} if owners is None else owners
        self._held: dict[str, str] = {}

    def connect(self) -> FakeLocks:
        """Return the same locks as another run sees them, which holds none."""
        return FakeLocks(self._address, self._owners)

    def owner(self, path: str) -> str | None:
        return self._owners.get(path)

    @contextmanager
    def lock(self, path: str, owner: str) -> Iterator[None]:
        if path in self._owners:
            what = f"another deployment is running on {machine(self._address)}: {self._owners[path]}"
            hint = "wait until it ends, then run the same command again"
            raise ConflictError(what, hint=hint, state="this run changed nothing")
        mine = f"{owner} [{next(_numbers):08x}]"
        self._owners[path] = self._held[path] = mine
        try:
            yield
        finally:
            del self._held[path]
            if self._owners.get(path) == mine:
                del self._owners[path]

    def unlock(self, path: str) -> None:
        self._owners.pop(path, None)

    def require(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        if any(self._owners.get(path) != mine for path, mine in self._held.items()):
            raise ConflictError(
                f"another run took over the deployment on {machine(self._address)}, so this run stopped",
                hint="wait until the other run ends, then run `shipit status`",
            )
