"""Blue/green, linear and canary deployments of ECS in memory: stages, pauses, alarms, and the way back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from deploy.stage import digest_of, first_sentence
from deploy.test_ecs import (
    CONFIG,
    CRASHES,
    RECORD,
    ServiceStage,
    begun,
    failure,
    finished,
    new_world,
    runs,
    service_of,
    state,
)

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage
from shipit.engine.apply import Silent
from shipit.errors import ConflictError, DeployError, PreflightError, UsageError
from shipit.plan.views import render_status
from shipit.steps.base import Step
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeWorld, crash_matrix
from shipit.world import World

STRATEGIES = ("BLUE_GREEN", "LINEAR", "CANARY")
ALARMS = 'alarms = ["shop-5xx"]'
WHY = "Threshold Crossed: 3 datapoints were greater than the threshold (5.0)."


class Said(Silent):
    """An observer that keeps the things that steps wait for."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def waiting(self, step: Step, what: str) -> None:
        self.lines.append(what)


def staged(
    stage: ServiceStage, *versions: str, strategy: str = "BLUE_GREEN", bake: int = 60, pauses: tuple[str, ...] = ()
) -> tuple[FakeWorld, list[DeployedImage]]:
    """Return a world whose service has a strategy with stages, to which `versions` were deployed without a pause."""
    world, images = begun(stage, *versions)
    scheduler = service_of(world).scheduler
    scheduler.strategy, scheduler.bake, scheduler.pauses = strategy, bake, pauses
    return world, images


def paused(stage: ServiceStage, *pauses: str, app: FakeApp | None = None) -> tuple[FakeWorld, list[DeployedImage]]:
    """Return a world in which 1.0.0 serves, and the deployment of 1.1.0 is paused."""
    world, images = staged(stage, "1.0.0", pauses=pauses or ("POST_TEST_TRAFFIC_SHIFT",))
    images.append(stage.publish(world, "1.1.0", app))
    assert stage.deploy(world.next_run()).paused
    return world, images


def approve(stage: ServiceStage, world: World, *, reject: bool = False) -> api.Deployment:
    return api.approve(stage.project(world), "dev", reject=reject)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_deployment_in_stages_is_followed_to_its_end_and_each_stage_is_said(strategy: str) -> None:
    stage, said = ServiceStage.of(), Said()
    world, _ = staged(stage, "1.0.0", strategy=strategy)
    image = stage.publish(world, "1.1.0")
    stage.deploy(world.next_run(), observer=said)
    assert runs(world) == {image.digest}
    assert read_record(service_of(world), RECORD).current == image
    assert any("stage `BAKE_TIME`: the new tasks get the requests of users, and the old" in line for line in said.lines)
    moved = [line for line in said.lines if "PRODUCTION_TRAFFIC_SHIFT`: the requests of users move" in line]
    assert len(moved) == {"BLUE_GREEN": 0, "LINEAR": 3, "CANARY": 1}[strategy]


def test_bake_times_of_the_service_are_waited_for_besides_the_time_limit() -> None:
    stage = ServiceStage.of('within = "5m"')
    world, _ = staged(stage, "1.0.0", strategy="LINEAR", bake=600)
    image = stage.publish(world, "1.1.0")
    summary = next(step.summary for step in stage.plan(world).steps if step.kind == "await-deployment")
    assert summary.endswith(f"runs {image}, linear deployment, within 2700 s")
    stage.deploy(world.next_run())
    assert runs(world) == {image.digest}


@pytest.mark.parametrize("breaker", [True, False], ids=["breaker", "no breaker"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_version_whose_tasks_fail_gets_no_requests_and_is_taken_back(strategy: str, breaker: bool) -> None:
    stage = ServiceStage.of()
    world, (first,) = staged(stage, "1.0.0", strategy=strategy)
    service_of(world).scheduler.breaker = breaker
    second = stage.publish(world, "1.1.0", CRASHES)
    error = failure(stage, world.next_run())
    assert "exit status 3" in error.what
    assert first_sentence(error) == f"{first} serves, as before; this was verified"
    assert (runs(world), service_of(world).scheduler.newest.traffic) == ({first.digest}, 0)
    assert read_record(service_of(world), RECORD).held == (second.digest,)


def test_a_version_that_fails_while_shipit_watches_it_is_replaced_by_a_new_deployment() -> None:
    stage = ServiceStage.of()
    world, (first,) = staged(stage, "1.0.0", bake=0)
    stage.publish(world, "1.1.0", FakeApp(exits=20))
    assert "after its deployment" in failure(stage, world.next_run()).what
    assert runs(world) == {first.digest}


def test_a_deployment_that_takes_too_long_is_rolled_back_by_ecs() -> None:
    stage = ServiceStage.of('within = "2m"')
    world, (first,) = staged(stage, "1.0.0")
    service = service_of(world)
    stage.publish(world, "1.1.0", FakeApp(ready=50))
    service.scheduler.capacity = "(service web) was unable to place a task: Capacity is unavailable."
    assert (
        "180 seconds were not enough: 0 of 2 tasks run shop:3; stage `SCALE_UP`: the new tasks start; (service web)"
        in (failure(stage, world.next_run()).what)
    )
    assert (runs(world), len(service.updates)) == ({first.digest}, 2)  # no second deployment is begun
    assert service.scheduler.newest.status == "ROLLBACK_SUCCESSFUL"


def test_an_alarm_of_the_service_that_fires_while_it_bakes_is_exit_6_with_its_name_and_its_reason() -> None:
    stage = ServiceStage.of()
    world, (first,) = staged(stage, "1.0.0")
    service = service_of(world)
    service.metrics.add("shop-5xx")
    service.scheduler.alarms = ("shop-5xx",)
    second, sleep = stage.publish(world, "1.1.0"), world.clock.sleep

    def fire(seconds: float) -> None:
        if service.scheduler.newest.stage == "BAKE_TIME":
            service.scheduler.firing["shop-5xx"] = WHY
        sleep(seconds)

    world.clock.sleep = fire  # type: ignore[method-assign]
    error = failure(stage, world.next_run())
    assert "ECS took it back: Service deployment rolled back because a CloudWatch alarm was triggered" in error.what
    assert f"alarm `shop-5xx` fired: {WHY}" in error.what
    assert (error.exit_code, runs(world)) == (6, {first.digest})
    assert read_record(service, RECORD).held == (second.digest,)


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN"])
@pytest.mark.parametrize("when", ["while it is deployed", "while it is watched"])
def test_an_alarm_of_the_configuration_that_fires_is_exit_6_and_the_earlier_version_serves(
    when: str, strategy: str
) -> None:
    stage = ServiceStage.of(ALARMS)
    world, _ = begun(stage)
    service = service_of(world)
    service.metrics.add("shop-5xx")
    (first,) = stage.deployed(world, "1.0.0")
    service.scheduler.strategy, service.scheduler.bake = strategy, 60
    second, sleep = stage.publish(world, "1.1.0", FakeApp(ready=20)), world.clock.sleep

    def fire(seconds: float) -> None:
        sleep(seconds)
        newest = service.scheduler.newest
        if newest.definition == service.definitions[-1].arn and newest.ended == (when == "while it is watched"):
            service.scheduler.firing["shop-5xx"] = WHY

    world.clock.sleep = fire  # type: ignore[method-assign]
    error = failure(stage, world.next_run())
    assert f"alarm `shop-5xx` fires: {WHY}" in error.what
    assert first_sentence(error) == f"{first} serves, as before; this was verified"
    assert (error.exit_code, runs(world)) == (6, {first.digest})
    assert read_record(service, RECORD).held == (second.digest,)


def test_an_alarm_that_fires_already_is_a_warning_and_does_not_end_the_deployment() -> None:
    stage = ServiceStage.of(ALARMS)
    world, _ = begun(stage)
    service_of(world).metrics.add("shop-5xx")
    service_of(world).scheduler.firing["shop-5xx"] = WHY
    image = stage.publish(world, "1.0.0")
    (finding,) = stage.plan(world).findings
    assert (finding.code, finding.severity) == ("alarm-fires", "warning")
    stage.deploy(world.next_run())
    assert runs(world) == {image.digest}


def test_an_alarm_that_does_not_exist_is_a_problem() -> None:
    stage = ServiceStage.of(ALARMS)
    world, _ = begun(stage)
    stage.publish(world, "1.0.0")
    (finding,) = stage.plan(world).findings
    assert (finding.code, finding.blocks) == ("alarm-missing", True)


def test_a_paused_deployment_is_no_success_and_no_failure_and_the_earlier_version_serves() -> None:
    stage = ServiceStage.of()
    world, (first, second) = paused(stage)
    report = stage.deploy(world.next_run()).report()  # again, which changes nothing
    assert (report["deployed"], report["verified"], report["serving"]) == ("false", "false", "")
    found = stage.status(world)
    (host,) = found.hosts
    assert (host.serving, host.problem, host.record.current) == (first, "", first)
    assert host.paused and (host.paused.image, host.paused.earlier) == (second, first)
    where = "it is paused in stage `POST_TEST_TRAFFIC_SHIFT`; without an approval, it goes back at 2024-01-02T12:00:00"
    assert f"{second} waits for an approval: {where}" in render_status(found)
    assert len(service_of(world).updates) == 2


def test_an_approved_deployment_is_finished_and_verified() -> None:
    stage = ServiceStage.of()
    world, (_, second) = paused(stage)
    report = approve(stage, world.next_run()).report()
    assert (report["deployed"], report["verified"], report["serving"]) == ("true", "true", second.digest)
    assert (runs(world), read_record(service_of(world), RECORD).current) == ({second.digest}, second)


def test_a_deployment_with_two_pauses_is_approved_twice() -> None:
    stage = ServiceStage.of()
    world, (_, second) = paused(stage, "POST_SCALE_UP", "POST_PRODUCTION_TRAFFIC_SHIFT")
    assert "`POST_PRODUCTION_TRAFFIC_SHIFT`" in approve(stage, world.next_run()).paused
    (host,) = stage.status(world).hosts
    assert (host.serving, host.record.current and host.record.current.version) == (second, "1.0.0")
    assert not approve(stage, world.next_run()).paused
    assert runs(world) == {second.digest}


@pytest.mark.parametrize("pause", ["POST_SCALE_UP", "POST_PRODUCTION_TRAFFIC_SHIFT"])
def test_a_rejected_deployment_goes_back_and_is_held(pause: str) -> None:
    stage = ServiceStage.of()
    world, (first, second) = paused(stage, pause)
    report = approve(stage, world.next_run(), reject=True).report()
    assert (report["deployed"], report["serving"], runs(world)) == ("true", first.digest, {first.digest})
    assert read_record(service_of(world), RECORD).held == (second.digest,)
    assert service_of(world).scheduler.newest.status == "ROLLBACK_SUCCESSFUL"
    with pytest.raises(PreflightError, match="not ready"):
        stage.deploy(world.next_run())


def test_an_approved_version_that_fails_goes_back() -> None:
    stage = ServiceStage.of()
    world, (first, second) = paused(stage, app=FakeApp(exits=20))
    world.clock.sleep(30)
    with pytest.raises(DeployError) as raised:
        approve(stage, world.next_run())
    assert (raised.value.exit_code, runs(world)) == (6, {first.digest})
    assert read_record(service_of(world), RECORD).held == (second.digest,)


def test_the_first_deployment_can_be_rejected() -> None:
    stage = ServiceStage.of()
    world, _ = staged(stage, pauses=("POST_SCALE_UP",))
    stage.publish(world, "1.0.0")
    before = runs(world)
    assert stage.deploy(world.next_run()).paused
    approve(stage, world.next_run(), reject=True)
    assert runs(world) == before


@pytest.mark.parametrize("reject", [False, True])
def test_nothing_to_approve_is_a_mistake_of_the_command_line(reject: bool) -> None:
    stage = ServiceStage.of()
    world, _ = staged(stage, "1.0.0")
    with pytest.raises(UsageError, match="no deployment to `dev` is paused"):
        approve(stage, world, reject=reject)


def test_another_version_or_a_rollback_waits_for_the_decision_about_a_paused_one() -> None:
    stage = ServiceStage.of()
    world, _ = paused(stage)
    stage.publish(world, "1.2.0")
    for plan in (stage.plan(world), api.plan_rollback(stage.project(world), "dev")):
        (finding,) = (each for each in plan.findings if each.blocks)
        assert finding.code == "paused" and "shipit approve dev --reject" in finding.fix


def test_a_pause_that_ends_by_itself_is_seen_by_the_next_run() -> None:
    stage = ServiceStage.of()
    world, (first, _) = paused(stage)
    service_of(world).scheduler.take_back()
    world.clock.sleep(30)
    with pytest.raises(UsageError):
        approve(stage, world.next_run())
    assert runs(world) == {first.digest}


def test_a_run_whose_lock_was_taken_away_approves_nothing() -> None:
    stage = ServiceStage.of()
    world, _ = paused(stage)
    service = service_of(world)
    newest = service.scheduler.newest
    with service.lock(".shipit/ecs/shop", "run 7"):
        api.unlock(stage.project(world), "dev")
        with pytest.raises(ConflictError, match="took over"):
            service.proceed(newest.arn, newest.pauses[0].id)
        with pytest.raises(ConflictError, match="took over"):
            service.take_back(newest.arn)


NOTIFY = '[[notify]]\nkind = "webhook"\nurl = "env:TEAM_WEBHOOK"\n'


def test_the_team_is_notified_once_that_a_deployment_waits() -> None:
    stage = ServiceStage(parse_config(NOTIFY + CONFIG.format(target="")))
    world, _ = paused(stage)
    stage.deploy(world.next_run())
    waiting = [sent for _, sent in world.notifications.sent if sent["event"] == "waiting"]
    assert [(each["environment"], each["version"]) for each in waiting] == [("dev", "1.1.0")]
    assert "it is paused in stage `POST_TEST_TRAFFIC_SHIFT`" in waiting[0]["reason"]
    assert "To go on: shipit approve dev. To go back: shipit approve dev --reject" in waiting[0]["text"]


def killed(stage: ServiceStage, prepare: Any, run: Any) -> list[Any]:
    return list(crash_matrix(prepare, run, state, FakeWorld.next_run))


def test_a_killed_deployment_in_stages_is_finished_by_running_it_again() -> None:
    stage = ServiceStage.of()

    def prepared() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0")
        service_of(world).scheduler.strategy = "BLUE_GREEN"
        return world

    for crash in killed(stage, prepared, stage.deploy):
        assert crash.state == finished("1.1.0", 3), f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_approval_is_finished_by_approving_or_deploying_again() -> None:
    stage = ServiceStage.of()

    def prepared() -> FakeWorld:
        return paused(stage)[0]

    def decide(world: World) -> None:
        with suppress(UsageError):  # the first run approved it already
            approve(stage, world)
            return
        stage.deploy(world)

    for crash in killed(stage, prepared, decide):
        assert crash.state == finished("1.1.0", 3), f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_rejection_is_finished_by_rejecting_or_rolling_back_again() -> None:
    stage = ServiceStage.of()

    def prepared() -> FakeWorld:
        return paused(stage)[0]

    def decide(world: World) -> None:
        with suppress(UsageError):
            approve(stage, world, reject=True)
            return
        with suppress(PreflightError):  # it is held, and the way back is finished
            stage.deploy(world)

    wanted = finished("1.0.0", 3, (digest_of("1.1.0"),))
    for crash in killed(stage, prepared, decide):
        assert crash.state == wanted, f"{crash.when} {crash.at} {crash.write}"


@pytest.mark.parametrize("breaker", [True, False], ids=["breaker", "no breaker"])
def test_a_killed_way_back_is_finished_by_the_same_command(breaker: bool) -> None:
    stage = ServiceStage.of()

    def prepared() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0")
        scheduler = service_of(world).scheduler
        scheduler.strategy, scheduler.breaker = "BLUE_GREEN", breaker
        world.hosts.apps[digest_of("1.1.0")] = CRASHES
        return world

    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):
            stage.deploy(world)

    for crash in killed(stage, prepared, deploy):
        assert crash.state | {"held": ()} == finished("1.0.0", 3), f"{crash.when} {crash.at} {crash.write}"
