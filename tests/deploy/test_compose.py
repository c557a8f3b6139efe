"""Deployments to the services of a compose project, on hosts in memory."""

from __future__ import annotations

import json

import pytest
from deploy.compose_stage import PINS, PROJECT, SERVICES, ComposeStage, finished, state
from deploy.stage import UNHEALTHY, undone

from shipit.core.deploy import pins_in
from shipit.errors import DeployError, PreflightError
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.testing import FakeApp, FakeWorld, recorded

STAGE = ComposeStage.of()


@pytest.fixture
def world() -> FakeWorld:
    return STAGE.new_world()


def state_of(world: FakeWorld) -> dict[str, object]:
    return state(world.hosts.at("local"))


def failure(world: FakeWorld) -> DeployError:
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    return raised.value


def codes(world: FakeWorld) -> set[str]:
    """Return the codes of the findings that block a deployment now."""
    return {finding.code for finding in STAGE.plan(world.next_run()).findings if finding.blocks}


def test_the_first_deployment_replaces_the_containers_that_another_program_started(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    assert state_of(world) == finished(world, "1.0.0")


def test_a_deployment_replaces_both_services_and_no_other(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    assert state_of(world) == finished(world, "1.1.0")


def test_the_old_container_is_removed_only_after_the_new_one_was_watched(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish_pair(world, "1.1.0")
    kinds = [step.kind for step in STAGE.plan(world.next_run()).steps]
    assert (
        kinds
        == [
            "record-event",
            "pull-image",
            "pin-image",
            "start-replicas",
            "await-replicas",
            "watch-replicas",
            "remove-replicas",
            "confirm-replicas",
        ]
        * 2
    )


def test_a_second_run_changes_nothing(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    assert undone(STAGE.plan(world.next_run()), world) == []
    before = state_of(world)
    watched, writes = recorded(world.next_run())
    STAGE.deploy(watched)
    assert (set(writes), state_of(world)) == ({"host.lock"}, before)


def test_a_plan_survives_json(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    plan = STAGE.plan(world.next_run())
    assert plan_from_json(json.dumps(plan_to_json(plan)), where="plan.json") == plan


def test_an_image_that_is_not_healthy_never_replaces_the_old_one(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish_pair(world, "1.1.0", backend=UNHEALTHY)
    error = failure(world)
    assert "not healthy within 30 seconds: `/health` answered 503" in error.what
    assert error.tail == "cannot reach the database"
    assert "serves, as before; this was verified" in (error.state or "")
    assert state_of(world) == finished(world, "1.0.0")


@pytest.mark.parametrize("app", [UNHEALTHY, FakeApp(fails=6), FakeApp(exits=1), FakeApp(start_error="no memory")])
def test_when_the_second_service_fails_both_old_versions_serve(world: FakeWorld, app: FakeApp) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish_pair(world, "1.1.0", frontend=app)
    failure(world)
    assert state_of(world) == finished(world, "1.0.0")


def test_an_image_that_was_rolled_back_is_refused_until_it_is_allowed(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    assert codes(world) == {"held"}
    STAGE.deploy(world.next_run(), retry=True)
    assert state_of(world) == finished(world, "1.1.0")


def test_a_rollback_goes_back_to_the_last_verified_images(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    assert state_of(world) == finished(world, "1.0.0", held=("1.1.0",))


def test_the_first_deployment_can_be_rolled_back_to_the_images_that_served(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.rollback(world.next_run())
    assert state_of(world) == finished(world, "0.9.0", held=("1.0.0",))


def test_changed_settings_in_the_compose_file_are_deployed_with_the_same_image(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    host = world.hosts.at("local")
    host.compose.projects[PROJECT]["backend"]["environment"] = {"LEVEL": "debug"}
    (before,) = host.compose.running(PROJECT, "backend")
    STAGE.deploy(world.next_run())
    (after,) = host.compose.running(PROJECT, "backend")
    assert after.id != before.id
    assert state_of(world) == finished(world, "1.0.0")


def test_several_replicas_are_all_replaced(world: FakeWorld) -> None:
    host = world.hosts.at("local")
    host.compose.projects[PROJECT]["backend"]["deploy"] = {"replicas": 3}
    STAGE.deployed(world, "1.0.0", "1.1.0")
    assert [each.labels["org.opencontainers.image.version"] for each in host.compose.running(PROJECT, "backend")] == [
        "1.1.0"
    ] * 3


def test_containers_that_do_not_run_are_removed_and_not_started_again(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    host = world.hosts.at("local")
    (running,) = host.compose.running(PROJECT, "backend")
    host.containers.stop(running.id, seconds=1)
    STAGE.deploy(world.next_run())
    assert state_of(world) == finished(world, "1.1.0")


def test_a_plain_compose_up_is_told_and_put_right(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    host = world.hosts.at("local")
    host.compose.up(PROJECT)
    drift = [line for seen in STAGE.status(world.next_run()).hosts for line in seen.drift]
    assert any("was started without `compose.shipit.yaml`" in line for line in drift)
    assert any("COMPOSE_FILE=compose.yaml:compose.shipit.yaml" in line for line in drift)
    STAGE.deploy(world.next_run())
    assert state_of(world) == finished(world, "1.0.0")


def test_the_pins_of_other_services_are_kept(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    host = world.hosts.at("local")
    assert set(pins_in(host.read(PINS) or "")) == set(SERVICES)


def test_a_pin_file_that_was_changed_is_not_replaced(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    host = world.hosts.at("local")
    edited = (host.read(PINS) or "") + "    ports: [80]\n"
    host.files[PINS] = edited
    STAGE.publish_pair(world, "1.1.0")
    assert codes(world) == {"compose-pins"}
    with pytest.raises(PreflightError):
        STAGE.deploy(world.next_run())
    assert host.read(PINS) == edited


@pytest.mark.parametrize(
    ("service", "code"),
    [({"container_name": "shop"}, "compose-name"), ({"ports": [{"target": 80}]}, "compose-port")],
)
def test_a_service_that_cannot_have_two_containers_is_refused(
    world: FakeWorld, service: dict[str, object], code: str
) -> None:
    STAGE.publish_pair(world, "1.0.0")
    world.hosts.at("local").compose.projects[PROJECT]["backend"] |= service
    assert codes(world) == {code}


def test_a_service_that_is_missing_is_refused(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    del world.hosts.at("local").compose.projects[PROJECT]["frontend"]
    (finding,) = STAGE.plan(world.next_run()).findings
    assert (finding.code, "`backend`, `db`" in finding.fix) == ("compose-service", True)


def test_a_project_that_compose_cannot_read_is_refused(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    world.hosts.at("local").compose.projects.clear()
    findings = STAGE.plan(world.next_run()).findings
    assert codes(world) == {"compose"}
    assert "no such file" in findings[0].what
