"""Carrying out a plan."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

from shipit.engine.apply import apply_steps as apply
from shipit.errors import CommandError, ConflictError, ShipitError
from shipit.steps.base import Done, Outputs, Step, Todo
from shipit.steps.repository import RestoreFile, Run, text_digest
from shipit.testing import FakeWorld, Killed
from shipit.world import World


@dataclass(frozen=True)
class Write:
    """A step that writes `name` into the file `name`, or raises `fails` or `refuses`."""

    kind: ClassVar[str] = "write"
    public: ClassVar[bool] = False
    name: str
    fails: BaseException | None = None
    refuses: ShipitError | None = None

    @property
    def id(self) -> str:
        return f"write:{self.name}"

    @property
    def summary(self) -> str:
        return f"write {self.name}"

    def check(self, world: World) -> Done | Todo:
        if self.refuses:
            raise self.refuses
        return Done({self.name: "there"}) if world.files.read(self.name) else Todo()

    def apply(self, world: World) -> Outputs:
        if self.fails:
            raise self.fails
        world.files.write(self.name, self.name)
        return {self.name: "there"}


class PublicWrite(Write):
    """The same as a step that others see."""

    public: ClassVar[bool] = True


class Protocol:
    """An observer that records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def started(self, step: Step) -> None:
        self.calls.append(("started", step.id))

    def applying(self, step: Step) -> None:
        self.calls.append(("applying", step.id))

    def waiting(self, step: Step, what: str) -> None:
        self.calls.append(("waiting", step.id, what))

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        self.calls.append(("finished", step.id, dict(outputs), already))

    def optional_failed(self, step: Step, error: ShipitError) -> None:
        self.calls.append(("optional failed", step.id))

    def planned_again(self, reason: ShipitError) -> None:
        self.calls.append(("planned again", reason.what))


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld.new()


def failing(steps: Sequence[Step], world: World) -> ShipitError:
    with pytest.raises(ShipitError) as raised:
        apply(steps, world)
    return raised.value


def test_all_steps_are_done_in_order_and_their_outputs_are_put_together(world: FakeWorld) -> None:
    assert apply([Write("a"), Write("b")], world) == {"a": "there", "b": "there"}
    assert (world.files.read("a"), world.files.read("b")) == ("a", "b")


def test_no_steps_do_nothing(world: FakeWorld) -> None:
    assert apply([], world) == {}


def test_a_step_that_is_done_already_is_not_applied_and_returns_its_outputs(world: FakeWorld) -> None:
    world.files.edit("a", "made by an earlier run")
    assert apply([Write("a", fails=AssertionError("applied again"))], world) == {"a": "there"}
    assert world.files.read("a") == "made by an earlier run"


def test_an_observer_gets_each_step_and_if_it_was_done_already(world: FakeWorld) -> None:
    observer = Protocol()
    world.files.edit("a", "made by an earlier run")
    apply([Write("a"), Write("b")], world, observer)
    assert observer.calls == [
        ("started", "write:a"),
        ("finished", "write:a", {"a": "there"}, True),
        ("started", "write:b"),
        ("applying", "write:b"),
        ("finished", "write:b", {"b": "there"}, False),
    ]


def test_no_step_runs_after_a_step_that_fails(world: FakeWorld) -> None:
    observer = Protocol()
    with pytest.raises(CommandError):
        apply([Write("a"), Write("b", fails=CommandError("`make` failed")), Write("c")], world, observer)
    assert world.files.read("c") is None
    assert observer.calls[-1] == ("applying", "write:b")


def test_an_error_before_the_first_public_step_says_that_nothing_was_pushed(world: FakeWorld) -> None:
    error = failing([Write("a"), Write("b", fails=CommandError("`make` failed")), PublicWrite("c")], world)
    assert error.state == (
        "nothing was pushed. Failed at: write b. Done, but not public: write a. The next run needs no clean-up."
    )


def test_a_missing_asset_does_not_say_that_the_command_before_it_failed(world: FakeWorld) -> None:
    error = failing([Run("make jar", 60, makes=("build/*.jar",)), PublicWrite("c")], world)
    assert str(error.state).startswith("nothing was pushed. Failed after: run make jar.")


def test_an_error_after_a_public_step_says_what_is_public_and_how_to_finish(world: FakeWorld) -> None:
    steps = [Write("a"), PublicWrite("b"), PublicWrite("c", fails=CommandError("502"))]
    assert failing(steps, world).state == (
        "done and public: write b. Not done: write c. Run the same command again to finish"
    )


def test_a_public_step_that_was_done_already_counts_as_public(world: FakeWorld) -> None:
    world.files.edit("a", "made by an earlier run")
    error = failing([PublicWrite("a"), Write("b", fails=CommandError("502"))], world)
    assert "done and public: write a" in str(error.state)


def test_a_check_that_raises_stops_the_plan_with_the_state(world: FakeWorld) -> None:
    error = failing([Write("a"), Write("b", refuses=ConflictError("tag `v1.0.0` exists already"))], world)
    assert "nothing was pushed" in str(error.state)
    assert world.files.read("b") is None


def test_an_error_that_knows_the_state_itself_keeps_it(world: FakeWorld) -> None:
    error = failing([Write("a", fails=CommandError("502", state="the service is half there"))], world)
    assert error.state == "the service is half there"


def test_an_error_of_the_system_gets_the_state_and_undoes_the_changes(world: FakeWorld) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/tmp/shipit-docker-1")
    steps, way_back = [Write("a"), Write("b", fails=full)], [RestoreFile("a", (text_digest("a"),))]
    with pytest.raises(CommandError) as raised:
        apply(steps, world, way_back=way_back)
    assert raised.value.what == "`/tmp/shipit-docker-1` cannot be used: No space left on device"
    assert "nothing was pushed. Failed at: write b. Restored: a" in str(raised.value.state)
    assert world.files.read("a") is None


@pytest.mark.parametrize("bug", [RuntimeError("a bug"), Killed()], ids=["bug", "killed"])
def test_other_exceptions_are_not_changed(world: FakeWorld, bug: BaseException) -> None:
    with pytest.raises(type(bug)) as raised:
        apply([Write("a", fails=bug)], world)
    assert raised.value is bug


def test_a_plan_that_failed_is_finished_by_applying_it_again(world: FakeWorld) -> None:
    broken = Write("b", fails=CommandError("502"))
    failing([Write("a"), broken, Write("c")], world)
    observer = Protocol()
    assert apply([Write("a"), replace(broken, fails=None), Write("c")], world, observer).keys() == {"a", "b", "c"}
    assert [step for call, step, *_ in observer.calls if call == "applying"] == ["write:b", "write:c"]
