"""Files of the repository that are copied to the hosts of a compose project, in memory."""

from __future__ import annotations

import pytest
from deploy.compose_stage import PROJECT, ComposeStage, finished, state
from deploy.stage import UNHEALTHY, undone

from shipit.errors import DeployError, PreflightError
from shipit.testing import FakeHost, FakeWorld, crash_matrix, recorded

STAGE = ComposeStage.of('copy = { "deploy/compose.yaml" = "compose.yaml", "nginx.conf" = "nginx/site.conf" }')
FILES = {"deploy/compose.yaml": "one", "nginx.conf": "server {}"}


def new_world(*versions: str) -> FakeWorld:
    world = STAGE.new_world()
    world.commit("feat: a project", FILES)
    STAGE.deployed(world, *versions)
    return world


def change(world: FakeWorld, text: str) -> None:
    world.commit("feat: another setting", {"deploy/compose.yaml": text})


def copied(host: FakeHost) -> tuple[str | None, str | None]:
    return host.read(f"{PROJECT}/compose.yaml"), host.read(f"{PROJECT}/nginx/site.conf")


def test_the_files_are_copied_before_the_services_start() -> None:
    world = new_world("1.0.0")
    host = world.hosts.at("local")
    assert (copied(host), state(host)) == (("one", "server {}"), finished(world, "1.0.0"))
    watched, writes = recorded(world.next_run())
    STAGE.deploy(watched)
    assert (set(writes), undone(STAGE.plan(world.next_run()), world)) == ({"host.lock"}, [])


def test_a_file_that_was_changed_on_the_host_is_replaced_with_the_containers_that_it_concerns() -> None:
    world = new_world("1.0.0")
    host = world.hosts.at("local")
    host.files[f"{PROJECT}/compose.yaml"] = "by hand"
    before = host.compose.running(PROJECT, "backend")
    STAGE.deploy(world.next_run())
    assert copied(host)[0] == "one"
    assert (host.compose.running(PROJECT, "backend"), state(host)) == (before, finished(world, "1.0.0"))


@pytest.mark.parametrize("failing", ["backend", "frontend"])
def test_a_failed_deployment_brings_the_earlier_files_back(failing: str) -> None:
    world = new_world("1.0.0")
    change(world, "two")
    STAGE.publish_pair(world, "1.1.0", **{failing: UNHEALTHY})
    with pytest.raises(DeployError):
        STAGE.deploy(world.next_run())
    host = world.hosts.at("local")
    assert (copied(host)[0], state(host)) == ("one", finished(world, "1.0.0"))


def test_a_rollback_brings_the_earlier_files_back() -> None:
    world = new_world("1.0.0")
    change(world, "two")
    STAGE.deployed(world, "1.1.0")
    assert copied(world.hosts.at("local"))[0] == "two"
    STAGE.rollback(world.next_run())
    host = world.hosts.at("local")
    assert (copied(host)[0], state(host)) == ("one", finished(world, "1.0.0", held=("1.1.0",)))


def test_a_deployment_that_is_killed_at_any_write_is_finished_by_the_next() -> None:
    def changed() -> FakeWorld:
        world = new_world("1.0.0")
        change(world, "two")
        STAGE.publish_pair(world, "1.1.0")
        return world

    def end(world: FakeWorld) -> object:
        host = world.hosts.at("local")
        return copied(host), state(host) == finished(world, "1.1.0")

    crashes = crash_matrix(changed, run=STAGE.deploy, state=end)
    assert {crash.state for crash in crashes} == {(("two", "server {}"), True)}


def test_a_file_that_is_not_committed_is_refused() -> None:
    world = STAGE.new_world()
    STAGE.publish_pair(world, "1.0.0")
    findings = [each for each in STAGE.plan(world.next_run()).findings if each.blocks]
    assert {each.code for each in findings} == {"compose-copy"}
    with pytest.raises(PreflightError):
        STAGE.deploy(world.next_run())


def test_a_file_of_variables_that_only_the_deployment_writes_can_be_missing_before() -> None:
    stage = ComposeStage.of('secrets = { from = ["ssm:/shop/"], file = "/srv/shop/secrets.env" }')
    world = stage.new_world()
    world.secrets.put("ssm:/shop/", {"PASSWORD": "one"})
    host = world.hosts.at("local")
    host.compose.projects[PROJECT]["backend"]["env_file"] = "secrets.env"
    stage.deployed(world, "1.0.0")
    assert state(host) == finished(world, "1.0.0")


def test_a_file_of_variables_that_nobody_writes_is_refused() -> None:
    stage = ComposeStage.of()
    world = stage.new_world()
    world.hosts.at("local").compose.projects[PROJECT]["backend"]["env_file"] = "secrets.env"
    stage.publish_pair(world, "1.0.0")
    findings = stage.plan(world.next_run()).findings
    assert {each.code for each in findings if each.blocks} == {"compose"}
