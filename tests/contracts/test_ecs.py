"""The contract of a service of ECS: on moto with a scheduler, and in memory."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from parts.aws import REGION, aws, moto
from parts.ecs import ADDRESS, BUCKET, Ecs, ecs, make_alarm

from shipit.adapters.places import AwsEcsServices
from shipit.core.deploy import DeployedImage, TaskDefinition, deployment_state, targets_of
from shipit.core.images import Reference
from shipit.core.redact import Redactor
from shipit.errors import ConflictError
from shipit.testing import FakeApp, FakeScheduler, FakeWorld
from shipit.world import RemoteImage
from shipit.world.ecs import EcsService, EcsServices

__all__ = ["aws", "ecs", "moto"]  # fixtures
WITHOUT_BUCKET = ADDRESS.replace(BUCKET, "")
LOCK, RECORD = ".shipit/ecs/shop", ".shipit/ecs/shop.json"
ONE, TWO = (DeployedImage(Reference.parse("acme/shop").name, f"sha256:{digit * 64}", f"1.{digit}.0") for digit in "12")
CRASHES = FakeApp(ready=100, exits=1, exit_code=3)


@dataclass
class Bench:
    """A service that runs `ONE` by its tag; `connect` returns the services as another run sees them."""

    world: FakeWorld
    connect: Callable[[], EcsServices]
    scheduler: FakeScheduler

    def another(self) -> EcsService:
        return self.connect().at(ADDRESS)

    def deploy(self, service: EcsService) -> TaskDefinition:
        """Register the task definition with `TWO`, and give it to the service."""
        state = service.state()
        base = service.definition(state.definition) if state else None
        assert base
        content = base.with_image("web", TWO.reference)
        tags = base.tags_for(content, TWO)
        service.register(content, tags)
        found = service.registered("shop", tags["shipit:content"])
        assert found
        service.update(found.arn)
        return found

    def make_alarm(self, name: str) -> None:
        self.world.ecs_services.at(ADDRESS).metrics.add(name)

    def fire(self, name: str, reason: str) -> None:
        self.scheduler.firing[name] = reason


class OnMoto(Bench):
    """The same on moto, with the alarms of moto."""

    def make_alarm(self, name: str) -> None:
        make_alarm(name)

    def fire(self, name: str, reason: str) -> None:
        import boto3  # type: ignore[import-untyped]

        super().fire(name, reason)
        boto3.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=reason)


def publish(world: FakeWorld) -> None:
    for image in (ONE, TWO):
        world.registry.accept(f"acme/shop:{image.version}", RemoteImage(image.digest))


def in_memory(request: pytest.FixtureRequest) -> Bench:
    world = FakeWorld.new()
    publish(world)
    world.ecs_services.at(ADDRESS).create({"web": f"acme/shop:{ONE.version}"})
    return Bench(world, world.ecs_services.connect, world.ecs_services.at(ADDRESS).scheduler)


def on_moto(request: pytest.FixtureRequest) -> Bench:
    made: Ecs = request.getfixturevalue("ecs")
    publish(made.world)
    made.create(f"acme/shop:{ONE.version}")
    return OnMoto(made.world, lambda: AwsEcsServices(Redactor(), 1.5), made.scheduler)


@pytest.fixture(params=[in_memory, pytest.param(on_moto, marks=pytest.mark.slow)], ids=["in_memory", "on_moto"])
def bench(request: pytest.FixtureRequest) -> Bench:
    made: Bench = request.param(request)
    return made


def test_a_service_has_its_tasks_with_the_digests_that_run(bench: Bench) -> None:
    state = bench.another().state()
    assert state
    assert (state.name, state.desired, state.rollout, state.controller, state.strategy) == (
        "web",
        2,
        "COMPLETED",
        "ECS",
        "ROLLING",
    )
    assert (state.breaker, state.breaker_rollback, state.minimum) == (True, True, 100)
    assert [(task.definition, task.images) for task in state.running] == [(state.definition, {"web": ONE.digest})] * 2
    assert all(task.started and not task.unhealthy for task in state.running)
    assert deployment_state(state, state.definition).done


def test_a_service_without_a_problem_has_no_findings(bench: Bench) -> None:
    service = bench.another()
    assert service.findings("123456789012") == ()
    assert (service.login().account, service.login().region) == ("123456789012", REGION)


def test_a_revision_is_registered_with_its_tags_and_found_again_by_its_hash(bench: Bench) -> None:
    service = bench.another()
    found = bench.deploy(service)
    assert found.images == {"web": TWO.reference}
    assert (found.tags["team"], found.tags["shipit:version"], found.active) == ("shop", TWO.version, True)
    again = bench.another().registered("shop", found.tags["shipit:content"])
    assert again and (again.arn, again.content) == (found.arn, found.content)
    assert bench.another().registered("shop", "0" * 64) is None
    assert bench.another().definition(found.arn.replace("shop:", "shop:9")) is None


def test_everything_but_the_image_stays_as_it_was(bench: Bench) -> None:
    service = bench.another()
    state = service.state()
    old = service.definition(state.definition) if state else None
    found = bench.deploy(service)
    assert old and found.content == old.with_image("web", TWO.reference)


def test_a_deployment_goes_on_until_it_succeeds(bench: Bench) -> None:
    bench.world.hosts.apps[TWO.digest] = FakeApp(ready=20)
    service = bench.another()
    found = bench.deploy(service)
    state = service.state()
    assert state and state.definition == found.arn
    assert not deployment_state(state, found.arn).done
    bench.world.clock.sleep(60)
    state = bench.another().state()
    assert state and deployment_state(state, found.arn).done
    assert {task.images["web"] for task in state.running} == {TWO.digest}


def test_a_deployment_that_ecs_takes_back_says_so_with_the_reasons_of_its_tasks(bench: Bench) -> None:
    bench.world.hosts.apps[TWO.digest] = CRASHES
    service = bench.another()
    before = service.state()
    found = bench.deploy(service)
    bench.world.clock.sleep(120)
    state = service.state()
    assert before and state and state.deployment
    assert (state.definition, state.deployment.definition) == (before.definition, found.arn)
    assert (state.deployment.status, state.deployment.leads_to) == ("ROLLBACK_SUCCESSFUL", before.definition)
    failed = state.failed_of(found.arn)
    assert len(failed) >= 3 and all(task.ended and "exit status 3" in task.reason for task in failed)
    assert "ECS took it back: " in deployment_state(state, found.arn).failed
    assert deployment_state(state, before.definition).done


def test_an_image_that_cannot_be_pulled_is_the_reason_of_its_tasks(bench: Bench) -> None:
    service = bench.another()
    bench.world.registry.remove(TWO.reference)
    found = bench.deploy(service)
    bench.world.clock.sleep(5)
    state = service.state()
    assert state
    (task, *_) = state.failed_of(found.arn)
    assert "CannotPullContainerError" in task.reason
    assert (task.started, task.images.get("web", "")) == ("", "")


def test_a_newer_deployment_supersedes_the_one_before(bench: Bench) -> None:
    bench.world.hosts.apps[TWO.digest] = FakeApp(ready=50)
    service = bench.another()
    before = service.state()
    found = bench.deploy(service)
    bench.world.clock.sleep(10)
    assert before
    bench.another().update(before.definition)
    bench.world.clock.sleep(60)
    state = service.state()
    assert state and state.replaced(found.arn)
    assert deployment_state(state, before.definition).done


def in_stages(bench: Bench, *, pauses: tuple[str, ...] = (), alarms: tuple[str, ...] = ()) -> None:
    scheduler = bench.scheduler
    scheduler.strategy, scheduler.bake, scheduler.pauses, scheduler.alarms = "CANARY", 60, pauses, alarms


def test_a_deployment_in_stages_shows_its_stage_its_traffic_and_its_pause_until_it_is_approved(bench: Bench) -> None:
    in_stages(bench, pauses=("POST_PRODUCTION_TRAFFIC_SHIFT",))
    service = bench.another()
    before = service.state()
    found = bench.deploy(service)
    bench.world.clock.sleep(30)
    state = service.state()
    assert before and state and state.deployment
    assert (state.strategy, state.baking, state.definition) == ("CANARY", 120, found.arn)
    shifting = state.deployment
    assert (shifting.stage, shifting.traffic, shifting.pauses) == ("PRODUCTION_TRAFFIC_SHIFT", 10, ())
    assert (shifting.serves, {task.definition for task in state.serving}) == (before.definition, {before.definition})
    bench.world.clock.sleep(60)
    state = service.state()
    assert state and state.deployment and state.deployment.paused
    (pause,) = state.deployment.pauses
    assert (pause.then, bool(pause.until), state.deployment.serves) == ("ROLLBACK", True, found.arn)
    service.proceed(state.deployment.arn, pause.id)
    bench.world.clock.sleep(120)
    state = service.state()
    assert state and deployment_state(state, found.arn).done


def test_a_deployment_in_stages_can_be_taken_back_and_one_that_has_ended_stays(bench: Bench) -> None:
    in_stages(bench)
    service = bench.another()
    before = service.state()
    found = bench.deploy(service)
    bench.world.clock.sleep(30)
    state = service.state()
    assert before and state and state.deployment
    service.take_back(state.deployment.arn)
    bench.world.clock.sleep(30)
    state = service.state()
    assert state and state.deployment and state.deployment.status == "ROLLBACK_SUCCESSFUL"
    assert (state.definition, state.deployment.definition) == (before.definition, found.arn)
    service.take_back(state.deployment.arn)
    assert service.state() == state


def test_a_task_that_the_load_balancer_sends_no_requests_has_the_reason(bench: Bench) -> None:
    bench.scheduler.balanced = True
    bench.world.hosts.apps[TWO.digest] = FakeApp(fails=30)
    service = bench.another()
    found = bench.deploy(service)
    bench.world.clock.sleep(20)
    state = service.state()
    assert state and state.targets_known and {task.target for task in state.running} == {""}
    bench.world.clock.sleep(20)
    state = service.state()
    assert state
    reason = "it is `unhealthy` in target group `web`: Health checks failed with these codes: [503]"
    assert {task.target for task in state.running_of(found.arn)} == {reason}
    assert targets_of(state, found.arn)[0].endswith(f"gets no requests: {reason}")


@pytest.mark.slow
def test_the_health_of_targets_is_unknown_without_the_right_to_read_it(ecs: Ecs) -> None:
    publish(ecs.world)
    ecs.create(f"acme/shop:{ONE.version}")
    ecs.scheduler.balanced, ecs.denied = True, {"DescribeTargetHealth"}
    state = AwsEcsServices(Redactor()).at(ADDRESS).state()
    assert state and len(state.running) == 2 and not state.targets_known


def test_an_alarm_has_its_state_and_its_reason_and_makes_ecs_take_a_deployment_back(bench: Bench) -> None:
    in_stages(bench, alarms=("shop-5xx",))
    service = bench.another()
    assert service.alarms(()) == service.alarms(("shop-5xx",)) == ()
    bench.make_alarm("shop-5xx")
    (alarm,) = service.alarms(("shop-5xx", "other"))
    assert (alarm.name, alarm.fires) == ("shop-5xx", False)
    found = bench.deploy(service)
    bench.fire("shop-5xx", "Threshold Crossed")
    (alarm,) = service.alarms(("shop-5xx",))
    assert (alarm.fires, alarm.reason) == (True, "Threshold Crossed")
    bench.world.clock.sleep(30)
    state = service.state()
    assert state and state.deployment and (state.alarms, state.deployment.alarms) == (("shop-5xx",), ("shop-5xx",))
    assert "ECS took it back: " in deployment_state(state, found.arn).failed


def test_a_command_runs_in_a_task_that_is_found_again_by_its_key(bench: Bench) -> None:
    service = bench.another()
    state = service.state()
    assert state
    assert service.job("shipit-1") is None
    task = service.run(state.definition, "web", ["app", "--migrate"], "shipit-1")
    found = bench.another().job("shipit-1")
    assert found and (found.id, found.definition, found.succeeded("web")) == (task, state.definition, True)
    assert (service.task(task), service.task("0" * 32), service.job("shipit-2")) == (found, None, None)
    again = service.run(state.definition, "web", ["app", "--migrate"], "shipit-1")
    newest = service.job("shipit-1")
    assert newest and newest.id == again != task
    service.stop(task)


@pytest.mark.slow
def test_a_command_that_fails_has_its_exit_status(ecs: Ecs) -> None:
    publish(ecs.world)
    definition, ecs.exit_status = ecs.create(f"acme/shop:{ONE.version}"), 3
    service = AwsEcsServices(Redactor()).at(ADDRESS)
    found = service.task(service.run(definition, "web", ["app"], "shipit-1"))
    assert found and not found.succeeded("web")
    assert found.reason == "Essential container in task exited; container `web`: exit status 3"


@dataclass
class Store:
    """The place of the record and the lock; `connect` returns the service as another run sees it."""

    connect: Callable[[], EcsService]


def in_memory_store(request: pytest.FixtureRequest) -> Store:
    world = FakeWorld.new()
    return Store(lambda: world.ecs_services.connect().at(ADDRESS))


def in_bucket(request: pytest.FixtureRequest) -> Store:
    request.getfixturevalue("ecs")
    return Store(lambda: AwsEcsServices(Redactor(), 1.5).at(ADDRESS))


def in_parameter_store(request: pytest.FixtureRequest) -> Store:
    request.getfixturevalue("ecs")
    return Store(lambda: AwsEcsServices(Redactor(), 1.5).at(WITHOUT_BUCKET))


@pytest.fixture(
    params=[in_memory_store, *(pytest.param(each, marks=pytest.mark.slow) for each in (in_bucket, in_parameter_store))],
    ids=lambda make: make.__name__,
)
def store(request: pytest.FixtureRequest) -> Store:
    made: Store = request.param(request)
    return made


def test_a_text_is_kept_and_one_that_does_not_exist_is_none(store: Store) -> None:
    service, text = store.connect(), json.dumps({"한글": list(range(20_000))}, ensure_ascii=False)
    assert (service.read(RECORD), service.locked_by(LOCK)) == (None, None)
    with service.lock(LOCK, "run 7"):
        service.write(RECORD, "{}")
        assert service.read(RECORD) == "{}"
        service.write(RECORD, text)
        assert "run 7" in (store.connect().locked_by(LOCK) or "")
        with pytest.raises(ConflictError, match="run 7"), store.connect().lock(LOCK, "run 8"):
            pass
    assert store.connect().read(RECORD) == text
    assert store.connect().locked_by(LOCK) is None
    with store.connect().lock(LOCK, "run 8"):
        pass


def test_a_run_whose_lock_was_taken_away_writes_nothing_more(store: Store) -> None:
    service = store.connect()
    with service.lock(LOCK, "run 7"):
        store.connect().unlock(LOCK)
        with store.connect().lock(LOCK, "run 8"):
            writes: tuple[Callable[[], None], ...] = (
                lambda: service.write(RECORD, "{}"),
                lambda: service.register({"family": "shop"}, {}),
                lambda: service.update("arn"),
            )
            for write in writes:
                with pytest.raises(ConflictError, match="took over"):
                    write()
            assert "run 8" in (store.connect().locked_by(LOCK) or "")
    assert store.connect().read(RECORD) is None


def test_a_log_that_does_not_exist_is_empty(bench: Bench) -> None:
    service = bench.another()
    state = service.state()
    assert state
    assert service.logs(state.running[0].id, "web", 10) == ""
    assert service.logs("unknown", "web", 10) == ""


@pytest.mark.slow
def test_the_log_of_a_container_is_read_from_cloudwatch(ecs: Ecs) -> None:
    import boto3

    publish(ecs.world)
    ecs.create(f"acme/shop:{ONE.version}")
    service = AwsEcsServices(Redactor(["hunter2"])).at(ADDRESS)
    state = service.state()
    assert state
    logs, stream = boto3.client("logs"), f"ecs/web/{state.running[0].id}"
    logs.create_log_group(logGroupName="/shop")
    logs.create_log_stream(logGroupName="/shop", logStreamName=stream)
    events = [{"timestamp": int(time.time() * 1000) + n, "message": f"line {n} hunter2"} for n in range(5)]
    logs.put_log_events(logGroupName="/shop", logStreamName=stream, logEvents=events)
    text = service.logs(state.running[0].id, "web", 2)
    assert text.count("line") == 2 and "line 4" in text and "hunter2" not in text


@pytest.mark.slow
def test_a_missing_cluster_service_or_bucket_is_a_finding(ecs: Ecs) -> None:
    services = AwsEcsServices(Redactor())
    assert [found.code for found in services.at(ADDRESS).findings(None)] == ["service-missing"]
    other = ADDRESS.replace(BUCKET, "other-bucket")
    assert [found.code for found in services.at(other).findings(None)] == ["bucket-missing"]
    assert [found.code for found in services.at(ADDRESS).findings("999999999999")] == ["aws-account"]
    assert services.at(WITHOUT_BUCKET.replace("web", "api")).findings(None)[0].code == "service-missing"
