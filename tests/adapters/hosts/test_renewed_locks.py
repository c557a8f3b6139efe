"""Locks that are renewed: runs that renew a lock and take it away at the same time, and runs that were killed."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from shipit.adapters.hosts import Lock, RenewedLocks
from shipit.errors import ConflictError
from shipit.testing import FakeClock

DURATION = 60


class Locks(RenewedLocks):
    """Locks in memory; the holder renews its lock after each of the next `renewals` reads."""

    def __init__(self, renewals: int) -> None:
        super().__init__("the store", DURATION)
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


class SharedLocks(RenewedLocks):
    """Locks in memory that another run writes, too: after the read at one of the times `writes`, in seconds."""

    def __init__(self, clock: FakeClock, writes: list[float]) -> None:
        super().__init__("the store", DURATION)
        self.lock_now = Lock("", None, 0)
        self._clock, self._writes = clock, writes

    def _read(self, name: str) -> Lock:
        lock = self.lock_now
        while self._writes and self._writes[0] <= self._clock.elapsed():
            del self._writes[0]
            self._write(name, "run 7", self.lock_now.version)
        return lock

    def _write(self, name: str, owner: str, version: int) -> bool:
        if version != self.lock_now.version:
            return False
        self.lock_now = Lock(owner, self._clock.now(), version + 1)
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    found = FakeClock()
    times = SimpleNamespace(sleep=found.sleep, monotonic=found.elapsed)
    monkeypatch.setattr("shipit.adapters.hosts.renewed_locks.time", times)
    return found


def renewed_each(seconds: float) -> list[float]:
    return [seconds * number for number in range(1, 20)]


@pytest.mark.parametrize("late", [0, 1, DURATION - 1])
def test_a_request_of_a_killed_run_that_arrives_late_delays_the_next_run_and_does_not_refuse_it(
    clock: FakeClock, late: float
) -> None:
    locks = SharedLocks(clock, [late])
    locks.lock_now = Lock("run 7" if late else "", clock.now(), 0)
    with locks.lock("shop", "run 8"):
        assert locks.lock_now.owner.startswith("run 8")
    assert late + DURATION <= clock.elapsed() <= late + DURATION + 1


def test_a_run_that_goes_on_keeps_its_lock_and_is_named(clock: FakeClock) -> None:
    locks = SharedLocks(clock, renewed_each(DURATION / 3))
    locks.lock_now = Lock("run 7", clock.now(), 0)
    with pytest.raises(ConflictError, match="run 7"), locks.lock("shop", "run 8"):
        pass
    assert locks.lock_now.owner == "run 7"
    assert clock.elapsed() <= DURATION


def test_a_run_that_was_faster_keeps_the_lock(clock: FakeClock) -> None:
    locks = SharedLocks(clock, [0, *renewed_each(DURATION / 3)])
    with pytest.raises(ConflictError, match="run 7"), locks.lock("shop", "run 8"):
        pass
    assert locks.lock_now.owner == "run 7"
