"""Deployments to the services of a compose project, on hosts in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from deploy.compose_stage import PINS, PROJECT, SERVICES, ComposeStage, digest_of, finished, state
from deploy.stage import UNHEALTHY, undone

from shipit.core.deploy import pins_in
from shipit.engine.apply import Silent
from shipit.errors import DeployError, PreflightError
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.steps.base import Step
from shipit.testing import FakeApp, FakeHost, FakeWorld, recorded
from shipit.testing.hosts.compose import FakeCompose
from shipit.world.hosts import CommandResult

STAGE, DOWNTIME = ComposeStage.of(), ComposeStage.of("downtime = true")
PORT = {"ports": [{"target": 8080, "published": "8080"}]}


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


def test_compose_reads_the_settings_of_all_services_once_and_again_before_and_after_each_start(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    STAGE.publish_pair(world, "1.0.0")
    asked, execute = list[str](), FakeCompose.execute

    def count(compose: FakeCompose, words: Sequence[str]) -> CommandResult:
        asked.extend(word for word in words if word in ("--hash", "up"))
        return execute(compose, words)

    monkeypatch.setattr(FakeCompose, "execute", count)
    STAGE.deploy(world.next_run())
    assert asked == ["--hash", *["--hash", "up", "--hash"] * 2]


class EditsWhileItWatches(Silent):
    """An observer that saves a compose file on `host` as soon as new containers are watched."""

    def __init__(self, host: FakeHost) -> None:
        self.host = host

    def started(self, step: Step) -> None:
        if step.kind == "watch-replicas":
            self.host.files[f"{PROJECT}/compose.yaml"] = step.id


def test_a_compose_file_that_a_person_saves_meanwhile_is_for_the_next_deployment(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    STAGE.deploy(world.next_run(), observer=EditsWhileItWatches(world.hosts.at("local")))
    assert state_of(world) == finished(world, "1.0.0")
    assert "start-replicas" in undone(STAGE.plan(world.next_run()), world)
    STAGE.deploy(world.next_run())
    assert undone(STAGE.plan(world.next_run()), world) == []


def test_a_plan_survives_json(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    plan = STAGE.plan(world.next_run())
    assert plan_from_json(json.dumps(plan_to_json(plan)), where="plan.json") == plan


def test_an_image_that_is_not_healthy_never_replaces_the_old_one(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish_pair(world, "1.1.0", backend=UNHEALTHY)
    error = failure(world)
    assert "within 30 seconds: `/health` answered 503" in error.what
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


def test_secrets_are_written_before_the_services_start_and_a_change_is_deployed(world: FakeWorld) -> None:
    stage = ComposeStage.of('secrets = { from = ["ssm:/shop/"], file = "/srv/shop/.env" }')
    world.secrets.put("ssm:/shop/", {"PASSWORD": "one"})
    stage.deployed(world, "1.0.0")
    host = world.hosts.at("local")
    before = host.compose.running(PROJECT, "backend")
    assert (host.read(f"{PROJECT}/.env"), host.modes[f"{PROJECT}/.env"]) == ('PASSWORD="one"\n', 0o600)
    watched, writes = recorded(world.next_run())
    stage.deploy(watched)
    assert set(writes) == {"host.lock"}
    world.secrets.put("ssm:/shop/", {"PASSWORD": "two"})
    stage.deploy(world.next_run())
    assert host.compose.running(PROJECT, "backend") != before
    assert state_of(world) == finished(world, "1.0.0")


def test_when_the_second_host_fails_both_hosts_go_back(world: FakeWorld) -> None:
    stage, other = ComposeStage.of('hosts = ["local", "ssh://deploy@two"]'), world.hosts.at("ssh://deploy@two")
    other.compose.projects[PROJECT] = dict(world.hosts.at("local").compose.projects[PROJECT])
    other.compose.up(PROJECT)
    stage.deployed(world, "1.0.0")
    stage.publish_pair(world, "1.1.0")
    other.containers.apps[digest_of("backend", "1.1.0")] = UNHEALTHY
    with pytest.raises(DeployError, match="deploy@two"):
        stage.deploy(world.next_run())
    for host in (world.hosts.at("local"), other):
        for service in SERVICES:
            (serving,) = host.compose.running(PROJECT, service)
            assert serving.labels["org.opencontainers.image.version"] == "1.0.0"


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


@pytest.mark.parametrize("keys", [{"container_name": "shop"}, PORT, {"network_mode": "host"}])
def test_a_service_that_cannot_have_two_containers_is_refused_without_downtime(
    world: FakeWorld, keys: dict[str, object]
) -> None:
    STAGE.publish_pair(world, "1.0.0")
    world.hosts.at("local").compose.projects[PROJECT]["backend"] |= keys
    assert codes(world) == {"compose-downtime"}


@pytest.mark.parametrize("ports", [[{"target": 80}], [{"target": 80, "published": "8000-8010"}]])
def test_a_port_that_docker_chooses_allows_two_containers(world: FakeWorld, ports: list[object]) -> None:
    world.hosts.at("local").compose.projects[PROJECT]["backend"]["ports"] = ports
    STAGE.deployed(world, "1.0.0", "1.1.0")
    assert state_of(world) == finished(world, "1.1.0")


def in_place(world: FakeWorld) -> FakeWorld:
    world.hosts.at("local").compose.projects[PROJECT]["backend"] |= PORT
    DOWNTIME.deployed(world, "1.0.0")
    return world


def test_with_downtime_a_service_is_replaced_in_place_and_the_plan_says_the_last_gap(world: FakeWorld) -> None:
    in_place(world)
    DOWNTIME.publish_pair(world, "1.1.0", backend=FakeApp(ready=7))
    kinds = [step.kind for step in DOWNTIME.plan(world.next_run()).steps][:6]
    assert kinds[2:] == ["pin-image", "recreate-replicas", "await-replicas", "confirm-replicas"]
    DOWNTIME.deploy(world.next_run())
    assert state_of(world) == finished(world, "1.1.0")
    DOWNTIME.publish_pair(world, "1.2.0")
    summaries = [step.summary for step in DOWNTIME.plan(world.next_run()).steps]
    gap = "it does not answer meanwhile (last time 7.0 s)"
    assert any(gap in summary for summary in summaries), summaries


def test_an_image_that_fails_in_place_is_held_and_the_old_one_serves_again(world: FakeWorld) -> None:
    in_place(world)
    DOWNTIME.publish_pair(world, "1.1.0", backend=UNHEALTHY)
    with pytest.raises(DeployError, match=r"did not become healthy with .* within 30 seconds"):
        DOWNTIME.deploy(world.next_run())
    wanted = finished(world, "1.0.0")
    held = {**wanted["backend"], "held": (digest_of("backend", "1.1.0"),)}  # type: ignore[dict-item]
    assert state_of(world) == wanted | {"backend": held}


@pytest.mark.parametrize(
    ("site", "found"),
    [
        ("location /api { proxy_pass http://backend:8080; }", {"compose-proxy"}),
        ("upstream app { server backend:8080 max_fails=3; }", {"compose-proxy"}),
        ('set $backend "backend:8080"; location /api { proxy_pass http://$backend; }', set()),
    ],
)
def test_a_proxy_that_would_keep_the_address_of_the_old_container_is_refused(
    world: FakeWorld, site: str, found: set[str]
) -> None:
    STAGE.publish_pair(world, "1.0.0")
    host = world.hosts.at("local")
    host.compose.projects[PROJECT]["proxy"] = {"image": "acme/db:latest"}
    host.compose.up(PROJECT)
    host.containers.titles["shop-proxy-1"] = lambda: ("1 nginx: master process nginx",)
    host.nginx.configuration = site
    assert codes(world) == found


@pytest.mark.parametrize(
    ("check", "first"),
    [
        ({"test": ["CMD", "true"], "start_period": "10s"}, "5 s after"),
        ({"test": ["CMD", "true"], "interval": "10s"}, "10s after"),
        ({"test": ["CMD", "true"], "start_period": "10s", "start_interval": "500ms"}, ""),
        ({"disable": True}, ""),
    ],
)
def test_doctor_names_a_health_check_that_docker_begins_late(
    world: FakeWorld, check: dict[str, object], first: str
) -> None:
    STAGE.deployed(world, "1.0.0")
    world.hosts.at("local").compose.projects[PROJECT]["backend"]["healthcheck"] = check
    found = [each for each in STAGE.doctor(world.next_run()) if each.code == "compose-health"]
    assert [first in each.what for each in found] == ([True] if first else [])


def test_a_service_that_is_missing_is_refused(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    del world.hosts.at("local").compose.projects[PROJECT]["frontend"]
    (finding,) = STAGE.plan(world.next_run()).findings
    assert (finding.code, "`backend`, `db`" in finding.fix) == ("compose-service", True)


def test_a_project_that_compose_cannot_read_is_refused(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    world.hosts.at("local").compose.projects.clear()
    findings = [finding for finding in STAGE.plan(world.next_run()).findings if finding.code == "compose"]
    assert codes(world) == {"compose"}
    assert ["no such file" in finding.what for finding in findings] == [True]  # once, although both services need it
    assert findings[0].fix == f"write the missing file into `{PROJECT}` on the host, or let shipit copy it with `copy`"


def test_a_host_without_compose_is_refused(world: FakeWorld) -> None:
    STAGE.publish_pair(world, "1.0.0")
    world.hosts.at("local").compose.installed = False
    (finding,) = STAGE.plan(world).findings
    assert (finding.code, finding.what.partition(" on ")[0]) == ("compose", "`docker compose` is not installed")
