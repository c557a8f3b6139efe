"""The step `await-healthy`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import HEALTH, HOST, SPEC, host_of, started
from steps.samples import Sample

from shipit.core.deploy import HealthCheck, Identity
from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.blue_green import AwaitHealthy
from shipit.testing import FakeApp, FakeWorld

STEP = AwaitHealthy(HOST, SPEC, HEALTH)
INFO = Identity("/info", "version", "1.1.0", "a" * 40)


def await_healthy(clone: Clone) -> Step:
    started(clone, FakeApp(listens=1, ready=6))
    return STEP


SAMPLE = Sample(await_healthy, hosts=True)


def failure(world: FakeWorld, step: AwaitHealthy = STEP) -> DeployError:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    return raised.value


def test_it_needs_several_good_answers_in_a_row(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path), FakeApp(fails=1.5))
    assert "answered 503" in failure(world).what


def test_an_app_that_is_too_slow_gets_the_name_of_the_key(tmp_path: Path) -> None:
    slow, broken = (
        started(in_memory(tmp_path / "1"), FakeApp(ready=1000)),
        started(in_memory(tmp_path / "2"), FakeApp(exits=2)),
    )
    assert "set a longer `within` in `health`" in (failure(slow).hint or "")
    assert "within" not in (failure(broken).hint or "")


def test_it_ends_as_soon_as_the_answers_are_good(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path), FakeApp(ready=6))
    STEP.apply(world)
    assert world.clock.elapsed() < 12


@pytest.mark.parametrize(
    ("app", "reason", "within"),
    [
        (FakeApp(exits=2, exit_code=3), "was restarted", 5),
        (FakeApp(health="unhealthy"), "is unhealthy", 1),
        (FakeApp(ready=1000), "within 30 seconds: `/health` answered 503", 40),
        (FakeApp(listens=None), "within 30 seconds: `/health` did not answer", 40),
        (FakeApp(health="starting"), "within 30 seconds: container `shop-green` is starting", 40),
    ],
)
def test_a_container_that_cannot_become_healthy_ends_the_wait_at_once(
    tmp_path: Path, app: FakeApp, reason: str, within: float
) -> None:
    world = started(in_memory(tmp_path), replace(app, log="1\n2\n3"))
    began = world.clock.elapsed()
    error = failure(world)
    assert reason in error.what
    assert error.tail == "1\n2\n3"
    assert world.clock.elapsed() - began <= within


def test_a_container_that_another_program_replaced_is_not_the_new_version(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path))
    host_of(world).containers.remove(SPEC.name)
    host_of(world).containers.add(SPEC.name, 8080, 8082)
    assert "another program removed or replaced it" in failure(world).what


def test_an_answer_from_another_process_on_the_port_does_not_count(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path), FakeApp(listens=None))
    other = FakeApp(paths={"/health": '{"status": "UP"}', "/info": '{"version": "1.0.0"}'})
    host_of(world).processes[8082] = other
    error = failure(world, AwaitHealthy(HOST, SPEC, HEALTH, INFO))
    assert "is answered by another version" in error.what


def test_the_version_or_the_commit_shows_the_identity(tmp_path: Path) -> None:
    paths = {"/health": '{"status": "UP"}', "/info": '{"version": "aaaaaaa"}'}
    world = started(in_memory(tmp_path), FakeApp(paths=paths))
    assert isinstance(AwaitHealthy(HOST, SPEC, HEALTH, INFO).check(world), Done)


@pytest.mark.parametrize("seconds", [0.5, 2.5])
def test_without_a_health_check_a_container_that_ends_soon_is_not_healthy(tmp_path: Path, seconds: float) -> None:
    world = started(in_memory(tmp_path), FakeApp(exits=seconds))
    assert "was restarted" in failure(world, AwaitHealthy(HOST, SPEC)).what


def test_without_a_health_check_that_of_the_image_decides(tmp_path: Path) -> None:
    step = AwaitHealthy(HOST, SPEC)
    assert isinstance(step.check(started(in_memory(tmp_path), FakeApp(health="healthy"))), Done)
    assert isinstance(step.check(started(in_memory(tmp_path), FakeApp(health="starting"))), Todo)


def test_the_time_limit_is_that_of_the_check(tmp_path: Path) -> None:
    step = AwaitHealthy(HOST, SPEC, HealthCheck("/health", within=5))
    assert "within 5 seconds" in failure(started(in_memory(tmp_path), FakeApp(ready=8)), step).what
