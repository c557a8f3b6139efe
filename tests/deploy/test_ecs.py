"""Deployments to a service of ECS in memory, with the same code that makes real ones."""

from __future__ import annotations

from contextlib import suppress

import pytest
from deploy.stage import Stage, digest_of, first_sentence, undone
from msgspec.structs import replace

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage
from shipit.errors import (
    AuthError,
    CommandError,
    ConflictError,
    DeployError,
    PreflightError,
    RemoteError,
    ShipitError,
    UnsafeError,
)
from shipit.finding import Finding
from shipit.plan.deploy import DeployPlan
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeEcsService, FakeWorld, crash_matrix
from shipit.world import RemoteImage, World
from shipit.world.hosts import CommandResult

CONFIG = """\
[environments.dev]
branch = "main"
image = {{ name = "acme/shop", tags = ["{{branch}}-{{sha}}"] }}

[environments.dev.deploy]
kind = "ecs"
name = "shop"
cluster = "shop"
service = "web"
bucket = "shop-state"
region = "ap-northeast-2"
{target}
"""
ADDRESS = "ecs://shop/web#shop-state@ap-northeast-2"
RECORD = ".shipit/ecs/shop.json"
BEFORE = "sha256:" + "9" * 64
CRASHES = FakeApp(ready=100, exits=1, exit_code=3, log="no database")
NEVER_READY = FakeApp(ready=10_000, log="still warming up")


class ServiceStage(Stage):
    """A stage whose target is a service of ECS."""

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> ServiceStage:
        return cls(parse_config(CONFIG.format(target=target)))


def service_of(world: FakeWorld) -> FakeEcsService:
    return world.ecs_services.at(ADDRESS)


def begun(stage: ServiceStage, *versions: str) -> tuple[FakeWorld, list[DeployedImage]]:
    """Return a world with a service that somebody created, to which `versions` were deployed."""
    world = FakeWorld.new()
    world.registry.accept("acme/shop:0.9.0", RemoteImage(BEFORE))
    service_of(world).create({"web": "acme/shop:0.9.0"})
    return world, stage.deployed(world, *versions)


def runs(world: FakeWorld) -> set[str]:
    """Return the digests of the images that the tasks run."""
    state = service_of(world).state()
    return {task.images["web"] for task in state.running} if state else set()


def codes(plan: DeployPlan) -> dict[str, str]:
    return {finding.code: finding.severity for finding in plan.findings}


def failure(stage: ServiceStage, world: World, version: str | None = None) -> DeployError:
    with pytest.raises(DeployError) as raised:
        stage.deploy(world, version)
    return raised.value


def test_a_deployment_gives_the_tasks_the_image_by_digest_and_records_it() -> None:
    stage = ServiceStage.of()
    world, (image,) = begun(stage, "1.0.0")
    assert runs(world) == {image.digest}
    old, new = service_of(world).definitions
    assert new.content == old.with_image("web", image.reference)
    assert (service_of(world).updates, read_record(service_of(world), RECORD).current) == ([new.arn], image)


def test_the_plan_and_the_status_show_the_account_and_the_region() -> None:
    stage = ServiceStage.of()
    world, (image,) = begun(stage, "1.0.0")
    (host,) = stage.status(world).hosts
    assert (host.serving, host.problem, host.login) == (
        image,
        "",
        "AWS account 123456789012, region ap-northeast-2",
    )
    assert stage.plan(world).targets[0].hosts[0].login == host.login


def test_a_serving_version_has_only_done_steps() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage, "1.0.0")
    assert undone(stage.plan(world.next_run()), world) == []


@pytest.mark.parametrize("target", ["", 'within = "5m"'])
@pytest.mark.parametrize("breaker", [True, False], ids=["breaker", "no breaker"])
@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (CRASHES, "Essential container in task exited: exit status 3"),
        (NEVER_READY, "Task failed ELB health checks"),
        (FakeApp(start_error="ResourceInitializationError: unable to pull secrets"), "unable to pull secrets"),
    ],
    ids=["crash", "never ready", "no secret"],
)
def test_an_image_that_fails_is_replaced_by_the_one_before(
    app: FakeApp, reason: str, breaker: bool, target: str
) -> None:
    stage = ServiceStage.of(target)
    world, (image,) = begun(stage, "1.0.0")
    service_of(world).scheduler.breaker = breaker
    second = stage.publish(world, "1.1.0", app)
    error = failure(stage, world.next_run())
    assert reason in error.what
    assert (error.tail, error.exit_code) == (app.log, 6)
    assert first_sentence(error) == f"{image} serves, as before; this was verified"
    assert runs(world) == {image.digest}
    assert read_record(service_of(world), RECORD).held == (second.digest,)
    assert "deploy it again with `shipit deploy dev 1.1.0 --retry`" in str(error.state)
    assert len(service_of(world).definitions) == 3


def test_a_failed_image_of_several_platforms_is_held_although_ecs_reports_the_digest_of_one() -> None:
    stage = ServiceStage.of()
    world, (image,) = begun(stage, "1.0.0")
    second, platform = stage.publish(world, "1.1.0", CRASHES), "sha256:" + "3" * 64
    for each in (image, second):
        world.registry.platforms[each.digest] = (platform,)
    service_of(world).scheduler.reported = platform
    assert first_sentence(failure(stage, world.next_run())) == f"{image} serves, as before; this was verified"
    assert read_record(service_of(world), RECORD).held == (second.digest,)


def test_a_version_that_starts_slowly_is_waited_for_but_no_longer_than_within() -> None:
    stage = ServiceStage.of('within = "30s"')
    world, (first,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0", FakeApp(ready=55))
    error = failure(stage, world.next_run())
    assert "30 seconds were not enough: 2 of 2 tasks run shop:3" in error.what
    assert first_sentence(error) == f"{first} serves, as before; this was verified"
    assert (error.exit_code, runs(world)) == (6, {first.digest})
    assert read_record(service_of(world), RECORD).held == (second.digest,)
    ServiceStage.of().deploy(world.next_run(), retry=True)
    assert runs(world) == {second.digest}


def test_a_rollback_of_ecs_is_never_a_success() -> None:
    """boto3's waiter `services_stable` sees a stable service here."""
    stage = ServiceStage.of()
    world, (first,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", CRASHES)
    error = failure(stage, world.next_run())
    assert "ECS took it back: Service deployment rolled back because the circuit breaker" in error.what
    assert (error.exit_code, runs(world)) == (6, {first.digest})
    state = service_of(world).state()
    assert state and (len(state.running), state.rollout) == (2, "COMPLETED")


def test_a_bad_image_is_not_held_because_no_task_ever_ran_it() -> None:
    stage = ServiceStage.of()
    world, (image,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0")
    run = world.next_run()
    found = world.registry.find(second.reference)
    service = service_of(world)
    register = service.register

    def without_image(*arguments: object) -> object:
        world.registry.remove(second.reference)
        return register(*arguments)  # type: ignore[arg-type]

    run.ecs_services.at(ADDRESS).register = without_image  # type: ignore[method-assign,assignment]
    run.ecs_services.at(ADDRESS)._locks = service._locks
    error = failure(stage, run)
    assert "ECS took it back" in error.what and f"CannotPullContainerError: {second.reference}: not found" in error.what
    assert (error.exit_code, error.state) == (6, f"{image} serves, as before; this was verified")
    assert (runs(world), read_record(service, RECORD).held) == ({image.digest}, ())
    assert found
    for tag in ("acme/shop:1.1.0",):
        world.registry.accept(tag, found)


def test_missing_capacity_is_said_in_the_words_of_ecs_and_the_version_is_not_held() -> None:
    stage = ServiceStage.of('within = "5m"')
    world, (image,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0")
    service_of(world).scheduler.capacity = "(service web) was unable to place a task: Capacity is unavailable."
    error = failure(stage, world.next_run())
    assert (
        "300 seconds were not enough: 0 of 2 tasks run shop:3; (service web) was unable to place a task" in error.what
    )
    assert (error.exit_code, error.state) == (6, f"{image} serves, as before; this was verified")
    assert (runs(world), read_record(service_of(world), RECORD).held) == ({image.digest}, ())


def test_a_version_that_serves_and_then_fails_is_held() -> None:
    stage = ServiceStage.of()
    world, (image,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0", FakeApp(exits=8, log="out of connections"))
    assert "after its deployment" in failure(stage, world.next_run()).what
    assert runs(world) == {image.digest}
    assert read_record(service_of(world), RECORD).held == (second.digest,)


def test_neither_version_verified_is_exit_7() -> None:
    stage = ServiceStage.of()
    world, (first,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", CRASHES)
    sleep = world.clock.sleep

    def lose_the_database(seconds: float) -> None:
        world.hosts.apps[first.digest] = CRASHES
        sleep(seconds)

    world.clock.sleep = lose_the_database  # type: ignore[method-assign]
    with pytest.raises(UnsafeError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.exit_code == 7


def test_another_program_that_deploys_meanwhile_is_a_conflict_and_keeps_its_version() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", FakeApp(ready=30))
    service = service_of(world)
    other = service.add({"web": f"acme/shop@{BEFORE}"})
    world.registry.accept("acme/shop:0.9.0", RemoteImage(BEFORE))
    sleep = world.clock.sleep

    def deploy_too(seconds: float) -> None:
        sleep(seconds)
        if service.scheduler.definition not in (other.arn, service.definitions[1].arn):
            service.give(other)

    world.clock.sleep = deploy_too  # type: ignore[method-assign]
    what = "another program gave ECS service shop/web the task definition `shop:3`"
    with pytest.raises(ConflictError, match=what) as raised:
        stage.deploy(world.next_run())
    assert (raised.value.exit_code, raised.value.state) == (3, "to see which version serves: shipit status dev")
    assert service.updates[-1] != other.arn
    assert service.scheduler.definition == other.arn


def test_a_service_that_another_program_updated_since_the_plan_is_left_alone() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0")
    plan = stage.plan(world)
    service = service_of(world)
    service.give(service.add({"web": f"acme/shop@{BEFORE}"}))
    with pytest.raises(ShipitError) as raised:
        api.apply_deployment(stage.project(world.next_run()), plan)
    assert "1.0.0 (sha256:000000000000) served on ECS service shop/web when it was made" in raised.value.what
    assert (raised.value.exit_code, raised.value.state) == (3, "nothing was deployed")
    world.clock.sleep(60)
    assert (len(service.updates), runs(world)) == (1, {BEFORE})


def test_settings_that_another_program_changed_are_kept() -> None:
    stage = ServiceStage.of()
    world, (first,) = begun(stage, "1.0.0")
    service = service_of(world)
    service.give(service.add({"web": first.reference}, environment=[{"name": "MODE", "value": "new"}]))
    world.clock.sleep(60)
    (second,) = stage.deployed(world, "1.1.0")
    assert service.definitions[-1].content["environment"] == [{"name": "MODE", "value": "new"}]
    assert runs(world) == {second.digest}


def test_a_rollback_brings_back_the_recorded_task_definition_and_holds_the_other() -> None:
    stage = ServiceStage.of()
    world, (first, second) = begun(stage, "1.0.0", "1.1.0")
    count = len(service_of(world).definitions)
    stage.rollback(world.next_run())
    service = service_of(world)
    assert runs(world) == {first.digest}
    assert (service.updates[-1], len(service.definitions)) == (service.updates[0], count)
    assert read_record(service, RECORD).held == (second.digest,)
    with pytest.raises(PreflightError, match="not ready"):
        stage.deploy(world.next_run())
    stage.deploy(world.next_run(), retry=True)
    assert runs(world) == {second.digest}


def test_the_first_deployment_can_be_rolled_back_to_the_image_that_served() -> None:
    stage = ServiceStage.of()
    world, (first,) = begun(stage, "1.0.0")
    stage.rollback(world.next_run())
    assert runs(world) == {BEFORE}
    assert read_record(service_of(world), RECORD).held == (first.digest,)


def test_the_status_shows_an_image_that_another_program_deployed() -> None:
    stage = ServiceStage.of()
    world, (first, second) = begun(stage, "1.0.0", "1.1.0")
    service = service_of(world)
    service.give(service.definitions[1])
    world.clock.sleep(60)
    (host,) = stage.status(world).hosts
    assert (host.serving, host.drift) == (first, (f"{first} runs, but {second} was verified last",))


@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        ({"controller": "CODE_DEPLOY"}, "controller", "error"),
        ({"desired": 0}, "no-tasks", "error"),
        ({"targets_known": False}, "targets-unchecked", "warning"),
        ({"breaker_rollback": False}, "no-circuit-breaker", "warning"),
        ({"minimum": 0}, "stops-first", "warning"),
    ],
)
def test_a_plan_shows_what_would_go_wrong(change: dict[str, object], code: str, severity: str) -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage)
    service_of(world).settings.update(change)
    stage.publish(world, "1.0.0")
    assert codes(stage.plan(world)) == {code: severity}


def test_an_unclear_or_wrong_container_is_named() -> None:
    for target, words in (("", "has several containers: `web`, `log`"), ('container = "app"', "no container `app`")):
        stage = ServiceStage.of(target)
        world, _ = begun(stage)
        service = service_of(world)
        service.give(service.add({"web": "acme/shop:0.9.0", "log": "acme/shop:0.9.0"}))
        stage.publish(world, "1.0.0")
        assert words in stage.plan(world).findings[0].what


def test_only_the_named_container_of_several_gets_the_image() -> None:
    stage = ServiceStage.of('container = "web"')
    world, _ = begun(stage)
    service = service_of(world)
    service.give(service.add({"web": "acme/shop:0.9.0", "log": f"acme/shop@{BEFORE}"}))
    world.clock.sleep(60)
    (image,) = stage.deployed(world, "1.0.0")
    assert service.definitions[-1].images == {"web": image.reference, "log": f"acme/shop@{BEFORE}"}


def test_a_missing_secret_stops_a_deployment_before_anything_changes_and_no_rollback() -> None:
    stage = ServiceStage.of()
    world, (first, second) = begun(stage, "1.0.0", "1.1.0")
    service = service_of(world)
    secrets = [{"name": "DB", "valueFrom": "/shop/db"}]
    definition = service.definitions[-1]
    containers = [{**each, "secrets": secrets} for each in definition.content["containerDefinitions"]]
    service.definitions[-1] = replace(definition, content={**definition.content, "containerDefinitions": containers})
    stage.publish(world, "1.2.0")
    with pytest.raises(PreflightError) as raised:
        stage.deploy(world.next_run())
    (finding,) = raised.value.findings
    assert (finding.code, finding.severity) == ("secret-missing", "error")
    assert finding.what == "the parameter `/shop/db` for `DB` of container `web` does not exist"
    assert (raised.value.exit_code, raised.value.state) == (3, "nothing was deployed")
    assert (len(service.updates), runs(world)) == (2, {second.digest})
    stage.rollback(world.next_run())
    assert runs(world) == {first.digest}


def test_a_problem_of_the_service_is_a_finding_and_nothing_is_deployed() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage)
    stage.publish(world, "1.0.0")
    service_of(world).problems.append(Finding("service-missing", "cluster `shop` has no service `web`", "create it"))
    with pytest.raises(PreflightError):
        stage.deploy(world.next_run())
    assert service_of(world).updates == []


FORBIDDEN = AuthError("AWS does not allow it", hint="allow `ecs:UpdateService` in the policy of the role or user")
THROTTLED = RemoteError("AWS failed: ThrottlingException", hint="run the same command again", retryable=True)
EXPIRED = AuthError("the credentials are expired", hint="get new ones")


@pytest.mark.parametrize("action", ["ecs:RegisterTaskDefinition", "ecs:UpdateService"])
@pytest.mark.parametrize(
    ("error", "status"), [(FORBIDDEN, 4), (THROTTLED, 5), (EXPIRED, 4)], ids=["forbidden", "throttled", "expired"]
)
def test_a_write_that_aws_refuses_leaves_the_service_as_it_is_and_is_made_by_the_next_run(
    error: ShipitError, status: int, action: str
) -> None:
    stage = ServiceStage.of()
    world, (first,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0")
    service = service_of(world)
    service.failures[action] = error
    with pytest.raises(ShipitError) as raised:
        stage.deploy(world.next_run())
    assert (raised.value.exit_code, raised.value.hint) == (status, error.hint)
    assert first_sentence(raised.value) == f"{first} serves, as before; this was verified"
    assert runs(world) == {first.digest}
    service.failures.clear()
    stage.deploy(world.next_run())
    assert (runs(world), len(service.definitions)) == ({second.digest}, 3)


@pytest.mark.parametrize(("seconds", "status"), [(30, 0), (10_000, 7)])
def test_a_deployment_survives_throttling_for_a_minute(seconds: float, status: int) -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage, "1.0.0")
    image = stage.publish(world, "1.1.0", FakeApp(ready=30))
    service, sleep, throttled = service_of(world), world.clock.sleep, [world.clock.elapsed()]

    def throttle(duration: float) -> None:
        throttled.append(world.clock.elapsed())
        sleep(duration)
        service.failures.clear()
        if world.clock.elapsed() < throttled[1] + seconds:
            service.failures["ecs:DescribeServices"] = THROTTLED

    world.clock.sleep = throttle  # type: ignore[method-assign,assignment]
    if not status:
        stage.deploy(world.next_run())
        assert runs(world) == {image.digest}
        return
    with pytest.raises(ShipitError) as raised:
        stage.deploy(world.next_run())
    assert (raised.value.exit_code, raised.value.what) == (status, THROTTLED.what)
    assert "no version could be verified to serve: AWS failed: ThrottlingException" in str(raised.value.state)
    assert raised.value.hint == "run `shipit status dev`, then the same command again"


def test_credentials_that_expire_while_it_is_watched_leave_it_to_the_next_run() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0", FakeApp(ready=30))
    service, sleep = service_of(world), world.clock.sleep

    def expire(seconds: float) -> None:
        service.failures["ecs:DescribeServices"] = EXPIRED
        sleep(seconds)

    world.clock.sleep = expire  # type: ignore[method-assign]
    with pytest.raises(ShipitError) as raised:
        stage.deploy(world.next_run())
    assert (raised.value.exit_code, raised.value.what) == (7, EXPIRED.what)
    assert raised.value.hint == "get new ones; then run `shipit status dev`, then the same command again"
    assert raised.value.state == f"no version could be verified to serve: {EXPIRED.what}. Nothing was removed"
    world.clock.sleep = sleep  # type: ignore[method-assign]
    service.failures.clear()
    stage.deploy(world.next_run())
    assert (runs(world), len(service.definitions)) == ({second.digest}, 3)


def test_an_unlocked_run_changes_nothing_more() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage)
    service = service_of(world)
    with service.lock(".shipit/ecs/shop", "run 7"):
        api.unlock(stage.project(world), "dev")
        with pytest.raises(ConflictError, match="took over"):
            service.write(RECORD, "")
        with pytest.raises(ConflictError, match="took over"):
            service.update(service.definitions[0].arn)


def test_the_logs_are_those_of_the_tasks_with_their_states() -> None:
    stage = ServiceStage.of()
    world, _ = begun(stage)
    stage.publish(world, "1.0.0", FakeApp(log="one\ntwo"))
    stage.deploy(world.next_run())
    name, text = api.logs(stage.project(world), "dev", 1)[0]
    assert (name.endswith("of shop:2 on ECS service shop/web: runs"), text) == (True, "two")


MIGRATE = 'migrate = ["app", "--migrate"]'
COMMAND = ("app", "--migrate")


def test_a_migration_runs_before_the_service_is_updated_and_not_for_a_rollback() -> None:
    stage = ServiceStage.of(MIGRATE)
    world, (first, _) = begun(stage, "1.0.0", "1.1.0")
    service = service_of(world)
    assert service.commands == [COMMAND, COMMAND]
    kinds = [step.kind for step in stage.plan(world.next_run()).steps]
    assert "run-task" not in kinds  # it serves already
    stage.rollback(world.next_run())
    assert (runs(world), service.commands) == ({first.digest}, [COMMAND, COMMAND])


def test_a_migration_that_fails_leaves_the_service_as_it_is() -> None:
    stage = ServiceStage.of(MIGRATE)
    world, (image,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", FakeApp(commands={COMMAND: CommandResult(1, "no such table")}))
    error = failure(stage, world.next_run())
    assert (error.tail, error.state) == ("no such table", f"{image} serves, as before; this was verified")
    assert (len(service_of(world).updates), read_record(service_of(world), RECORD).held) == (1, ())


VERIFY = 'verify = ["./smoke.sh"]'


def test_a_check_that_fails_brings_back_the_version_before() -> None:
    stage = ServiceStage.of(VERIFY)
    world, (first,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0")
    run = world.next_run()

    def smoke(files: object, env: object) -> None:
        raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    run.process.effects["./smoke.sh"] = smoke
    assert "did not pass" in failure(stage, run).what
    assert runs(world) == {first.digest}
    assert read_record(service_of(world), RECORD).held == (second.digest,)


def new_world(stage: ServiceStage, *versions: str) -> FakeWorld:
    """Return a world in which all `versions` but the last are deployed, and the last is in the registry."""
    *earlier, last = versions
    world, _ = begun(stage, *earlier)
    stage.publish(world, last)
    return world


def state(world: FakeWorld) -> dict[str, object]:
    service = service_of(world)
    record = read_record(service, RECORD)
    return {
        "runs": runs(world),
        "verified": record.current and record.current.digest,
        "held": record.held,
        "locked": service.locked_by(".shipit/ecs/shop"),
        "definitions": len(service.definitions),
    }


def finished(version: str, definitions: int, held: tuple[str, ...] = ()) -> dict[str, object]:
    digest = digest_of(version)
    return {"runs": {digest}, "verified": digest, "held": held, "locked": None, "definitions": definitions}


@pytest.mark.parametrize(("target", "writes"), [("", 10), (MIGRATE, 12)], ids=["plain", "with a migration"])
@pytest.mark.parametrize("versions", [("1.0.0",), ("1.0.0", "1.1.0")], ids=len)
def test_a_killed_deployment_is_finished_by_running_it_again_and_registers_nothing_twice(
    versions: tuple[str, ...], target: str, writes: int
) -> None:
    stage = ServiceStage.of(target)
    crashes = list(crash_matrix(lambda: new_world(stage, *versions), stage.deploy, state, FakeWorld.next_run))
    assert len(crashes) == writes + (2 if len(versions) == 1 else 0)  # the first one records what served before
    for crash in crashes:
        assert crash.state == finished(versions[-1], 1 + len(versions)), f"{crash.when} {crash.at} {crash.write}"


@pytest.mark.parametrize("breaker", [True, False], ids=["breaker", "no breaker"])
@pytest.mark.parametrize("app", [CRASHES, FakeApp(fails=5)], ids=["in the deployment", "after it"])
def test_a_killed_return_to_the_old_version_is_finished_by_the_same_command(app: FakeApp, breaker: bool) -> None:
    stage = ServiceStage.of()

    def failing() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0")
        service_of(world).scheduler.breaker = breaker
        world.hosts.apps[digest_of("1.1.0")] = app
        return world

    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            stage.deploy(world)

    crashes = list(crash_matrix(failing, deploy, state, FakeWorld.next_run))
    assert len(crashes) >= 8
    for crash in crashes:
        assert crash.state | {"held": ()} == finished("1.0.0", 3), f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_rollback_is_finished_by_running_it_again() -> None:
    stage = ServiceStage.of()

    def deployed() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0", "1.2.0")
        stage.deploy(world.next_run())
        return world

    *crashes, after_all = crash_matrix(deployed, stage.rollback, state, FakeWorld.next_run)
    for crash in crashes:
        wanted = finished("1.1.0", 4, (digest_of("1.2.0"),))
        assert crash.state == wanted, f"{crash.when} {crash.at} {crash.write}"
    assert after_all.state["runs"] == {digest_of("1.0.0")}  # that rollback was finished, so the second went on


def test_an_interrupted_deployment_that_ecs_took_back_meanwhile_is_not_a_success() -> None:
    stage = ServiceStage.of()

    def failing() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0")
        world.hosts.apps[digest_of("1.1.0")] = CRASHES
        return world

    outcomes: list[str] = []

    def deploy(world: World) -> None:
        world.clock.sleep(120)  # ECS goes on while nobody looks
        try:
            stage.deploy(world)
        except (DeployError, PreflightError) as error:
            outcomes.append(error.what)
        else:
            outcomes.append("success")

    for crash in crash_matrix(failing, deploy, state, FakeWorld.next_run):
        assert crash.state["runs"] == {digest_of("1.0.0")}, f"{crash.when} {crash.at} {crash.write}"
    assert "success" not in outcomes
