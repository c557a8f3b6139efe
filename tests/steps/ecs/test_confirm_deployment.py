"""The step `confirm-deployment`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import DIGEST, IMAGE
from steps.ecs.scene import (
    ADDRESS,
    CHANGE,
    OTHER,
    RECORD,
    SECOND,
    deploy_another_image,
    remove_the_service,
    service_of,
    updated,
)
from steps.samples import Sample

from shipit.core.deploy import HealthAnswer
from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.deploy import read_record
from shipit.steps.ecs import AwaitDeployment, ConfirmDeployment
from shipit.testing import FakeApp, FakeWorld

URL = "https://shop.example"
STEP = ConfirmDeployment(ADDRESS, "shop", CHANGE, RECORD, bake=15, by="run 7")
AWAIT = AwaitDeployment(ADDRESS, CHANGE, within=600)


def deployed(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    world = updated(clone, app)
    AWAIT.apply(world)
    return world


def confirm_deployment(clone: Clone) -> Step:
    deployed(clone)
    return STEP


def spoil_the_record(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    service_of(clone.world).texts[RECORD] = "deployed: yes\n"


SAMPLE = Sample(confirm_deployment, (remove_the_service, deploy_another_image, spoil_the_record), hosts=True)


def failure(world: FakeWorld, step: ConfirmDeployment = STEP) -> DeployError:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    return raised.value


def test_the_record_has_the_task_definition_to_go_back_to(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path))
    STEP.apply(world)
    last = read_record(service_of(world), RECORD).last
    assert last and (last.image, last.definition, last.by) == (IMAGE, SECOND, "run 7")


def test_the_digest_of_the_platform_is_the_image_too(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path))
    world.registry.platforms[DIGEST] = ("sha256:" + "3" * 64,)
    service_of(world).scheduler.reported = "sha256:" + "3" * 64
    STEP.apply(world)
    assert STEP.check(world) == Done(STEP.apply(world))


def test_a_task_with_another_digest_is_a_failure(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path))
    service_of(world).scheduler.reported = OTHER.digest
    assert f"runs `{OTHER.digest}`, and not 1.1.0" in failure(world).what


def test_a_task_that_ends_while_it_is_watched_is_a_failure_with_its_log(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path), FakeApp(exits=8, log="out of memory"))
    error = failure(world)
    assert "stopped: Essential container in task exited" in error.what
    assert error.tail == "out of memory"


def test_a_task_that_becomes_unhealthy_is_a_failure(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path), FakeApp(fails=8))
    assert "is unhealthy: its health check failed" in failure(world).what


def test_a_task_that_the_load_balancer_sends_no_requests_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path), FakeApp(fails=8))
    service_of(world).scheduler.balanced = True
    reason = "gets no requests: it is `unhealthy` in target group `web`: Health checks failed with these codes: [503]"
    assert reason in failure(world).what


def test_fewer_tasks_than_wanted_are_a_failure(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path))
    service_of(world).settings["desired"] = 3
    assert "only 2 of 3 tasks run shop:2" in failure(world).what
    assert isinstance(STEP.check(world), Todo)


def test_a_public_address_that_fails_is_a_failure_with_its_own_hint(tmp_path: Path) -> None:
    world = deployed(in_memory(tmp_path))
    world.hosts.at("local").servers["shop.example"] = lambda method, url, headers: HealthAnswer(503)
    error = failure(world, replace(STEP, url=URL, url_before=200, environment="prod"))
    assert "answered 503; before the deployment, it answered 200" in error.what
    assert error.hint == "check `url`, DNS and the load balancer, then run: shipit deploy prod --retry"
