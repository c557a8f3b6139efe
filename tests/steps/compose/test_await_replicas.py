"""The step `await-replicas`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.compose.scene import NEW, REPLICAS, beside, containers
from steps.deploy.scene import host_of
from steps.samples import Sample

from shipit.core.deploy import Identity
from shipit.errors import DeployError
from shipit.steps.base import Done, Step
from shipit.steps.compose import AwaitReplicas
from shipit.testing import FakeApp, FakeWorld

STEP = AwaitReplicas(REPLICAS)


def await_replicas(clone: Clone) -> Step:
    beside(clone, FakeApp(listens=1, ready=6))
    return STEP


SAMPLE = Sample(await_replicas, hosts=True)


def failure(world: FakeWorld, step: AwaitReplicas = STEP) -> DeployError:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    return raised.value


def test_an_app_that_is_too_slow_gets_the_name_of_the_key(tmp_path: Path) -> None:
    error = failure(beside(in_memory(tmp_path), FakeApp(ready=1000, log="waits for the database")))
    assert "service web on this machine did not become healthy with 1.1.0" in error.what
    assert "within 30 seconds: `/health` answered 503" in error.what
    assert "set a longer `within` in `health`" in (error.hint or "")
    assert error.tail == "waits for the database"


@pytest.mark.parametrize(
    ("app", "reason"),
    [(FakeApp(exits=2, exit_code=3), "was restarted"), (FakeApp(health="unhealthy"), "is unhealthy")],
)
def test_a_container_that_fails_ends_the_wait_at_once(tmp_path: Path, app: FakeApp, reason: str) -> None:
    world = beside(in_memory(tmp_path), app)
    assert reason in failure(world).what
    assert world.clock.elapsed() < 5


def test_a_container_that_another_program_removed_is_named(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path))
    for each in containers(world):
        host_of(world).containers.remove(each.id)
    assert "is gone" in failure(world).what


def test_the_answer_must_come_from_the_new_version(tmp_path: Path) -> None:
    paths = {"/health": '{"status": "UP"}', "/info": '{"version": "1.0.0"}'}
    world = beside(in_memory(tmp_path), FakeApp(paths=paths))
    identity = Identity("/info", "version", NEW.version, NEW.revision)
    step = AwaitReplicas(replace(REPLICAS, identity=identity))
    assert "is answered by another version" in failure(world, step).what


def test_known_restarts_do_not_count(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path), FakeApp(exits=2))
    world.clock.sleep(3)
    assert REPLICAS.ended(containers(world)[-1])
    assert isinstance(AwaitReplicas(REPLICAS).check(beside(in_memory(tmp_path / "2"))), Done)
    (restarted,) = [each for each in containers(world) if each.restarts]
    assert not replace(REPLICAS, restarts=restarted.restarts).ended(replace(restarted, status="running"))
