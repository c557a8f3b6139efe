"""The step `await-rollout`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import IMAGE
from steps.kubernetes.scene import NAMESPACE, OTHER, patched, remove_the_deployment, set_another_image, web
from steps.samples import Sample

from shipit.core import limits
from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Step
from shipit.steps.kubernetes import AwaitRollout
from shipit.testing import FakeApp, FakeWorld

STEP = AwaitRollout(NAMESPACE, "web", "web", IMAGE, within=300)


def await_rollout(clone: Clone) -> Step:
    patched(clone, FakeApp(ready=20))
    return STEP


SAMPLE = Sample(await_rollout, (remove_the_deployment, set_another_image), hosts=True)


def failure(world: FakeWorld, step: AwaitRollout = STEP) -> DeployError:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    return raised.value


def test_a_crash_loop_ends_the_wait_and_shows_the_log(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=500, exits=1, exit_code=3, log="no database"))
    error = failure(world)
    assert "crashes again and again: CrashLoopBackOff: exit status 3" in error.what
    assert error.tail == "no database"
    assert world.clock.elapsed() < 30


def test_an_image_that_cannot_be_pulled_ends_the_wait(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path))
    web(world).set_image("web", OTHER.reference)  # not in the registry
    error = failure(world, replace(STEP, image=OTHER))
    assert "cannot start: ImagePullBackOff" in error.what
    assert world.clock.elapsed() < 5


def test_the_progress_deadline_of_kubernetes_ends_the_wait_with_the_reason_of_the_pods(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=10_000))
    web(world).deadline = 60
    assert "deadline is exceeded; pod `web-2-0` is not ready: it runs, but its readiness probe" in failure(world).what
    assert 60 <= world.clock.elapsed() < 65


def test_the_deadline_that_the_rollout_before_exceeded_does_no_harm(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=20))
    web(world).late_until = world.clock.elapsed() + 10
    STEP.apply(world)


def test_a_rollout_without_a_progress_deadline_ends_after_the_time_of_the_target(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=10_000))
    web(world).deadline = 1e9
    assert "after 300 seconds 1 of 2 pods are updated" in failure(world).what


def test_a_full_quota_ends_the_wait_with_the_words_of_kubernetes(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=10_000))
    web(world).quota = 'pods "web-2-x" is forbidden: exceeded quota: small'
    assert "exceeded quota: small" in failure(world).what
    assert world.clock.elapsed() <= limits.PODS_REFUSED + 1


def test_pods_that_are_refused_for_a_short_time_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=5))
    web(world).quota, sleep = "exceeded quota", world.clock.sleep

    def give_room(seconds: float) -> None:
        web(world).quota = "exceeded quota" if world.clock.elapsed() < 10 else ""
        sleep(seconds)

    monkeypatch.setattr(type(world.clock), "sleep", lambda clock, seconds: give_room(seconds))
    STEP.apply(world)


def test_a_paused_rollout_is_said_with_the_command_that_resumes_it(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=20))
    web(world).paused = True
    assert (
        "its rollout is paused; to go on: kubectl --namespace shop rollout resume deployment web" in failure(world).what
    )


def test_an_image_of_another_program_ends_the_wait_as_a_conflict(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path), FakeApp(ready=20))
    web(world).set_image("web", OTHER.reference)
    with pytest.raises(ConflictError, match="another program changed the image"):
        STEP.apply(world)
