"""Parameters of Parameter Store that are written under a condition: by runs at the same time, and with late answers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.adapters.ecs.parameter_state import ParameterState
from shipit.adapters.ecs.parameters import Parameters, Stored
from shipit.core import limits
from shipit.errors import ConflictError
from shipit.testing import FakeClock

NAME, PATH, LOCK = "/shipit/ecs/shop.json", ".shipit/ecs/shop.json", ".shipit/ecs/shop"


@dataclass
class FakeParameterStore:
    """The parameters of a region, which all runs share; `tests/contracts/test_ecs.py` tries the same with moto.

    Args:
        versions: the texts of each parameter, the oldest first.
        behind: for each of the next reads, the number of newest versions that it does not show yet.
        lost: the number of next writes whose answer is lost, so that boto3 repeats them.
        refused: the number of next writes that are refused because another one is going on.
    """

    versions: dict[str, list[str]] = field(default_factory=dict)
    behind: list[int] = field(default_factory=list)
    lost: int = 0
    refused: int = 0

    def client(self, service: str) -> FakeParameterStore:
        return self

    def put_parameter(self, Name: str, Value: str, Type: str, Overwrite: bool) -> dict[str, Any]:
        assert len(Value) <= 4096 and Overwrite
        if self.refused:
            self.refused -= 1
            _fail("TooManyUpdates")
        written = self.versions.setdefault(Name, [])
        written.append(Value)
        if self.lost:
            self.lost -= 1
            return self.put_parameter(Name, Value, Type, Overwrite)
        return {"Version": len(written)}

    def get_parameter(self, Name: str) -> dict[str, Any]:
        name, _, number = Name.partition(":")
        shown = self.versions.get(name, [])
        shown = shown[: len(shown) - (self.behind.pop(0) if self.behind else 0)]
        version = int(number or len(shown))
        if not 0 < version <= len(shown):
            _fail("ParameterVersionNotFound" if shown else "ParameterNotFound")
        return {"Parameter": {"Value": shown[version - 1], "Version": version}}


def _fail(code: str) -> None:
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    raise ClientError({"Error": {"Code": code}}, "PutParameter")


def run(store: FakeParameterStore) -> Any:
    """Return the parameters as another run sees them."""
    return Parameters(store)  # type: ignore[arg-type]


def state(store: FakeParameterStore, duration: float = 30) -> ParameterState:
    """Return the texts and locks of a service as another run sees them."""
    return ParameterState(store, "ECS service shop/web", duration)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    found = FakeClock()
    times = SimpleNamespace(sleep=found.sleep, monotonic=found.elapsed)
    monkeypatch.setattr("shipit.adapters.ecs.parameters.time", times)
    monkeypatch.setattr("shipit.adapters.hosts.renewed_locks.time", times)
    return found


def test_of_two_runs_that_read_the_same_version_only_the_first_one_writes() -> None:
    store = FakeParameterStore()
    one, two = run(store), run(store)
    assert one.read(NAME) == two.read(NAME) == Stored("", 0)
    assert one.write(NAME, "one", 0)
    assert not two.write(NAME, "two", 0)
    assert one.read(NAME) == two.read(NAME) == Stored("one", 2)
    assert two.write(NAME, "two", 2)
    assert one.read(NAME) == Stored("two", 3)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 3)), max_size=24))
def test_in_any_order_of_reads_and_writes_each_text_replaces_the_one_that_its_run_read(
    events: list[tuple[int, bool, int]],
) -> None:
    store, texts = FakeParameterStore(), itertools.count(1)
    seen = [Stored("", 0)] * 3
    truth = ""
    for who, reads, behind in events:
        parameters = run(store)  # without a memory of its writes, so that it can be given old versions
        if reads:
            store.behind = [min(behind, len(store.versions.get(NAME, [])))]
            seen[who] = parameters.read(NAME)
            store.behind = []
        else:
            text = str(next(texts))
            if parameters.write(NAME, text, seen[who].version):
                assert seen[who].text == truth, "a text was replaced that the run had not read"
                truth = text
        assert run(store).read(NAME).text == truth


def test_a_write_whose_answer_was_lost_is_repeated_and_counts_once() -> None:
    store = FakeParameterStore(lost=1)
    assert run(store).write(NAME, "one", 0) == 2
    assert run(store).read(NAME) == Stored("one", 2)
    one = state(store)
    with one.lock(LOCK, "run 7"):
        for text in ("two", "three"):
            one.read(PATH)
            store.lost = 3
            one.write(PATH, text)
            one.write(PATH, f"{text} again")
    assert state(store).read(PATH) == "three again"


def test_a_write_beside_another_one_is_refused() -> None:
    store = FakeParameterStore(refused=1)
    assert not run(store).write(NAME, "one", 0)
    assert run(store).read(NAME) == Stored("", 0)


def test_a_run_waits_until_it_is_shown_what_it_wrote(clock: FakeClock) -> None:
    store = FakeParameterStore()
    parameters = run(store)
    assert parameters.write(NAME, "one", 0) == 1
    store.behind = [1, 1]
    assert parameters.read(NAME) == Stored("one", 1)
    assert 0 < clock.elapsed() < 2
    store.versions.clear()  # a person deleted it
    assert parameters.read(NAME) == Stored("", 0)
    assert clock.elapsed() < limits.PARAMETER_SHOWN + 2


def test_a_text_of_another_program_is_read_as_a_record() -> None:
    store = FakeParameterStore({NAME: ["by hand"]})
    assert run(store).read(NAME) == Stored("by hand", 1)
    assert state(store).read(PATH) == "by hand"


def test_a_text_of_another_program_that_begins_with_a_very_long_number_is_read_as_a_record() -> None:
    text = f"{'9' * 5000}\nrest"
    assert run(FakeParameterStore({NAME: [text]})).read(NAME) == Stored(text, 1)


def test_a_long_record_is_kept_in_several_parameters_and_stays_whole_if_its_run_is_killed() -> None:
    first, second = ("".join(str(number * factor) for number in range(9000)) for factor in (7, 13))
    store = FakeParameterStore()
    one = state(store)
    with one.lock(LOCK, "run 7"):
        one.write(PATH, first)
    assert state(store).read(PATH) == first
    pieces = [name for name in store.versions if name.startswith(f"{NAME}.")]
    assert len(pieces) > 2
    for piece in pieces:  # as a run that is killed before it writes the first part
        store.versions[piece].append("part of another record")
    assert state(store).read(PATH) == first
    two = state(store)
    with two.lock(LOCK, "run 8"):
        two.write(PATH, second)
        two.write(PATH, "short")
    assert state(store).read(PATH) == "short"


def test_a_record_that_another_run_wrote_meanwhile_is_not_replaced() -> None:
    store = FakeParameterStore()
    one, two = state(store), state(store)
    with one.lock(LOCK, "run 7"), two.lock(f"{LOCK}-other", "run 8"):
        assert one.read(PATH) is two.read(PATH) is None
        one.write(PATH, "one")
        with pytest.raises(ConflictError, match=NAME):
            two.write(PATH, "two")
    assert state(store).read(PATH) == "one"


def test_a_run_whose_lock_was_taken_writes_nothing_more_although_it_is_given_old_answers() -> None:
    store = FakeParameterStore()
    one = state(store)
    with one.lock(LOCK, "run 7"):
        state(store).unlock(LOCK)
        store.behind = [1] * 20
        with pytest.raises(ConflictError, match="took over"):
            one.write(PATH, "{}")
        store.behind = []
    assert NAME not in store.versions


class Rival(FakeParameterStore):
    """The store with another run that takes the lock at the same moment, and then renews it every 10 seconds."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock, self._last = clock, -1.0

    def put_parameter(self, Name: str, Value: str, Type: str, Overwrite: bool) -> dict[str, Any]:
        if self._last < 0:
            self._renew(Name)
        return super().put_parameter(Name, Value, Type, Overwrite)

    def get_parameter(self, Name: str) -> dict[str, Any]:
        if 0 <= self._last <= self._clock.elapsed() - 10:
            self._renew(Name.partition(":")[0])
        return super().get_parameter(Name)

    def _renew(self, name: str) -> None:
        self._last = self._clock.elapsed()
        number = len(self.versions[name])
        self.versions[name].append(f'{number}\n{{"owner":"run 9","renewed":"{self._clock.now().isoformat()}"}}')


def test_of_two_runs_that_wait_for_the_lock_of_a_killed_run_one_gets_it(clock: FakeClock) -> None:
    store = Rival(clock)
    lock = f"/{LOCK[1:]}.lock"
    store.versions[lock] = ['0\n{"owner":"run 7","renewed":""}']
    with pytest.raises(ConflictError, match="run 9"), state(store).lock(LOCK, "run 8"):
        pass
    assert clock.elapsed() >= 30
    assert "run 9" in run(store).read(lock).text


def test_a_request_of_a_killed_run_that_arrives_late_does_not_count() -> None:
    store = FakeParameterStore()
    with state(store).lock(LOCK, "run 7"):
        (lock,) = store.versions
        late = '1\n{"owner":"run 7","renewed":""}'
        state(store).unlock(LOCK)
    with state(store).lock(LOCK, "run 8"):
        store.versions[lock].append(late)
        assert "run 8" in (state(store).locked_by(LOCK) or "")
        state(store).require_lock()
    assert state(store).locked_by(LOCK) is None
