"""Deployments to a service of ECS through boto3 to moto, with a scheduler that plays what moto lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import WaiterError  # type: ignore[import-untyped]
from parts.ecs import Ecs, aws, ecs, moto
from services.shop import BEFORE, Shop

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import HealthAnswer
from shipit.core.images import REVISION, VERSION
from shipit.errors import ConflictError, DeployError, PreflightError
from shipit.testing import FakeApp
from shipit.world import RemoteImage

pytestmark = pytest.mark.slow
__all__ = ["aws", "ecs", "moto"]  # fixtures
GUIDE = Path(__file__).parents[2] / "docs/guides/ecs.md"
CRASHES = FakeApp(ready=100, exits=1, exit_code=3)


@pytest.fixture
def shop(ecs: Ecs) -> Shop:
    return Shop.on(ecs)


def test_versions_are_deployed_and_rolled_back_and_each_is_registered_once(shop: Shop) -> None:
    for version in ("1.0.0", "1.1.0"):
        image = shop.publish(shop.world, version)
        shop.deploy(shop.run())
        assert shop.runs() == {image.digest}
    assert len(shop.ecs.definitions()) == 3
    shop.rollback(shop.run())
    assert shop.runs() != {image.digest}
    assert len(shop.ecs.definitions()) == 3
    with pytest.raises(PreflightError):
        shop.deploy(shop.run())


def test_without_a_bucket_the_record_and_the_lock_are_in_parameter_store(shop: Shop) -> None:
    shop = shop.without_bucket()
    first = shop.publish(shop.world, "1.0.0")
    shop.deploy(shop.run())
    shop.publish(shop.world, "1.1.0")
    shop.deploy(shop.run())
    assert not {each for each in shop.ecs.called if each.startswith("s3:")}
    service = shop.run().ecs_services.at("ecs://shop/web#@ap-northeast-2")
    assert "1.1.0" in (service.read(".shipit/ecs/shop/web/shop.json") or "")
    assert service.locked_by(".shipit/ecs/shop/web/shop") is None
    shop.rollback(shop.run())
    assert shop.runs() == {first.digest}


def test_a_second_run_of_a_version_that_serves_writes_nothing(shop: Shop) -> None:
    shop.publish(shop.world, "1.0.0")
    shop.deploy(shop.run())
    shop.ecs.called.clear()
    shop.deploy(shop.run())
    assert not {"ecs:RegisterTaskDefinition", "ecs:UpdateService"} & set(shop.ecs.called)


def test_a_deployment_that_ecs_rolls_back_is_exit_6_where_the_waiter_of_boto3_says_stable(shop: Shop) -> None:
    """The rows of the table in docs/guides/ecs.md: each rule judges the same rollback of ECS."""
    image = shop.publish(shop.world, "1.0.0", CRASHES)
    with pytest.raises(DeployError, match="ECS took it back") as raised:
        shop.deploy(shop.run())
    assert "container `web`: exit status 3" in raised.value.what
    assert shop.runs() == {BEFORE}
    answers = {
        "`services_stable`": waiter_of_boto3(shop),
        "one deployment": "success" if is_stable(described(shop)) else "waits",
        "rolloutState": "success" if primary(shop)["rolloutState"] == "COMPLETED" else "waits",
        "shipit": f"failure, exit status {raised.value.exit_code}",
    }
    rows = [line.split("|") for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.count("|") == 4]
    for rule, answer in answers.items():
        (row,) = (row for row in rows if rule in row[1] + row[2])
        assert row[3].strip() == answer, rule
    assert image.digest not in shop.runs()


def described(shop: Shop) -> Any:
    (service,) = shop.ecs.client.describe_services(cluster="shop", services=["web"])["services"]
    return service


def primary(shop: Shop) -> Any:
    return next(each for each in described(shop)["deployments"] if each["status"] == "PRIMARY")


def waiter_of_boto3(shop: Shop) -> str:
    waiter = shop.ecs.client.get_waiter("services_stable")
    try:
        waiter.wait(cluster="shop", services=["web"], WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    except WaiterError:
        return "waits"
    return "success"


def is_stable(service: Any) -> bool:
    """Return the rule that tools for ECS had for years: one deployment, and as many running tasks as wanted."""
    return len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]


def test_without_a_circuit_breaker_the_earlier_task_definition_is_set_again(shop: Shop) -> None:
    shop.ecs.scheduler.breaker = False
    first = shop.publish(shop.world, "1.0.0")
    shop.deploy(shop.run())
    shop.publish(shop.world, "1.1.0", CRASHES)
    with pytest.raises(DeployError) as raised:
        shop.deploy(shop.run())
    assert (raised.value.exit_code, shop.runs()) == (6, {first.digest})


def test_another_program_that_deploys_meanwhile_keeps_its_version(shop: Shop) -> None:
    shop.publish(shop.world, "1.0.0", FakeApp(ready=30))
    other, sleep = shop.ecs.register("acme/shop:0.9.0", ephemeralStorage={"sizeInGiB": 30}), shop.world.clock.sleep

    def deploy_too(seconds: float) -> None:
        sleep(seconds)
        if shop.ecs.scheduler.rollouts[-1].definition != other:
            shop.ecs.client.update_service(cluster="shop", service="web", taskDefinition=other)

    shop.world.clock.sleep = deploy_too  # type: ignore[method-assign]
    with pytest.raises(ConflictError, match="another program gave ECS service shop/web"):
        shop.deploy(shop.run())
    assert shop.ecs.scheduler.definition == other


def test_the_example_is_deployed(ecs: Ecs) -> None:
    text = (Path(__file__).parents[2] / "examples/ecs/shipit.toml").read_text(encoding="utf-8")
    name = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/shop"
    text = text.replace("[environments.prod.deploy]", '[environments.prod.deploy]\nbake = "1s"')
    config = parse_config(text.replace("shop-deployments", "shop-state").replace('"https://shop', '"https://localhost'))
    world = ecs.world
    world.hosts.at("local").servers["localhost.example"] = lambda method, url, headers: HealthAnswer(200)
    commit = world.commit("feat: shop", {"Dockerfile": "FROM scratch\n"})
    world.git.create_tag("v1.0.0", commit, "1.0.0")
    world.push("v1.0.0")
    world.registry.accept(f"{name}:0.9.0", RemoteImage(BEFORE))
    digest = "sha256:" + "1" * 64
    world.registry.accept(f"{name}:1.0.0", RemoteImage(digest, {VERSION: "1.0.0", REVISION: commit}))
    ecs.create(f"{name}:0.9.0")
    shop = Shop(config, ecs)
    report = api.deploy(shop.project(shop.run()), "prod").report()
    assert (report["version"], report["verified"], report["serving"]) == ("1.0.0", "true", digest)
    assert shop.runs() == {digest}
