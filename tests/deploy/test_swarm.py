"""Deployments to a service of a swarm in memory, with the same code that makes real ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from deploy.stage import digest_of, first_sentence, undone
from deploy.swarm_stage import (
    CRASHES,
    FAILS_LATER,
    SERVICE,
    UNHEALTHY,
    SwarmStage,
    finished,
    reference,
    runs,
    service_of,
    state,
)
from steps.deploy.scene import host_of

from shipit.core.deploy import HealthAnswer, ServiceChange
from shipit.errors import ConflictError, DeployError, PreflightError, RemoteError
from shipit.finding import Finding
from shipit.steps.swarm import UpdateService
from shipit.testing import FakeApp, FakeRegistry, FakeServices, FakeWorld
from shipit.world import RemoteImage

STAGE = SwarmStage.of()


def failing(app: FakeApp, *versions: str, **options: Any) -> FakeWorld:
    """Return a world in which the last version runs, and 1.9.0, which fails, is in the registry."""
    world = STAGE.begun(*versions, **options)
    STAGE.publish(world, "1.9.0", app)
    return world


def test_all_tasks_run_the_new_digest_and_it_is_verified() -> None:
    world = STAGE.begun("1.0.0")
    second = STAGE.publish(world, "1.1.0")
    report = STAGE.deploy(world.next_run()).report()
    assert (report["deployed"], report["verified"], report["serving"]) == ("true", "true", second.digest)
    assert state(world) == finished("1.1.0")
    assert service_of(world).deployed == second


def test_a_service_that_another_program_started_is_adopted_without_a_restart() -> None:
    world = FakeWorld.new()
    STAGE.publish(world, "1.0.0")
    host_of(world).services.create(SERVICE, reference("1.0.0"))
    before = [task.id for task in service_of(world).tasks]
    STAGE.deploy(world.next_run())
    assert [task.id for task in service_of(world).tasks] == before
    assert state(world) == finished("1.0.0")


def test_a_version_that_runs_already_needs_no_step() -> None:
    world = STAGE.begun("1.0.0", "1.1.0")
    assert undone(STAGE.plan(world.next_run()), world) == []


@pytest.mark.parametrize("on_failure", ["rollback", "pause", "continue"])
@pytest.mark.parametrize("app", [CRASHES, UNHEALTHY, FakeApp(start_error="no command specified")])
def test_a_bad_version_ends_with_the_earlier_one_whatever_the_swarm_does(app: FakeApp, on_failure: str) -> None:
    world = failing(app, "1.0.0", "1.1.0", on_failure=on_failure)
    with pytest.raises(DeployError) as raised:
        STAGE.deploy(world.next_run())
    assert type(raised.value) is DeployError
    assert first_sentence(raised.value) == f"1.1.0 ({digest_of('1.1.0')[:19]}) serves, as before; this was verified"
    assert state(world) == finished("1.1.0") | {"held": state(world)["held"]}
    assert runs(world) == {digest_of("1.1.0")}


def test_an_update_that_the_swarm_rolled_back_says_why_and_is_held() -> None:
    world = failing(CRASHES, "1.0.0", "1.1.0")
    with pytest.raises(DeployError, match="the swarm rolled the update back") as raised:
        STAGE.deploy(world.next_run())
    assert "its task ended: non-zero exit (3)" in raised.value.what
    assert raised.value.tail == CRASHES.log
    assert state(world) == finished("1.1.0", "1.9.0")
    assert blocked(world).startswith("held: ")


@pytest.mark.parametrize("on_failure", ["rollback", "pause"])
def test_an_update_that_the_swarm_ended_for_a_drained_node_is_not_held(
    monkeypatch: pytest.MonkeyPatch, on_failure: str
) -> None:
    world = STAGE.begun("1.0.0", on_failure=on_failure)
    STAGE.publish(world, "1.1.0", FakeApp(ready=3))
    apply = UpdateService.apply

    def drained(step: UpdateService, seen: object) -> object:
        outputs = apply(step, seen)  # type: ignore[arg-type]
        if step.image.version == "1.1.0":
            world.clock.sleep(2)
            host_of(world).services.move(SERVICE, new=True)
        return outputs

    with monkeypatch.context() as patch:
        patch.setattr(UpdateService, "apply", drained)
        with pytest.raises(DeployError, match="because a node with a new task was drained or lost") as raised:
            STAGE.deploy(world.next_run())
    assert "no task failed, so run the same command again" in (raised.value.hint or "")
    assert state(world) == finished("1.0.0")
    STAGE.deploy(world.next_run())
    assert state(world) == finished("1.1.0")


@pytest.mark.parametrize("method", ["find", "update"])
def test_a_swarm_that_elects_a_new_leader_is_waited_for(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    world = STAGE.begun("1.0.0")
    STAGE.publish(world, "1.1.0")
    run, original, asked = world.next_run(), getattr(FakeServices, method), itertools.count()

    def without_leader(*arguments: Any) -> Any:
        if 2 < next(asked) < 12 or (method == "update" and next(asked) < 2):
            raise RemoteError("the swarm does not have a leader", status=500)
        return original(*arguments)

    monkeypatch.setattr(FakeServices, method, without_leader)
    STAGE.deploy(run)
    assert state(world) == finished("1.1.0")


def test_an_image_that_was_never_started_is_not_held() -> None:
    world = failing(FakeApp(start_error="no command specified"), "1.0.0")
    with pytest.raises(DeployError, match="no command specified"):
        STAGE.deploy(world.next_run())
    assert state(world) == finished("1.0.0")


def test_a_version_that_fails_after_the_update_goes_back() -> None:
    world = failing(FAILS_LATER, "1.0.0", "1.1.0")
    with pytest.raises(DeployError, match="a task failed after the update"):
        STAGE.deploy(world.next_run())
    assert state(world) == finished("1.1.0", "1.9.0")


def test_an_update_that_never_ends_is_ended_by_the_time_limit() -> None:
    stage = SwarmStage.of('within = "60s"')
    world = stage.begun("1.0.0", "1.1.0")
    stage.publish(world, "1.9.0", FakeApp(ready=10_000))
    with pytest.raises(DeployError, match="not done within 60 seconds"):
        stage.deploy(world.next_run())
    assert state(world) == finished("1.1.0", "1.9.0")


def test_a_version_that_is_gone_from_the_registry_changes_nothing() -> None:
    world = STAGE.begun("1.0.0", "1.1.0")
    world.registry.remove(reference("1.0.0"))
    before = service_of(world)
    with pytest.raises(DeployError, match="the registry no longer has"):
        STAGE.rollback(world.next_run())
    assert service_of(world).version == before.version


def test_a_rollback_sets_the_recorded_digest_and_holds_the_other() -> None:
    world = STAGE.begun("1.0.0", "1.1.0")
    STAGE.rollback(world.next_run())
    assert state(world) == finished("1.0.0", "1.1.0")
    assert blocked(world).startswith("held: ")
    STAGE.deploy(world.next_run(), retry=True)
    assert state(world) == finished("1.1.0")


def test_a_rollback_after_a_failure_does_not_go_back_to_the_version_that_failed() -> None:
    world = failing(CRASHES, "1.0.0", "1.1.0")
    with pytest.raises(DeployError):
        STAGE.deploy(world.next_run())
    STAGE.rollback(world.next_run())
    assert state(world) == finished("1.0.0", "1.9.0", "1.1.0")


def test_a_rollback_to_a_version_that_now_fails_leaves_the_newer_one_free_to_deploy() -> None:
    world = STAGE.begun("1.0.0", "1.1.0")
    world.hosts.apps[digest_of("1.0.0")] = CRASHES
    with pytest.raises(DeployError):
        STAGE.rollback(world.next_run())
    assert state(world) == finished("1.1.0", "1.0.0")


def test_an_update_by_another_program_is_a_conflict_and_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = STAGE.begun("1.0.0")
    STAGE.publish(world, "1.1.0")
    STAGE.publish(world, "1.2.0")
    apply = UpdateService.apply

    def overtaken(step: UpdateService, seen: object) -> object:
        outputs = apply(step, seen)  # type: ignore[arg-type]
        host_of(world).services.set_image(SERVICE, reference("1.1.0"))
        return outputs

    monkeypatch.setattr(UpdateService, "apply", overtaken)
    with pytest.raises(ConflictError, match="another program updated service `shop_web`"):
        STAGE.deploy(world.next_run())
    world.clock.sleep(60)
    assert runs(world) == {digest_of("1.1.0")}
    assert STAGE.status(world.next_run()).hosts[0].drift


def test_an_image_without_a_health_check_is_refused_before_anything_changes() -> None:
    world = STAGE.begun("1.0.0")
    second = STAGE.publish(world, "1.1.0")
    for tag in [tag for tag, digest in world.registry.tags.items() if digest == second.digest]:
        world.registry.accept(tag, RemoteImage(second.digest, {}))
    before = service_of(world)
    with pytest.raises(PreflightError) as raised:
        STAGE.deploy(world.next_run())
    (finding,) = raised.value.findings
    assert (finding.code, raised.value.exit_code) == ("swarm-health-check", 3)
    assert service_of(world).version == before.version
    SwarmStage.of('health = "none"').deploy(world.next_run())
    assert runs(world) == {second.digest}


def test_doctor_warns_of_an_image_without_a_health_check() -> None:
    world = STAGE.begun("1.0.0")
    assert not [each for each in STAGE.doctor(world) if each.code == "swarm-health-check"]
    world.registry.accept("acme/shop:1.0.0", RemoteImage(digest_of("1.0.0"), {}))
    (finding,) = (each for each in STAGE.doctor(world) if each.code == "swarm-health-check")
    assert not finding.blocks


@pytest.mark.parametrize(("health_check", "refused"), [(True, False), (False, True)])
def test_the_health_check_of_the_service_counts_more_than_that_of_the_image(health_check: bool, refused: bool) -> None:
    stage = SwarmStage.of('health = "none"')
    world = stage.begun("1.0.0", health_check=health_check)
    stage.publish(world, "1.1.0")
    if refused:
        with pytest.raises(PreflightError):
            STAGE.deploy(world.next_run())
    else:
        STAGE.deploy(world.next_run())


URL_STAGE = SwarmStage.of(environment='url = "https://shop.example"')


def public(world: FakeWorld, status: Callable[[], int]) -> None:
    host_of(world).servers["shop.example"] = lambda *request: HealthAnswer(status())


def test_a_public_address_that_fails_only_with_the_new_version_brings_the_old_one_back() -> None:
    world = STAGE.begun("1.0.0")
    new = URL_STAGE.publish(world, "1.1.0")
    public(world, lambda: 502 if new.digest in runs(world) else 200)
    with pytest.raises(DeployError, match="answered 502; before the update, it answered 200"):
        URL_STAGE.deploy(world.next_run())
    assert state(world) == finished("1.0.0", "1.1.0")


def test_a_public_address_that_failed_before_says_nothing_about_the_new_version() -> None:
    world = STAGE.begun("1.0.0")
    URL_STAGE.publish(world, "1.1.0")
    public(world, lambda: 503)
    URL_STAGE.deploy(world.next_run())
    assert state(world) == finished("1.1.0")


def test_a_public_address_that_fails_since_an_interrupted_run_is_a_failure() -> None:
    world = STAGE.begun("1.0.0")
    new = URL_STAGE.publish(world, "1.1.0")
    public(world, lambda: 502 if new.digest in runs(world) else 200)
    assert host_of(world).services.update(service_of(world), ServiceChange(new.reference))
    world.clock.sleep(60)
    with pytest.raises(DeployError, match="answered 502"):
        URL_STAGE.deploy(world.next_run())
    assert state(world) == finished("1.0.0", "1.1.0")


# findings


def blocked(world: FakeWorld, stage: SwarmStage = STAGE) -> str:
    (finding,) = (each for each in stage.plan(world.next_run()).findings if each.blocks)
    return f"{finding.code}: {finding.what}"


def test_a_service_that_does_not_exist_blocks_the_plan() -> None:
    world = FakeWorld.new()
    STAGE.publish(world, "1.0.0")
    assert blocked(world) == "swarm-service: the swarm of this machine has no service `shop_web`"


def test_an_engine_that_is_not_a_manager_blocks_the_plan() -> None:
    world = STAGE.begun("1.0.0")
    host_of(world).services.problems.append(
        Finding("swarm-manager", "the engine is not a manager of its swarm", "name one")
    )
    assert blocked(world) == "swarm-manager: the engine is not a manager of its swarm"


def test_a_service_of_another_image_is_not_touched() -> None:
    world = STAGE.begun("1.0.0")
    host_of(world).services.set_image(SERVICE, f"mysql:8@sha256:{'9' * 64}")
    assert blocked(world) == "swarm-image: service `shop_web` runs `mysql:8`, not `acme/shop`"
    host_of(world).services.set_image(SERVICE, "sha256:0a1b")
    assert blocked(world) == "swarm-image: service `shop_web` runs `sha256:0a1b`, not `acme/shop`"


def test_a_port_of_the_node_and_start_first_would_never_end() -> None:
    world = STAGE.begun("1.0.0", replicas=1, host_ports=(8080,), order="stop-first")
    assert "publishes port 8080 on each node" in blocked(world, SwarmStage.of('order = "start-first"'))
    world = STAGE.begun("1.0.0", replicas=1, host_ports=(8080,), order="start-first", nodes=2)
    assert STAGE.plan(world.next_run()).findings == ()


def test_an_order_with_a_gap_is_a_warning_until_it_is_chosen() -> None:
    world = STAGE.begun("1.0.0", replicas=1, order="stop-first")
    (finding,) = STAGE.plan(world.next_run()).findings
    assert (finding.code, finding.blocks) == ("swarm-order", False)
    assert "nothing answers until the new task is healthy" in finding.what
    assert SwarmStage.of('order = "stop-first"').plan(world.next_run()).findings == ()


def test_the_settings_of_the_target_are_set_with_the_image() -> None:
    stage = SwarmStage.of('order = "start-first"\nmonitor = "3s"')
    world = stage.begun("1.0.0", order="stop-first")
    service = service_of(world)
    assert (service.order, service.monitor) == ("start-first", 3)
    assert undone(stage.plan(world.next_run()), world) == []


# status and logs


def test_the_status_needs_no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld.new()
    STAGE.publish(world, "1.0.0")
    host_of(world).services.create(SERVICE, reference("1.0.0"))
    found = STAGE.status(world.next_run()).hosts[0].serving
    assert found and found.version == "1.0.0"
    monkeypatch.setattr(FakeRegistry, "find", down)
    found = STAGE.status(world.next_run()).hosts[0].serving
    assert found and (found.version, found.digest) == (digest_of("1.0.0")[:19], digest_of("1.0.0"))


def down(*arguments: object) -> None:
    raise RemoteError("the registry did not answer")


def test_the_status_names_the_version_that_the_tasks_run() -> None:
    world = STAGE.begun("1.0.0", "1.1.0")
    (host,) = STAGE.status(world.next_run()).hosts
    assert host.serving
    assert (host.serving.version, host.healthy, host.drift) == ("1.1.0", True, ())
    host_of(world).services.set_image(SERVICE, reference("1.0.0"))
    world.clock.sleep(30)
    (host,) = STAGE.status(world.next_run()).hosts
    assert "runs, but 1.1.0" in host.drift[0]


def test_the_status_shows_an_update_that_is_paused() -> None:
    world = failing(CRASHES, "1.0.0", on_failure="pause")
    host_of(world).services.set_image(SERVICE, reference("1.9.0"))
    world.clock.sleep(30)
    (host,) = STAGE.status(world.next_run()).hosts
    assert host.problem.startswith("the update of service `shop_web` is paused: update paused due to failure")
