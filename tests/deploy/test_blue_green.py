"""Deployments behind nginx on hosts in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from deploy.stage import (
    CONFIG,
    FAILS_LATER,
    LOCK,
    MARKER,
    RECORD,
    SWITCH,
    UNHEALTHY,
    Stage,
    digest_of,
    finished,
    serving,
    state,
    undone,
)
from msgspec.structs import replace

from shipit.config.load import parse_config
from shipit.core.deploy import HealthAnswer
from shipit.engine.apply import Silent, apply_steps
from shipit.errors import (
    CommandError,
    ConflictError,
    DeployError,
    PreflightError,
    RemoteError,
    ShipitError,
    UnsafeError,
    UsageError,
)
from shipit.finding import Finding
from shipit.steps.base import Outputs, Step
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeHost, FakeWorld, Killed, interrupted, kill, recorded
from shipit.world.hosts import CommandResult

STAGE = Stage.of()
HELD = (digest_of("1.1.0"),)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld.new()


@pytest.fixture
def host(world: FakeWorld) -> FakeHost:
    return world.hosts.at("local")


def codes(error: pytest.ExceptionInfo[PreflightError]) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_the_first_deployment_starts_the_slot_blue_and_gives_it_the_traffic(world: FakeWorld, host: FakeHost) -> None:
    image = STAGE.publish(world, "1.0.0")
    deployment = STAGE.deploy(world)
    assert state(host) == finished("1.0.0")
    assert serving(host) == ("1.0.0", "blue")
    assert host.containers.names() == ("shop-blue",)
    assert deployment.report() | {"deployed": "true", "serving": image.digest} == deployment.report()


def test_the_second_deployment_uses_the_other_slot_and_stops_the_first(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    assert serving(host) == ("1.1.0", "green")
    assert state(host) == finished("1.1.0")
    old = host.containers.find("shop-blue")
    assert old and old.status == "exited"


def test_the_third_deployment_uses_the_first_slot_again(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0", "1.2.0")
    assert serving(host) == ("1.2.0", "blue")
    assert state(host) == finished("1.2.0")


def test_the_same_deployment_again_changes_nothing(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    before, reloads = dict(host.files), host.nginx.reloads
    container = host.containers.find("shop-green")
    deployment = STAGE.deploy(world.next_run())
    assert (host.files, host.nginx.reloads) == (before, reloads)
    assert host.containers.find("shop-green") == container
    assert deployment.report()["deployed"] == "true"
    assert undone(STAGE.plan(world), world) == []


def test_an_image_that_never_becomes_healthy_gets_no_traffic(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    reloads = host.nginx.reloads
    STAGE.publish(world, "1.1.0", UNHEALTHY)
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    assert (raised.value.exit_code, raised.value.tail) == (6, "cannot reach the database")
    assert (
        "did not become healthy on this machine within 30 seconds: `/health` answered 503" in raised.value.what
        and "503" in raised.value.what
    )
    assert raised.value.state and "1.0.0" in raised.value.state and "verified" in raised.value.state
    assert state(host) == finished("1.0.0")
    assert host.nginx.reloads == reloads


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (FakeApp(exits=2, exit_code=3), "was restarted"),
        (FakeApp(health="unhealthy"), "is unhealthy"),
        (FakeApp(listens=None), "did not answer"),
        (FakeApp(paths={"/health": '{"status": "DOWN"}'}), '`status` is "DOWN"'),
        (FakeApp(start_error="no space left on device"), "no space left on device"),
    ],
)
def test_each_reason_why_an_image_is_not_healthy_is_named(
    world: FakeWorld, host: FakeHost, app: FakeApp, reason: str
) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0", app)
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    assert reason in raised.value.what
    assert state(host) == finished("1.0.0")


def test_a_version_that_fails_while_it_serves_goes_back_and_is_held(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0", FAILS_LATER)
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert "after it got the traffic" in raised.value.what
    assert raised.value.state and "1.0.0" in raised.value.state
    assert state(host) == finished("1.0.0", HELD)


def test_two_bad_answers_in_a_row_are_tolerated_while_it_serves(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0", FakeApp(fails=8, recovers=9.5))
    STAGE.deploy(world.next_run())
    assert state(host) == finished("1.1.0")


def test_the_last_answer_while_it_is_watched_must_be_good(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('bake = "1s"')
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", FakeApp(fails=2.5))
    with pytest.raises(DeployError, match="after it got the traffic"):
        stage.deploy(world.next_run())
    assert state(host)["serving"] == "1.0.0"


def test_a_record_that_cannot_be_written_is_noticed_before_traffic_moves(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0")
    host.unwritable.add(RECORD)
    with pytest.raises(CommandError, match=RECORD):
        STAGE.deploy(world.next_run())
    assert host.containers.find("shop-green") is None
    assert serving(host) == ("1.0.0", "blue")


def test_a_host_that_cannot_be_read_is_refused_with_its_findings(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.problems.append(Finding("engine", "there is no container engine", "start docker"))
    with pytest.raises(PreflightError) as deploying:
        STAGE.deploy(world.next_run())
    with pytest.raises(PreflightError) as naming_a_version:
        STAGE.deploy(world.next_run(), "1.0.0")
    with pytest.raises(PreflightError) as going_back:
        STAGE.rollback(world.next_run())
    assert codes(deploying) == codes(naming_a_version) == codes(going_back) == ["engine"]


def test_a_held_version_is_deployed_again_only_with_retry(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    image = STAGE.publish(world, "1.1.0", FAILS_LATER)
    with pytest.raises(DeployError):
        STAGE.deploy(world.next_run())
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world.next_run())
    assert codes(raised) == ["held"]
    world.hosts.apps[image.digest] = FakeApp()
    STAGE.deploy(world.next_run(), retry=True)
    assert state(host) == finished("1.1.0")
    assert STAGE.plan(world).findings == ()


def test_a_failure_of_both_versions_is_unsafe_and_removes_nothing(world: FakeWorld, host: FakeHost) -> None:
    STAGE.publish(world, "1.0.0", FakeApp(fails=40))
    STAGE.deploy(world)
    STAGE.publish(world, "1.1.0", FakeApp(fails=30, ready=20))
    with pytest.raises(UnsafeError) as raised:
        STAGE.deploy(world.next_run())
    assert raised.value.exit_code == 7
    assert raised.value.state and "Nothing was removed" in raised.value.state
    assert host.containers.names() == ("shop-blue", "shop-green")


def test_a_failed_first_deployment_says_that_there_is_nothing_to_go_back_to(world: FakeWorld, host: FakeHost) -> None:
    STAGE.publish(world, "1.0.0", UNHEALTHY)
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world)
    assert type(raised.value) is DeployError
    assert (
        raised.value.state
        == "no version served when this deployment began, so there is no earlier version to go back to"
    )
    assert host.nginx.loaded == ""


def test_a_first_version_that_got_no_traffic_is_not_said_to_serve(world: FakeWorld, host: FakeHost) -> None:
    host.files[SWITCH] = "set $service_url http://127.0.0.1:9;\n"
    STAGE.publish(world, "1.0.0")
    host.unwritable.add(SWITCH)
    with pytest.raises(CommandError) as raised:
        STAGE.deploy(world)
    assert (
        raised.value.state
        == "no version served when this deployment began, so there is no earlier version to go back to"
    )


def adopted(
    world: FakeWorld, host: FakeHost, text: str = "set $service_url http://127.0.0.1:8081;\n", name: str = "shop"
) -> None:
    """Let a container that a script started get the traffic through a switch file that a user wrote."""
    host.containers.add(name, 8080, 8081)
    host.files[SWITCH] = text
    host.nginx.start()


@pytest.mark.parametrize("host_name", ["127.0.0.1", "localhost"])
def test_a_service_that_a_script_deployed_is_taken_over(world: FakeWorld, host: FakeHost, host_name: str) -> None:
    adopted(world, host, f"set $service_url http://{host_name}:8081;\n")
    host.files[MARKER] = "blue\n"
    STAGE.publish(world, "1.0.0")
    STAGE.deploy(world)
    assert serving(host) == ("1.0.0", "green")
    assert state(host) == finished("1.0.0")
    old = host.containers.find("shop")
    assert old and not old.running


def test_the_traffic_of_another_app_of_shipit_is_not_taken_over(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    other = Stage.of()
    target = replace(other.config.environments["dev"].targets[0], name="other")
    other.config.environments["dev"] = replace(other.config.environments["dev"], deploy=target)
    with pytest.raises(PreflightError) as raised:
        other.deploy(world.next_run())
    assert codes(raised) == ["slot-app"]
    assert "the app `shop`" in raised.value.findings[0].what
    assert serving(host) == ("1.0.0", "blue")


def test_the_plan_says_that_it_removes_a_container_that_shipit_did_not_start(world: FakeWorld, host: FakeHost) -> None:
    adopted(world, host, name="shop-blue")
    host.containers.add("shop-green", 8080, 8082)
    STAGE.publish(world, "1.0.0")
    (start,) = [step.summary for step in STAGE.plan(world).steps if step.kind == "start-container"]
    assert start.endswith("port 8082; removes the container of this name, which shipit did not start")
    STAGE.deploy(world.next_run())
    STAGE.publish(world, "1.1.0")
    (start,) = [step.summary for step in STAGE.plan(world).steps if step.kind == "start-container"]
    assert start.startswith("start shop-blue ") and "removes" in start
    STAGE.deploy(world.next_run())
    STAGE.publish(world, "1.2.0")
    assert not [step for step in STAGE.plan(world).steps if "removes" in step.summary]


def test_a_failure_while_taking_over_leaves_the_traffic_on_the_container_of_the_script(
    world: FakeWorld, host: FakeHost
) -> None:
    adopted(world, host)
    STAGE.publish(world, "1.0.0", FAILS_LATER)
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world)
    assert raised.value.exit_code == 6
    assert host.nginx.address in ("127.0.0.1:8081", "localhost:8081")
    assert host.get("http://127.0.0.1:80/health").status == 200
    old = host.containers.find("shop")
    assert old and old.running


def finished_takeover(world: FakeWorld, host: FakeHost, *versions: str, name: str = "shop") -> None:
    adopted(world, host, name=name)
    host.files[MARKER] = "blue\n"
    STAGE.deployed(world, *versions)


def served_by_the_script(host: FakeHost, name: str = "shop", held: Sequence[str] = (digest_of("1.0.0"),)) -> None:
    """Check that the container of the script has the traffic again, and nothing else runs."""
    assert host.nginx.address == "127.0.0.1:8081"
    assert host.get("http://127.0.0.1:80/health").status == 200
    running = [each for each in host.containers.names() if (found := host.containers.find(each)) and found.running]
    assert running == [name]
    assert host.files[MARKER] == "blue\n"
    assert read_record(host, RECORD).held == tuple(held)


@pytest.mark.parametrize("name", ["shop", "shop-blue"])
def test_before_the_first_version_a_rollback_goes_to_the_container_of_the_script(
    world: FakeWorld, host: FakeHost, name: str
) -> None:
    finished_takeover(world, host, "1.0.0", name=name)
    before = host.containers.find(name)
    deployment = STAGE.rollback(world.next_run())
    assert str(deployment.plan.targets[0].image) == f"the container `{name}`"
    served_by_the_script(host, name)
    after = host.containers.find(name)
    assert before and after and before.id == after.id
    STAGE.rollback(world.next_run())
    served_by_the_script(host, name)
    STAGE.deployed(world, "1.1.0")
    assert serving(host) == ("1.1.0", "green")


def test_two_rollbacks_go_over_the_first_version_to_the_container_of_the_script(
    world: FakeWorld, host: FakeHost
) -> None:
    finished_takeover(world, host, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    assert serving(host) == ("1.0.0", "green")
    STAGE.rollback(world.next_run())
    served_by_the_script(host, held=(digest_of("1.1.0"), digest_of("1.0.0")))


def test_a_rollback_to_the_container_of_the_script_is_finished_after_a_kill_at_any_moment(host: FakeHost) -> None:
    def taken_over() -> FakeWorld:
        world = FakeWorld.new()
        finished_takeover(world, world.hosts.at("local"), "1.0.0")
        return world.next_run()

    world, writes = recorded(taken_over())
    STAGE.rollback(world)
    for at in range(1, len(writes) + 1):
        real = taken_over()
        with pytest.raises(Killed):
            STAGE.rollback(interrupted(real, at, "after", kill))
        STAGE.rollback(real.next_run())
        served_by_the_script(real.hosts.at("local"))


def test_a_container_of_the_script_that_is_not_healthy_any_more_keeps_the_version_that_serves(
    world: FakeWorld, host: FakeHost
) -> None:
    finished_takeover(world, host, "1.0.0")
    host.containers.remove("shop")
    host.containers.add("shop", 8080, 8081, FakeApp(ready=1000))
    host.containers.stop("shop", seconds=1)
    with pytest.raises(DeployError, match="shop on this machine is not healthy after its start"):
        STAGE.rollback(world.next_run())
    assert state(host) == finished("1.0.0")


@pytest.mark.parametrize("gone", [True, False])
def test_a_container_of_the_script_that_cannot_serve_is_not_gone_back_to(
    world: FakeWorld, host: FakeHost, gone: bool
) -> None:
    finished_takeover(world, host, "1.0.0")
    if gone:
        host.containers.remove("shop")
    else:  # other settings: the same version moves to the port of the script
        Stage.of('container = { memory = "1g" }').deploy(world.next_run())
        assert serving(host) == ("1.0.0", "blue")
    with pytest.raises(UsageError, match="there is no earlier version"):
        STAGE.rollback(world.next_run())


def test_traffic_to_a_port_that_is_no_slot_is_a_finding(world: FakeWorld, host: FakeHost) -> None:
    host.processes[9000] = FakeApp()
    host.files[SWITCH] = "set $service_url http://127.0.0.1:9000;\n"
    host.nginx.start()
    STAGE.publish(world, "1.0.0")
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world)
    assert codes(raised) == ["slot-unknown"]


def test_a_stale_marker_does_not_decide_and_is_corrected(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.files[MARKER] = "green\n"
    (found,) = STAGE.status(world).hosts
    assert any("marker" in sentence for sentence in found.drift)
    STAGE.deployed(world, "1.1.0")
    assert serving(host) == ("1.1.0", "green")
    assert state(host) == finished("1.1.0")


def test_a_stale_marker_is_corrected_by_the_same_deployment(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.files[MARKER] = "green\n"
    STAGE.deploy(world.next_run())
    assert state(host) == finished("1.0.0")


def test_a_switch_file_that_is_not_loaded_does_not_decide(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    host.files[SWITCH] = host.files[SWITCH].replace("8082", "8081")
    (found,) = STAGE.status(world).hosts
    assert any(SWITCH in sentence for sentence in found.drift)
    assert found.serving and found.serving.version == "1.1.0"
    STAGE.deploy(world.next_run())
    assert state(host) == finished("1.1.0")


def test_a_dead_active_slot_gives_the_traffic_to_the_healthy_other_one(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    host.containers.stop("shop-green", seconds=1)
    host.containers.restart("shop-blue")
    STAGE.deploy(world.next_run(), "1.1.0")
    assert serving(host)[0] == "1.1.0"
    assert state(host) == finished("1.1.0")


def test_a_dead_active_slot_without_another_is_deployed_again(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.containers.stop("shop-blue", seconds=1)
    STAGE.deploy(world.next_run())
    assert state(host) == finished("1.0.0")


def test_a_container_of_another_program_on_the_port_is_a_finding(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.containers.add("wiki", 80, 8082)
    STAGE.publish(world, "1.1.0")
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world.next_run())
    assert codes(raised) == ["slot-port"]
    assert "`wiki`" in raised.value.findings[0].what
    assert state(host) == finished("1.0.0")


def test_a_health_check_that_cannot_fail_is_refused(world: FakeWorld, host: FakeHost) -> None:
    class Everything(dict[str, str]):
        def __contains__(self, path: object) -> bool:
            return True

        def __getitem__(self, path: str) -> str:
            return '{"status": "UP"}'

    STAGE.publish(world, "1.0.0", FakeApp(paths=Everything()))
    STAGE.deploy(world)
    STAGE.publish(world, "1.1.0")
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world.next_run())
    assert codes(raised) == ["health-check"]


def test_an_older_commit_does_not_overwrite_a_newer_one(world: FakeWorld, host: FakeHost) -> None:
    old = STAGE.publish(world, "1.0.0")
    STAGE.publish(world, "1.1.0")
    STAGE.deploy(world)
    late = world.fresh_clone(at=old.revision)
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(late)
    assert codes(raised) == ["older"]
    assert state(host) == finished("1.1.0")


def test_an_image_that_is_not_in_the_registry_is_a_finding(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    world.commit("feat: more")
    world.push()
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world.next_run())
    assert codes(raised) == ["image-missing"]


def test_a_second_deployment_at_the_same_time_is_refused(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    with host.lock(LOCK, "https://ci.example/run/7"), pytest.raises(ConflictError, match="run/7"):
        STAGE.deploy(world.next_run())
    assert state(host) == finished("1.0.0")


def test_a_run_whose_lock_was_taken_away_changes_nothing_more(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")

    class Unlocking(dict[str, str]):
        def __getitem__(self, path: str) -> str:
            host.unlock(LOCK)
            return super().__getitem__(path)

    STAGE.publish(world, "1.1.0", FakeApp(paths=Unlocking(FakeApp().paths)))
    with pytest.raises(ConflictError, match="took over") as raised:
        STAGE.deploy(world.next_run())
    assert raised.value.state == "to see which version serves: shipit status dev"
    assert serving(host) == ("1.0.0", "blue")


def test_an_nginx_that_refuses_its_configuration_gets_the_old_file_back(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    before, problem = host.files[SWITCH], 'unknown directive "servr" in /etc/nginx/nginx.conf:3'
    host.nginx.problem = problem
    STAGE.publish(world, "1.1.0")
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    assert problem in raised.value.what
    assert host.files[SWITCH] == before
    assert serving(host) == ("1.0.0", "blue")


def test_an_nginx_that_does_not_load_the_file_keeps_the_old_version(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.nginx.ignores_reloads = True
    STAGE.publish(world, "1.1.0")
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    assert "did not load" in raised.value.what
    assert state(host) == finished("1.0.0")


def test_a_stopped_nginx_is_a_finding(world: FakeWorld, host: FakeHost) -> None:
    host.nginx.running = False
    STAGE.publish(world, "1.0.0")
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world)
    assert codes(raised) == ["nginx"]


def test_the_old_container_is_stopped_after_the_last_old_request(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.nginx.old_requests = 12
    STAGE.publish(world, "1.1.0")
    before = world.clock.elapsed()
    STAGE.deploy(world.next_run())
    assert world.clock.elapsed() - before >= 12 + 15
    assert state(host) == finished("1.1.0")


def test_old_requests_are_waited_for_only_as_long_as_the_configuration_says(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('drain = "5s"\nbake = "0s"')
    stage.deployed(world, "1.0.0")
    host.nginx.old_requests = 1000
    stage.publish(world, "1.1.0")
    before = world.clock.elapsed()
    stage.deploy(world.next_run())
    assert world.clock.elapsed() - before < 60
    assert state(host) == finished("1.1.0")


def test_nginx_in_a_container_is_asked_at_its_own_address(world: FakeWorld, host: FakeHost) -> None:
    there = Stage.of('container = { network = "shop" }', nginx=', container = "proxy"')
    host.move_nginx_into_container("proxy")
    there.deployed(world, "1.0.0", "1.1.0")
    assert host.nginx.address == "shop-green:8080"
    (found,) = there.status(world).hosts
    assert (found.problem, found.serving and found.serving.version) == ("", "1.1.0")


def test_a_running_old_container_is_kept_if_the_configuration_says_so(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('container = { keep = "running" }')
    stage.deployed(world, "1.0.0", "1.1.0")
    assert state(host) == finished("1.1.0") | {"other runs": True}


def test_an_unhealthy_container_is_stopped_also_if_old_ones_are_kept_running(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('container = { keep = "running" }')
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", UNHEALTHY)
    with pytest.raises(DeployError):
        stage.deploy(world.next_run())
    assert state(host) == finished("1.0.0")


@pytest.mark.parametrize(
    "changed",
    ['container = { env = { MODE = "fast" } }', 'container = { memory = "1g" }', "container = { port = 9090 }"],
)
def test_changed_settings_start_a_new_container_of_the_same_image(
    world: FakeWorld, host: FakeHost, changed: str
) -> None:
    STAGE.deployed(world, "1.0.0")
    stage = Stage.of(changed)
    stage.deploy(world.next_run())
    assert serving(host) == ("1.0.0", "green")
    assert state(host) == finished("1.0.0")
    assert undone(stage.plan(world), world) == []


def test_changed_secrets_start_a_new_container_of_the_same_image(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('secrets = { from = ["ssm:/shop/"], file = "/srv/shop/.env" }')
    world.secrets.put("ssm:/shop/", {"PASSWORD": "first"})
    stage.deployed(world, "1.0.0")
    assert host.containers.environments["shop-blue"] == {"PASSWORD": "first"}
    assert (host.files["/srv/shop/.env"], host.modes["/srv/shop/.env"]) == ('PASSWORD="first"\n', 0o600)
    assert undone(stage.plan(world), world) == []
    world.secrets.put("ssm:/shop/", {"PASSWORD": "second"})
    stage.deploy(world.next_run())
    assert serving(host) == ("1.0.0", "green")
    assert host.containers.environments["shop-green"] == {"PASSWORD": "second"}
    assert host.files["/srv/shop/.env"] == 'PASSWORD="second"\n'
    assert all("second" not in text for path, text in host.files.items() if path != "/srv/shop/.env")


def test_the_migration_runs_once_on_the_first_host(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('migrate = ["app", "--migrate"]\nhosts = ["local", "ssh://deploy@two"]')
    stage.deployed(world, "1.0.0")
    assert host.containers.commands == [("app", "--migrate")]
    assert world.hosts.at("ssh://deploy@two").containers.commands == []


def test_a_failed_migration_starts_nothing(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of('migrate = ["app", "--migrate"]')
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", FakeApp(commands={("app", "--migrate"): CommandResult(1, "no such table")}))
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.tail == "no such table"
    assert state(host) == finished("1.0.0")
    assert host.containers.names() == ("shop-blue",)


def test_a_command_that_verifies_the_new_version_gets_its_url_and_can_refuse_it(
    world: FakeWorld, host: FakeHost
) -> None:
    stage, seen = Stage.of('verify = ["./smoke.sh"]'), []

    def smoke(files: object, env: Mapping[str, str]) -> None:
        seen.append((env["SHIPIT_URL"], env["SHIPIT_VERSION"]))
        if env["SHIPIT_VERSION"] == "1.1.0":
            raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    world.process.effects["./smoke.sh"] = smoke
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0")
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.tail == "no cart"
    assert seen == [("http://127.0.0.1:8081", "1.0.0"), ("http://127.0.0.1:8082", "1.1.0")]
    assert state(host) == finished("1.0.0")


PUBLIC = Stage.of(environment='url = "https://shop.example/"')
NO_NAME = HealthAnswer(0, "the name cannot be resolved")


def outside(host: FakeHost, before: HealthAnswer, after: HealthAnswer, version: str = "1.1.0") -> None:
    """Let the public address give another answer as soon as a version gets the traffic."""

    def serve(method: str, url: str, headers: Mapping[str, str]) -> HealthAnswer:
        return after if f'"version":"{version}"' in host.nginx.loaded else before

    host.servers["shop.example"] = serve


@pytest.mark.parametrize("after", [NO_NAME, HealthAnswer(502), HealthAnswer(503)])
def test_a_public_address_that_fails_only_after_the_switch_takes_the_traffic_back(
    world: FakeWorld, host: FakeHost, after: HealthAnswer
) -> None:
    outside(host, HealthAnswer(200), after)
    PUBLIC.deployed(world, "1.0.0")
    PUBLIC.publish(world, "1.1.0")
    with pytest.raises(DeployError, match=r"`https://shop\.example/` .*; before the switch, it answered 200"):
        PUBLIC.deploy(world.next_run())
    assert state(host) == finished("1.0.0", HELD)


@pytest.mark.parametrize("answer", [NO_NAME, HealthAnswer(404), HealthAnswer(502)])
def test_a_public_address_that_failed_before_the_switch_as_well_holds_no_version(
    world: FakeWorld, host: FakeHost, answer: HealthAnswer
) -> None:
    outside(host, answer, answer)
    PUBLIC.deployed(world, "1.0.0", "1.1.0")
    assert state(host) == finished("1.1.0")
    PUBLIC.deploy(world.next_run())
    assert state(host) == finished("1.1.0")


def test_a_public_address_that_begins_to_answer_with_the_first_version_is_no_problem(
    world: FakeWorld, host: FakeHost
) -> None:
    outside(host, HealthAnswer(502), HealthAnswer(200), "1.0.0")
    PUBLIC.publish(world, "1.0.0")
    assert PUBLIC.plan(world).findings == ()
    PUBLIC.deploy(world)
    assert state(host) == finished("1.0.0")
    assert PUBLIC.plan(world).findings == ()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [(NO_NAME, "does not answer: the name cannot be resolved"), (HealthAnswer(502), "answers 502, although 1.0.0")],
)
def test_a_public_address_that_fails_is_a_warning_of_the_plan(
    world: FakeWorld, host: FakeHost, answer: HealthAnswer, problem: str
) -> None:
    outside(host, answer, answer)
    PUBLIC.deployed(world, "1.0.0")
    (finding,) = PUBLIC.plan(world).findings
    assert (finding.code, finding.severity) == ("url", "warning")
    assert problem in finding.what


def test_a_run_that_was_killed_after_the_switch_does_not_take_its_own_bad_answer_for_the_one_before(
    world: FakeWorld, host: FakeHost
) -> None:
    outside(host, HealthAnswer(200), HealthAnswer(503))
    PUBLIC.deployed(world, "1.0.0")
    PUBLIC.publish(world, "1.1.0")
    plan = PUBLIC.plan(world)
    names = [step.kind for step in plan.steps]
    apply_steps(plan.steps[: names.index("confirm")], world.next_run())
    with pytest.raises(DeployError, match="answered 503"):
        PUBLIC.deploy(world.next_run())
    assert state(host)["serving"] == "1.0.0"


# Ctrl-C


class Impatient(Silent):
    """An observer that interrupts the run when a step of a kind is checked, applied or finished."""

    def __init__(self, kind: str, when: str) -> None:
        self._kind, self._when = kind, when

    def _interrupt(self, step: Step, when: str) -> None:
        if (step.kind, when) == (self._kind, self._when):
            raise KeyboardInterrupt

    def started(self, step: Step) -> None:
        self._interrupt(step, "started")

    def applying(self, step: Step) -> None:
        self._interrupt(step, "applying")

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        self._interrupt(step, "finished")


@pytest.mark.parametrize(
    ("kind", "when", "notes"),
    [
        ("await-healthy", "started", ["no traffic was moved"]),
        (
            "switch-traffic",
            "applying",
            ["to see which version serves: shipit status dev"],
        ),
        (
            "drain",
            "started",
            ["1.1.0 has the traffic on this machine, and was not verified", "to go back instead: shipit rollback dev"],
        ),
        (
            "write-marker",
            "started",
            ["1.1.0 has the traffic on this machine, and was verified", "to go back instead: shipit rollback dev"],
        ),
    ],
)
def test_a_deployment_that_is_interrupted_says_which_version_has_the_traffic_and_what_to_do(
    world: FakeWorld, host: FakeHost, kind: str, when: str, notes: list[str]
) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0")
    with pytest.raises(KeyboardInterrupt) as raised:
        STAGE.deploy(world.next_run(), observer=Impatient(kind, when))
    assert raised.value.__notes__ == ["; ".join(notes)]
    if "to go back instead: shipit rollback dev" in notes:
        STAGE.rollback(world.next_run())
        assert serving(host)[0] == "1.0.0"


# doctor


def test_doctor_tests_the_configuration_of_nginx_before_the_first_deployment(world: FakeWorld, host: FakeHost) -> None:
    STAGE.publish(world, "1.0.0")
    assert [finding.code for finding in STAGE.doctor(world)] == []
    host.nginx.problem = "unknown directive in /etc/nginx/sites-enabled/blog:3"
    (finding,) = STAGE.doctor(world)
    assert (finding.code, finding.blocks) == ("nginx-test", True)
    assert "sites-enabled/blog:3" in finding.what
    assert "nginx -t" in finding.fix


def test_doctor_tests_an_nginx_in_a_container(world: FakeWorld, host: FakeHost) -> None:
    stage = Stage.of(nginx=', container = "web"')
    host.move_nginx_into_container("web")
    stage.publish(world, "1.0.0")
    assert stage.doctor(world) == ()
    host.nginx.problem = "unknown directive"
    assert [finding.code for finding in stage.doctor(world)] == ["nginx-test"]


def test_doctor_asks_the_public_address_before_the_first_deployment(world: FakeWorld) -> None:
    PUBLIC.publish(world, "1.0.0")
    (finding,) = PUBLIC.doctor(world)
    assert (finding.code, finding.blocks) == ("url", False)
    assert "`https://shop.example/` does not answer: the name cannot be resolved" in finding.what
    assert "environments.dev.url" in finding.fix


def test_a_host_that_cannot_be_reached_is_named(world: FakeWorld) -> None:
    stage = Stage.of('hosts = ["ssh://deploy@two"]')
    stage.publish(world, "1.0.0")
    world.hosts.unreachable.add("ssh://deploy@two")
    with pytest.raises(RemoteError, match="deploy@two"):
        stage.deploy(world)


# several hosts

TWO = Stage.of('hosts = ["local", "ssh://deploy@two"]')


@pytest.fixture
def second(world: FakeWorld) -> FakeHost:
    return world.hosts.at("ssh://deploy@two")


def test_all_hosts_get_the_new_version(world: FakeWorld, host: FakeHost, second: FakeHost) -> None:
    TWO.deployed(world, "1.0.0", "1.1.0")
    assert state(host) == state(second) == finished("1.1.0")


def test_no_host_switches_if_the_new_version_is_not_healthy_on_all(
    world: FakeWorld, host: FakeHost, second: FakeHost
) -> None:
    TWO.deployed(world, "1.0.0")
    reloads = host.nginx.reloads, second.nginx.reloads
    image = TWO.publish(world, "1.1.0")
    second.containers.apps[image.digest] = UNHEALTHY
    with pytest.raises(DeployError, match="deploy@two"):
        TWO.deploy(world.next_run())
    assert (host.nginx.reloads, second.nginx.reloads) == reloads
    assert state(host) == state(second) == finished("1.0.0")


def test_a_failure_on_the_second_host_while_it_serves_takes_both_back(
    world: FakeWorld, host: FakeHost, second: FakeHost
) -> None:
    TWO.deployed(world, "1.0.0")
    image = TWO.publish(world, "1.1.0")
    second.containers.apps[image.digest] = FakeApp(fails=25)
    with pytest.raises(DeployError) as raised:
        TWO.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert state(host) == state(second) == finished("1.0.0", HELD)


def test_a_host_that_was_added_gets_the_version_of_the_others(
    world: FakeWorld, host: FakeHost, second: FakeHost
) -> None:
    STAGE.deployed(world, "1.0.0")
    TWO.deploy(world.next_run())
    assert state(host) == state(second) == finished("1.0.0")


def test_a_failure_on_a_new_host_leaves_the_old_one_serving(world: FakeWorld, host: FakeHost, second: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    image = TWO.publish(world, "1.1.0")
    second.containers.apps[image.digest] = UNHEALTHY
    with pytest.raises(ShipitError):
        TWO.deploy(world.next_run())
    assert state(host) == finished("1.0.0")


# rollback


def test_a_rollback_goes_back_to_the_version_before_and_holds_the_one_that_served(
    world: FakeWorld, host: FakeHost
) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    assert state(host) == finished("1.0.0", HELD)
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world.next_run())
    assert "held" in codes(raised)


def test_a_second_rollback_goes_back_one_more_version(world: FakeWorld, host: FakeHost) -> None:
    _, one, two = STAGE.deployed(world, "1.0.0", "1.1.0", "1.2.0")
    STAGE.rollback(world.next_run())
    assert state(host) == finished("1.1.0", [two.digest])
    STAGE.rollback(world.next_run())
    assert state(host) == finished("1.0.0", [two.digest, one.digest])
    with pytest.raises(UsageError, match="no earlier version"):
        STAGE.rollback(world.next_run())


def test_a_rollback_to_a_version_can_skip_others(world: FakeWorld, host: FakeHost) -> None:
    *_, two = STAGE.deployed(world, "1.0.0", "1.1.0", "1.2.0")
    STAGE.rollback(world.next_run(), "1.0.0")
    assert state(host) == finished("1.0.0", [two.digest])


def test_a_rollback_to_the_version_that_serves_changes_nothing(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    before = dict(host.files)
    STAGE.rollback(world.next_run(), "1.1.0")
    assert state(host) == finished("1.1.0")
    assert host.files == before


def test_a_rollback_goes_back_to_a_version_that_was_held_before(world: FakeWorld, host: FakeHost) -> None:
    first, _ = STAGE.deployed(world, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    STAGE.rollback(world.next_run(), "1.1.0")
    assert state(host) == finished("1.1.0", [first.digest])


def test_a_rollback_to_a_version_that_is_not_healthy_keeps_the_one_that_serves(
    world: FakeWorld, host: FakeHost
) -> None:
    first, _ = STAGE.deployed(world, "1.0.0", "1.1.0")
    host.containers.remove("shop-blue")
    world.hosts.apps[first.digest] = UNHEALTHY
    with pytest.raises(DeployError):
        STAGE.rollback(world.next_run())
    assert serving(host)[0] == "1.1.0"


def test_a_new_version_after_a_rollback_is_deployed(world: FakeWorld, host: FakeHost) -> None:
    _, held = STAGE.deployed(world, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    STAGE.deployed(world, "1.2.0")
    assert state(host) == finished("1.2.0", [held.digest])


def test_a_version_that_does_not_exist_is_a_usage_error(world: FakeWorld) -> None:
    STAGE.deployed(world, "1.0.0")
    with pytest.raises(UsageError, match=r"9\.9\.9"):
        STAGE.rollback(world.next_run(), "9.9.9")
    with pytest.raises(UsageError, match=r"9\.9\.9"):
        STAGE.deploy(world.next_run(), "9.9.9")


def test_a_rollback_that_fails_leaves_the_version_that_serves_allowed(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0", "1.2.0")
    world.hosts.apps[digest_of("1.1.0")] = UNHEALTHY
    with pytest.raises(DeployError):
        STAGE.rollback(world.next_run())
    assert state(host) == finished("1.2.0")
    STAGE.deploy(world.next_run())


def test_a_rollback_after_a_version_that_was_held_and_allowed_again_goes_back(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    STAGE.deploy(world.next_run(), retry=True)
    STAGE.deployed(world, "1.2.0")
    STAGE.rollback(world.next_run())
    assert state(host) == finished("1.1.0", (digest_of("1.2.0"),))


# what the state says


def test_a_file_that_was_prepared_for_the_first_deployment_is_no_service(world: FakeWorld, host: FakeHost) -> None:
    host.files[SWITCH] = "set $service_url http://127.0.0.1:8081;\n"
    STAGE.publish(world, "1.0.0")
    assert [step.kind for step in STAGE.plan(world).steps][:3] == ["record-event", "pull-image", "start-container"]
    STAGE.deploy(world.next_run())
    assert serving(host) == ("1.0.0", "blue")


def test_traffic_that_leads_nowhere_and_a_stopped_nginx_are_not_healthy(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    host.nginx.running = False
    (stopped,) = STAGE.status(world.next_run()).hosts
    assert "nginx does not run" in stopped.problem
    host.nginx.running = True
    host.files[SWITCH] = host.files[SWITCH].replace("8081", "8085").replace("shipit_token", "other")
    (astray,) = STAGE.status(world.next_run()).hosts
    assert astray.problem == "nginx gives the traffic to 127.0.0.1:8085, which is not a slot"


def test_a_version_still_serves_if_it_fails_the_new_health_check(world: FakeWorld, host: FakeHost) -> None:
    STAGE.deployed(world, "1.0.0")
    STAGE.publish(world, "1.1.0")
    other = Stage.of()
    text = CONFIG.format(target="", environment="", nginx="").replace('path = "/health"', 'path = "/helth"')
    other.config = parse_config(text)
    with pytest.raises(DeployError) as raised:
        other.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert raised.value.state and "1.0.0" in raised.value.state and "health check" in raised.value.state
