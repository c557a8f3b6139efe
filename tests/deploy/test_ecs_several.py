"""Deployments to several services of ECS of which one is paused, in memory."""

from __future__ import annotations

import pytest
from deploy.stage import Stage
from deploy.test_ecs import BEFORE

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage
from shipit.errors import PreflightError, UsageError
from shipit.steps.deploy import read_record
from shipit.testing import FakeEcsService, FakeWorld
from shipit.world import RemoteImage

TARGET = """
[[environments.dev.deploy]]
kind = "ecs"
name = "{name}"
cluster = "shop"
service = "{name}"
bucket = "shop-state"
region = "ap-northeast-2"
"""
CONFIG = """\
[environments.dev]
branch = "main"
image = { name = "acme/shop", tags = ["{branch}-{sha}"] }
""" + "".join(TARGET.format(name=name) for name in ("api", "worker"))


def service(world: FakeWorld, name: str) -> FakeEcsService:
    return world.ecs_services.at(f"ecs://shop/{name}#shop-state@ap-northeast-2")


def runs(world: FakeWorld) -> list[set[str]]:
    """Return the digests of the tasks with requests of each service."""
    states = (service(world, name).state() for name in ("api", "worker"))
    return [{task.images["web"] for task in state.serving} for state in states if state]


def held(world: FakeWorld) -> list[tuple[str, ...]]:
    return [read_record(service(world, name), f".shipit/ecs/{name}.json").held for name in ("api", "worker")]


def paused(name: str) -> tuple[Stage, FakeWorld, DeployedImage, DeployedImage]:
    """Return a world in which 1.0.0 serves, and the deployment of 1.1.0 is paused at one of two services."""
    stage, world = Stage(parse_config(CONFIG)), FakeWorld.new()
    world.registry.accept("acme/shop:0.9.0", RemoteImage(BEFORE))
    for each in ("api", "worker"):
        service(world, each).create({"web": "acme/shop:0.9.0"}, each)
    (first,) = stage.deployed(world, "1.0.0")
    for each in ("api", "worker"):
        service(world, each).scheduler.strategy = "BLUE_GREEN"
    service(world, name).scheduler.pauses = ("POST_SCALE_UP",)
    second = stage.publish(world, "1.1.0")
    assert stage.deploy(world.next_run()).paused
    return stage, world, first, second


def test_the_services_after_a_paused_one_are_deployed_when_it_is_approved() -> None:
    stage, world, first, second = paused("api")
    assert (runs(world), len(service(world, "worker").updates)) == ([{first.digest}] * 2, 1)
    report = api.approve(stage.project(world.next_run()), "dev").report()
    assert (report["deployed"], runs(world)) == ("true", [{second.digest}] * 2)


@pytest.mark.parametrize("name", ["api", "worker"])
def test_a_rejection_takes_back_all_services_that_the_deployment_reached(name: str) -> None:
    stage, world, first, second = paused(name)
    api.approve(stage.project(world.next_run()), "dev", reject=True)
    assert runs(world) == [{first.digest}] * 2
    assert held(world) == ([(second.digest,), ()] if name == "api" else [(second.digest,)] * 2)
    with pytest.raises(PreflightError):
        stage.deploy(world.next_run())


def test_an_approval_of_a_service_before_it_keeps_what_was_verified() -> None:
    stage, world, _, second = paused("worker")
    updates = list(service(world, "api").updates)
    api.approve(stage.project(world.next_run()), "dev")
    assert (runs(world), service(world, "api").updates) == ([{second.digest}] * 2, updates)
    with pytest.raises(UsageError, match="is paused"):
        api.approve(stage.project(world.next_run()), "dev")
