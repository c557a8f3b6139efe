"""Locks that are renewed: runs that renew a lock and take it away at the same time."""

from __future__ import annotations

import datetime as dt

import pytest

from shipit.adapters.hosts import Lock, RenewedLocks
from shipit.errors import ConflictError


class Locks(RenewedLocks):
    """Locks in memory; the holder renews its lock after each of the next `renewals` reads."""

    def __init__(self, renewals: int) -> None:
        super().__init__("the store", 60)
        self.owners: dict[str, str] = {}
        self._versions = 0
        self._renewals = renewals

    def _read(self, name: str) -> Lock:
        lock = Lock(self.owners.get(name, ""), dt.datetime.now(dt.UTC), self._versions)
        if lock.owner and self._renewals:
            self._renewals -= 1
            self._versions += 1
        return lock

    def _write(self, name: str, owner: str, version: int) -> bool:
        if version != self._versions:
            return False
        self.owners[name] = owner
        self._versions += 1
        return True


def test_a_lock_is_taken_away_although_its_run_renews_it_at_that_moment() -> None:
    locks = Locks(renewals=4)
    locks.owners["shop"] = "run 7"
    locks.free("shop")
    assert locks.owner("shop") is None


def test_a_lock_that_cannot_be_taken_away_is_an_error() -> None:
    locks = Locks(renewals=1000)
    locks.owners["shop"] = "run 7"
    with pytest.raises(ConflictError, match="run 7"):
        locks.free("shop")
    assert locks.owners["shop"] == "run 7"
