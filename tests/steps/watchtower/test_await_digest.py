"""The step `await-digest`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import HOST, RECORD, host_of, spoil_the_record
from steps.samples import Sample
from steps.watchtower.watched import NEW, OLD, PROOF, TAG, push, watched

from shipit.core.deploy import HealthAnswer
from shipit.errors import DeployError, NotVerifiedError
from shipit.steps.base import Step, Todo
from shipit.steps.deploy import Proof, read_record
from shipit.steps.watchtower import AwaitDigest
from shipit.testing import FakeApp, FakeWorld

STEP = AwaitDigest(HOST, "shop", NEW, PROOF, within=180, record=RECORD, by="run 7")
INFO = "https://shop.example/info"
ENDPOINT = replace(STEP, proof=Proof(HOST, url=INFO, key="commit"), record="")


def updated(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which Watchtower started the new image."""
    world = watched(clone)
    world.hosts.apps[NEW.digest] = app or FakeApp()
    push(world, NEW, TAG)
    host_of(world).containers.run_tag("shop", TAG)
    return world


def wait(clone: Clone) -> Step:
    updated(clone)
    return STEP


SAMPLE = Sample(wait, (spoil_the_record,), hosts=True)


def failure(world: FakeWorld, step: AwaitDigest = STEP, error: type[DeployError] = DeployError) -> str:
    with pytest.raises(error) as raised:
        step.apply(world)
    assert type(raised.value) is error
    assert isinstance(step.check(world), Todo)
    assert read_record(host_of(world), RECORD).current is None
    return raised.value.what


def later(world: FakeWorld, monkeypatch: pytest.MonkeyPatch, at: float, change: Callable[[], object]) -> None:
    """Let `change` happen once, `at` seconds from now."""
    when, sleep, waiting = world.clock.elapsed() + at, world.clock.sleep, [change]

    def passing(seconds: float) -> None:
        sleep(seconds)
        if waiting and world.clock.elapsed() >= when:
            waiting.pop()()

    monkeypatch.setattr(world.clock, "sleep", passing)


def test_it_records_the_image_that_runs(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    assert STEP.apply(world) == {"deployed": "true", "serving": NEW.digest, f"verified:{HOST}:shop": "true"}
    last = read_record(host_of(world), RECORD).last
    assert last and (last.image, last.by) == (NEW, "run 7")


def test_it_waits_for_the_poll_of_watchtower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = watched(in_memory(tmp_path))
    push(world, NEW, TAG)
    later(world, monkeypatch, 60, lambda: host_of(world).containers.run_tag("shop", TAG))
    STEP.apply(world)
    assert 60 <= world.clock.elapsed() < 70


def test_an_image_that_does_not_run_in_time_is_not_verified(tmp_path: Path) -> None:
    world = watched(in_memory(tmp_path))
    reason = failure(world, error=NotVerifiedError)
    assert reason.startswith(
        "its tag was moved, but it is not proven that the hosts run it: after 180 seconds container `shop` still runs"
    )
    assert "1.0.0" in reason


def test_a_container_that_is_gone_is_not_mistaken_for_the_old_image(tmp_path: Path) -> None:
    world = watched(in_memory(tmp_path))
    host_of(world).containers.remove("shop")
    assert "container `shop` is gone" in failure(world)


def test_a_container_that_is_gone_for_a_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = watched(in_memory(tmp_path))
    host_of(world).containers.remove("shop")
    push(world, NEW, TAG)
    later(world, monkeypatch, 3, lambda: host_of(world).containers.run_tag("shop", TAG))
    STEP.apply(world)


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (FakeApp(exits=0), "restart"),
        (FakeApp(exits=1), "restart"),
        (FakeApp(health="unhealthy"), "is unhealthy"),
    ],
)
def test_a_new_image_that_fails_is_a_failure_at_once(tmp_path: Path, app: FakeApp, reason: str) -> None:
    world = updated(in_memory(tmp_path), app)
    began = world.clock.elapsed()
    assert reason in failure(world)
    assert world.clock.elapsed() - began < 10


def test_without_a_proof_it_is_not_known_what_runs(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    began = world.clock.elapsed()
    reason = failure(world, replace(STEP, proof=None, record=""), NotVerifiedError)
    assert reason == "its tag was moved, but it is not proven that the hosts run it"
    assert world.clock.elapsed() == began


@pytest.mark.parametrize("shown", [NEW.revision, NEW.revision[:7], NEW.version])
def test_an_endpoint_proves_the_version_or_the_commit(tmp_path: Path, shown: str) -> None:
    world = watched(in_memory(tmp_path))
    host_of(world).servers["shop.example"] = lambda *request: HealthAnswer(200, f'{{"commit": "{shown}"}}')
    assert ENDPOINT.apply(world)["deployed"] == "true"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HealthAnswer(200, f'{{"commit": "{OLD.revision}"}}'), "answered by another version"),
        (HealthAnswer(200, "{}"), "without `commit`"),
        (HealthAnswer(0, "nothing listens on the port"), "did not answer"),
    ],
)
def test_an_endpoint_that_does_not_name_the_version_proves_nothing(
    tmp_path: Path, answer: HealthAnswer, reason: str
) -> None:
    world = watched(in_memory(tmp_path))
    host_of(world).servers["shop.example"] = lambda *request: answer
    assert reason in failure(world, ENDPOINT, NotVerifiedError)
