"""Deployments to ECS whose task definition is a file of the repository, in memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from deploy.stage import first_sentence, undone
from deploy.test_ecs import (
    RECORD,
    ServiceStage,
    begun,
    codes,
    failure,
    finished,
    runs,
    service_of,
    state,
)

from shipit.core.deploy import DeployedImage
from shipit.steps.deploy import read_record
from shipit.testing import FakeWorld, crash_matrix

FILE = 'task-definition = "ecs/task.json"'
STAGE = ServiceStage.of(FILE)


def write(world: FakeWorld, mode: str = "one", **settings: Any) -> None:
    """Commit the file."""
    container = {"name": "web", "essential": True, "environment": [{"name": "MODE", "value": mode}], **settings}
    text = json.dumps({"family": "shop", "cpu": "512", "memory": "1024", "containerDefinitions": [container]})
    world.commit(f"chore: {mode}", {"ecs/task.json": text})
    world.push()


def deployed(*versions: str) -> tuple[FakeWorld, list[DeployedImage]]:
    world, _ = begun(STAGE)
    write(world)
    return world, STAGE.deployed(world, *versions)


def test_the_file_is_registered_with_the_image_by_digest_and_no_other_change() -> None:
    world, (image,) = deployed("1.0.0")
    found = service_of(world).definitions[-1]
    assert (found.content["cpu"], found.images, found.tags["team"]) == ("512", {"web": image.reference}, "shop")
    assert found.content["containerDefinitions"][0]["environment"] == [{"name": "MODE", "value": "one"}]
    assert runs(world) == {image.digest}
    assert undone(STAGE.plan(world.next_run()), world) == []


def test_a_change_of_the_file_is_deployed_with_the_same_image() -> None:
    world, (image,) = deployed("1.0.0")
    write(world, "two")
    STAGE.deploy(world, image.version)
    service = service_of(world)
    assert service.definitions[-1].content["containerDefinitions"][0]["environment"][0]["value"] == "two"
    last = read_record(service, RECORD).last
    assert last and (service.scheduler.definition, last.definition) == (service.definitions[-1].arn,) * 2


def test_settings_that_fail_go_back_to_the_earlier_ones_and_the_image_is_not_held() -> None:
    world, (image,) = deployed("1.0.0")
    service = service_of(world)
    before = service.scheduler.definition
    write(world, "two")
    service.scheduler.capacity = "(service web) was unable to place a task: no instance has 1024 of memory."
    error = failure(STAGE, world, image.version)
    assert "unable to place a task: no instance has 1024 of memory" in error.what
    assert first_sentence(error) == f"{image} serves, as before; this was verified"
    assert (service.scheduler.definition, read_record(service, RECORD).held) == (before, ())


def test_a_rollback_brings_back_the_recorded_settings_and_not_those_of_the_file() -> None:
    world, (first,) = deployed("1.0.0")
    before = service_of(world).scheduler.definition
    write(world, "two")
    STAGE.deployed(world, "1.1.0")
    STAGE.rollback(world.next_run())
    assert (runs(world), service_of(world).scheduler.definition) == ({first.digest}, before)


def test_a_killed_deployment_is_finished_by_running_it_again() -> None:
    def prepared() -> FakeWorld:
        world, _ = deployed("1.0.0")
        write(world, "two")
        STAGE.publish(world, "1.1.0")
        return world

    for crash in crash_matrix(prepared, STAGE.deploy, state, FakeWorld.next_run):
        assert crash.state == finished("1.1.0", 3), f"{crash.when} {crash.at} {crash.write}"


@pytest.mark.parametrize("text", [None, "{", '{"family": "shop", "containerDefinitions": []}'])
def test_a_file_that_is_missing_or_wrong_is_a_problem(text: str | None) -> None:
    world, _ = begun(STAGE)
    if text is not None:
        world.commit("chore: wrong", {"ecs/task.json": text})
    STAGE.publish(world, "1.0.0")
    assert codes(STAGE.plan(world)) == {"task-definition": "error"}


def test_the_container_and_the_secrets_are_those_of_the_file() -> None:
    world, _ = begun(STAGE)
    write(world, secrets=[{"name": "DB", "valueFrom": "/shop/db"}])
    STAGE.publish(world, "1.0.0")
    assert codes(STAGE.plan(world)) == {"secret-missing": "error"}
    stage = ServiceStage.of(f'{FILE}\ncontainer = "app"')
    assert "task definition `ecs/task.json` has no container `app`" in stage.plan(world).findings[0].what
