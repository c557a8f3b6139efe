"""A back end and a static front end in one environment: the front end last, one verdict, one way back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pytest
from deploy.stage import UNHEALTHY, Stage, serving
from deploy.test_static_site import build, fail, site_of, version_served

from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage
from shipit.errors import CommandError, DeployError, PreflightError, RemoteError, UsageError
from shipit.testing import FakeApp, FakeWorld, crash_matrix
from shipit.world import World

CONFIG = """\
[environments.dev]
branch = "main"
url = "https://shop.example"
image = { name = "acme/shop", tags = ["{branch}-{sha}"] }

[[environments.dev.deploy]]
kind = "blue-green"
name = "shop"
health = { path = "/health", json = { status = "UP" }, within = "30s" }
nginx = { marker = "/srv/shop/active" }

[[environments.dev.deploy]]
kind = "static-site"
bucket = "shop-web"
name = "shop"
distribution = "E2QWRUHEXAMPLE"
build = ["npm run build"]
within = "1m"
"""


@dataclass
class Both(Stage):
    """A stage with a back end on this machine, and a front end in a bucket."""

    @classmethod
    def new(cls) -> Both:
        return cls(parse_config(CONFIG))

    def begun(self, *versions: str, app: FakeApp | None = None) -> FakeWorld:
        """Return a world in which all versions but the last are deployed; `app` is the behaviour of the last image."""
        world = FakeWorld.new(effects={"npm run build": build})
        world.hosts.at("local").servers["shop.example"] = site_of(world).distribution.answer
        *earlier, last = versions
        for version in earlier:
            self.commit(world, version)
            self.deploy(world.next_run())
        self.commit(world, last, app)
        return world

    def commit(self, world: FakeWorld, version: str, app: FakeApp | None = None) -> DeployedImage:
        world.commit(f"feat: front end {version}", {"version.txt": version})
        return self.publish(world, version, app)


BOTH = Both.new()


def versions(world: FakeWorld) -> tuple[str | None, str]:
    """Return the versions of the back end and of the front end that users get."""
    return serving(world.hosts.at("local"))[0], version_served(world)


def test_the_front_end_is_published_after_the_back_end_serves() -> None:
    world = BOTH.begun("1.0.0", "1.1.0")
    report = BOTH.deploy(world.next_run())
    assert versions(world) == ("1.1.0", "1.1.0")
    kinds = [step.kind for step in report.plan.steps]
    assert kinds.index("switch-traffic") < kinds.index("publish-files")
    assert report.report()["verified"] == "true"
    assert len(report.report()["serving"].split()) == 2


def test_if_the_back_end_fails_the_front_end_is_not_touched() -> None:
    world = BOTH.begun("1.0.0", "1.1.0", app=UNHEALTHY)
    before = dict(site_of(world).objects)
    with pytest.raises(DeployError):
        BOTH.deploy(world.next_run())
    assert versions(world) == ("1.0.0", "1.0.0")
    assert {key: site_of(world).objects[key] for key in before} == before


def test_a_build_of_the_front_end_that_fails_changes_no_target() -> None:
    world = BOTH.begun("1.0.0", "1.1.0")
    world.process.effects["npm run build"] = fail
    names = world.hosts.at("local").containers.names()
    with pytest.raises(CommandError) as raised:
        BOTH.deploy(world)
    assert versions(world) == ("1.0.0", "1.0.0")
    assert world.hosts.at("local").containers.names() == names
    assert "as before; this was verified" in (raised.value.state or "")


def test_if_the_front_end_fails_the_back_end_goes_back() -> None:
    world = BOTH.begun("1.0.0", "1.1.0")
    site_of(world).refused.add("favicon.ico")
    with pytest.raises(RemoteError) as raised:
        BOTH.deploy(world)
    assert versions(world) == ("1.0.0", "1.0.0")
    assert "as before; this was verified" in (raised.value.state or "")


def test_a_rollback_takes_both_back() -> None:
    world = BOTH.begun("1.0.0", "1.1.0")
    BOTH.deploy(world.next_run())
    BOTH.rollback(world.next_run())
    assert versions(world) == ("1.0.0", "1.0.0")


def test_a_killed_deployment_of_both_is_finished_by_running_it_again() -> None:
    crashes = list(crash_matrix(lambda: BOTH.begun("1.0.0", "1.1.0"), BOTH.deploy, versions, FakeWorld.next_run))
    assert len(crashes) > 30
    for crash in crashes:
        assert crash.state == ("1.1.0", "1.1.0"), f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_rollback_of_both_is_finished_by_running_it_again() -> None:
    def deployed() -> FakeWorld:
        world = BOTH.begun("1.0.0", "1.1.0")
        BOTH.deploy(world.next_run())
        return world

    def rollback(world: World) -> None:
        with suppress(UsageError):  # the first run has finished the rollback
            BOTH.rollback(world)

    for crash in crash_matrix(deployed, rollback, versions, FakeWorld.next_run):
        assert crash.state == ("1.0.0", "1.0.0"), f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_way_back_of_both_is_finished_by_the_same_command() -> None:
    def failing() -> FakeWorld:
        world = BOTH.begun("1.0.0", "1.1.0")
        distribution = site_of(world).distribution
        content = distribution._content
        distribution._content = lambda key: None if "1Xa1" in key else content(key)
        return world

    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            BOTH.deploy(world)

    crashes = list(crash_matrix(failing, deploy, versions, FakeWorld.next_run))
    assert len(crashes) > 30
    for crash in crashes:
        assert crash.state == ("1.0.0", "1.0.0"), f"{crash.when} {crash.at} {crash.write}"
