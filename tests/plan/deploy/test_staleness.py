"""Saved plans of deployments that are applied later."""

from __future__ import annotations

import json

import pytest
from deploy.stage import Stage, finished, state

from shipit import api
from shipit.errors import ConflictError
from shipit.plan.deploy import DeployPlan
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.testing import FakeWorld, Killed, interrupted, kill
from shipit.world import World

STAGE = Stage.of()


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld.new()
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0")
    return world


def saved(world: World) -> DeployPlan:
    plan = plan_from_json(json.dumps(plan_to_json(STAGE.plan(world))), "plan.json")
    assert isinstance(plan, DeployPlan)
    return plan


def test_a_plan_survives_json(world: FakeWorld) -> None:
    assert saved(world) == STAGE.plan(world)


def test_a_saved_plan_is_applied(world: FakeWorld) -> None:
    api.apply_deployment(STAGE.project(world), saved(world))
    assert state(world.hosts.at("local")) == finished("1.1.0")


def test_a_plan_is_refused_if_another_version_serves_now(world: FakeWorld) -> None:
    plan = saved(world)
    STAGE.deployed(world, "1.2.0")
    with pytest.raises(ConflictError, match=r"1\.0\.0 .* served on this machine when it was made, and now 1\.2\.0"):
        api.apply_deployment(STAGE.project(world.next_run()), plan)
    assert state(world.hosts.at("local")) == finished("1.2.0")


def test_a_plan_is_refused_if_the_configuration_changed(world: FakeWorld) -> None:
    plan = saved(world)
    with pytest.raises(ConflictError, match="the configuration changed"):
        api.apply_deployment(Stage.of('bake = "1s"').project(world), plan)


@pytest.mark.parametrize("at", range(2, 10))
def test_an_interrupted_plan_is_finished_by_applying_it_again(world: FakeWorld, at: int) -> None:
    plan = saved(world)
    with pytest.raises(Killed):
        api.apply_deployment(STAGE.project(interrupted(world.next_run(), at, "after", kill)), plan)
    api.apply_deployment(STAGE.project(world.next_run()), plan)
    assert state(world.hosts.at("local")) == finished("1.1.0")
