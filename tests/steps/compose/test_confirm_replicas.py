"""The step `confirm-replicas`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.compose.scene import NEW, REPLICAS, containers, healthy
from steps.deploy.scene import RECORD, host_of, spoil_the_record
from steps.samples import Sample

from shipit.core.deploy import HealthAnswer
from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.compose import ConfirmReplicas, RemoveReplicas
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeWorld

STEP = ConfirmReplicas(REPLICAS, "shop-web", RECORD, by="run 7")
URL = "http://shop.example:80"


def alone(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    world = healthy(clone, app)
    RemoveReplicas(REPLICAS, 10).apply(world)
    return world


def confirm_replicas(clone: Clone) -> Step:
    alone(clone)
    return STEP


SAMPLE = Sample(confirm_replicas, (spoil_the_record,), hosts=True)


def test_the_image_is_recorded_with_its_settings_and_its_container(tmp_path: Path) -> None:
    world = alone(in_memory(tmp_path))
    outputs = STEP.apply(world)
    assert outputs == {"deployed": "true", "serving": NEW.digest, "verified:local:shop-web": "true"}
    last = read_record(host_of(world), RECORD).last
    (container,) = containers(world)
    assert last and (last.image, last.container, last.by) == (NEW, container.id, "run 7")
    assert last.settings == container.labels["com.docker.compose.config-hash"]


def test_an_app_that_fails_when_it_serves_alone_is_not_recorded(tmp_path: Path) -> None:
    world = alone(in_memory(tmp_path), FakeApp(fails=4))
    world.clock.sleep(4)
    with pytest.raises(DeployError, match=r"service web on this machine failed while it served 1.1.0"):
        STEP.apply(world)
    assert read_record(host_of(world), RECORD).last is None


def test_the_public_address_must_answer(tmp_path: Path) -> None:
    world = alone(in_memory(tmp_path))
    answers = [HealthAnswer(502)]
    host_of(world).servers["shop.example:80"] = lambda method, url, headers: answers[-1]
    step = replace(STEP, url=URL, url_before=200, environment="prod")
    with pytest.raises(DeployError, match="answered 502; before the switch, it answered 200") as raised:
        step.apply(world)
    assert str(raised.value.hint).endswith("then run: shipit deploy prod --retry")
    replace(step, url_before=502).apply(world)  # it was broken before
    answers.append(HealthAnswer(302))
    step.apply(world)
    assert isinstance(step.check(world), Done)


def test_it_is_not_done_while_another_container_runs(tmp_path: Path) -> None:
    world = alone(in_memory(tmp_path))
    STEP.apply(world)
    host_of(world).compose.execute(
        ["--project-directory", "/srv/shop", "up", "--no-recreate", "--scale", "web=2", "web"]
    )
    assert isinstance(STEP.check(world), Todo)
