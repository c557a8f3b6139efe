"""Deployments to a Kubernetes cluster in memory, with the same code that makes real ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from deploy.stage import Stage, digest_of, first_sentence, undone

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage, digest_in
from shipit.errors import CommandError, ConflictError, DeployError, PreflightError
from shipit.plan.deploy import DeployPlan
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeCluster, FakeDeployment, FakeWorld, crash_matrix
from shipit.world import RemoteImage, World
from shipit.world.hosts import CommandResult

CONFIG = """\
[environments.dev]
branch = "main"
image = {{ name = "acme/shop", tags = ["{{branch}}-{{sha}}"] }}

[environments.dev.deploy]
kind = "kubernetes"
name = "shop"
namespace = "shop"
deployment = "web"
{target}
"""
ADDRESS = "kubernetes:shop"
RECORD = "shipit-shop.json"


class ClusterStage(Stage):
    """A stage whose target is a Deployment of Kubernetes."""

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> ClusterStage:
        return cls(parse_config(CONFIG.format(target=target)))


def cluster_of(world: FakeWorld) -> FakeCluster:
    return world.clusters.at(ADDRESS)


def web(world: FakeWorld) -> FakeDeployment:
    return cluster_of(world).deployments["web"]


def begun(stage: ClusterStage, *versions: str) -> tuple[FakeWorld, list[DeployedImage]]:
    """Return a world with a Deployment that somebody applied, to which `versions` were deployed."""
    world = FakeWorld.new()
    world.registry.accept("acme/shop:0.9.0", RemoteImage("sha256:" + "9" * 64))
    cluster_of(world).add("web", {"web": "acme/shop@sha256:" + "9" * 64})
    return world, stage.deployed(world, *versions)


def runs(world: FakeWorld) -> set[str]:
    """Return the digests of the images that the ready pods run."""
    return {digest_in(image) for pod in web(world).workload.ready for image in pod.images.values()}


def test_a_deployment_gives_the_pods_the_image_by_digest_and_records_it() -> None:
    stage = ClusterStage.of()
    world, (image,) = begun(stage, "1.0.0")
    assert runs(world) == {image.digest}
    assert web(world).images == {"web": image.reference}
    assert read_record(cluster_of(world), RECORD).current == image
    assert "shipit: 1.0.0" in web(world).causes[0]


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (
            FakeApp(ready=100, exits=1, exit_code=3, log="no database"),
            "crashes again and again: CrashLoopBackOff: exit status 3",
        ),
        (FakeApp(ready=10_000, log="still warming up"), "its progress deadline is exceeded"),
    ],
)
def test_an_image_that_fails_is_replaced_by_the_one_before(app: FakeApp, reason: str) -> None:
    stage = ClusterStage.of()
    world, (image,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", app)
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert reason in raised.value.what
    assert raised.value.tail == app.log
    assert raised.value.exit_code == 6
    assert first_sentence(raised.value) == f"{image} serves, as before; this was verified"
    assert runs(world) == {image.digest}


def test_a_rollback_brings_back_the_version_before_and_holds_the_other() -> None:
    stage = ClusterStage.of()
    world, (first, second) = begun(stage, "1.0.0", "1.1.0")
    stage.rollback(world.next_run())
    assert runs(world) == {first.digest}
    assert read_record(cluster_of(world), RECORD).held == (second.digest,)
    with pytest.raises(PreflightError, match="not ready"):
        stage.deploy(world.next_run())


def codes(plan: DeployPlan) -> dict[str, str]:
    return {finding.code: finding.severity for finding in plan.findings}


@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        (lambda web: setattr(web, "paused", True), "rollout-paused", "error"),
        (lambda web: setattr(web, "replicas", 0), "no-replicas", "error"),
        (lambda web: setattr(web, "probed", ()), "no-readiness-probe", "error"),
        (lambda web: setattr(web, "pre_stop", ()), "no-pre-stop", "warning"),
        (lambda web: setattr(web, "recreates", True), "recreate", "warning"),
        (lambda web: web.images.update(log="acme/log:1"), "container", "error"),
        (lambda web: web.labels.update({"argocd.argoproj.io/instance": "shop"}), "managed", "error"),
        (lambda web: web.labels.update({"kustomize.toolkit.fluxcd.io/name": "shop"}), "managed", "error"),
        (lambda web: web.labels.update({"app.kubernetes.io/managed-by": "Helm"}), "managed", "warning"),
    ],
)
def test_a_plan_shows_what_would_go_wrong(change: Callable[[FakeDeployment], object], code: str, severity: str) -> None:
    stage = ClusterStage.of()
    world, _ = begun(stage)
    change(web(world))
    stage.publish(world, "1.0.0")
    assert codes(stage.plan(world)) == {code: severity}


def test_a_manager_that_reverts_nothing_is_no_problem() -> None:
    stage = ClusterStage.of()
    world, _ = begun(stage)
    web(world).labels["app.kubernetes.io/managed-by"] = "the shop team"
    stage.publish(world, "1.0.0")
    assert codes(stage.plan(world)) == {}


def test_a_missing_deployment_and_a_wrong_container_are_named() -> None:
    stage = ClusterStage.of('container = "app"')
    world, _ = begun(stage)
    stage.publish(world, "1.0.0")
    assert "no container `app`" in stage.plan(world).findings[0].what
    cluster_of(world).deployments.clear()
    assert codes(stage.plan(world)) == {"deployment-missing": "error"}


def test_a_container_without_a_probe_is_accepted_on_request() -> None:
    stage = ClusterStage.of('health = "none"')
    world, _ = begun(stage)
    web(world).probed = ()
    stage.publish(world, "1.0.0")
    assert codes(stage.plan(world)) == {}


def test_only_the_named_container_of_several_gets_the_image() -> None:
    stage = ClusterStage.of('container = "web"')
    world, _ = begun(stage)
    world.registry.accept("acme/log:1", RemoteImage("sha256:" + "7" * 64))
    web(world).set_image("log", "acme/log@sha256:" + "7" * 64)
    (image,) = stage.deployed(world, "1.0.0")
    assert web(world).images == {"web": image.reference, "log": "acme/log@sha256:" + "7" * 64}


def test_a_deployment_that_names_a_tag_is_taken_over_and_comes_back_by_its_digest() -> None:
    stage, digest = ClusterStage.of(), "sha256:" + "9" * 64
    world, _ = begun(stage)
    web(world).set_image("web", "acme/shop:0.9.0")
    web(world).reported = f"docker.io/acme/shop@{digest}"
    (host,) = stage.status(world).hosts
    assert host.serving and host.serving.digest == digest
    stage.publish(world, "1.0.0", FakeApp(ready=10_000))
    with pytest.raises(DeployError, match="was not rolled out"):
        stage.deploy(world.next_run())
    assert web(world).images == {"web": f"acme/shop@{digest}"}


def test_a_version_that_got_traffic_and_failed_is_held() -> None:
    stage = ClusterStage.of()
    world, (first,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0", FakeApp(fails=5, log="out of connections"))
    with pytest.raises(DeployError, match="after its rollout"):
        stage.deploy(world.next_run())
    assert runs(world) == {first.digest}
    assert read_record(cluster_of(world), RECORD).held == (second.digest,)


def test_the_status_shows_an_image_that_another_program_rolled_out() -> None:
    stage = ClusterStage.of()
    world, (first, second) = begun(stage, "1.0.0", "1.1.0")
    web(world).set_image("web", first.reference)
    (host,) = stage.status(world).hosts
    assert host.serving == first
    assert host.drift == (f"{first} runs, but {second} was verified last",)


def test_an_unlocked_run_changes_nothing_more() -> None:
    stage = ClusterStage.of()
    world, _ = begun(stage)
    cluster = cluster_of(world)
    with cluster.lock("shipit-shop", "run 7"):
        api.unlock(stage.project(world), "dev")
        with pytest.raises(ConflictError, match="took over"):
            cluster.write(RECORD, "")


def test_a_serving_version_has_only_done_steps() -> None:
    stage = ClusterStage.of()
    world, _ = begun(stage, "1.0.0")
    assert undone(stage.plan(world.next_run()), world) == []


MIGRATE = 'migrate = ["app", "--migrate"]\nverify = ["./smoke.sh"]'
COMMAND = ("app", "--migrate")


def test_a_migration_runs_before_the_rollout_and_a_check_after_it() -> None:
    stage = ClusterStage.of(MIGRATE)
    world, _ = begun(stage)
    image = stage.publish(world, "1.0.0")
    kinds = [step.kind for step in stage.plan(world).steps if step.kind != "report-deployment"]
    assert kinds == [
        *(
            "record-event",
            "record-event",
            "run-job",
            "patch-deployment",
            "await-rollout",
            "verify-rollout",
            "confirm-rollout",
        )
    ]
    seen: list[set[str]] = []
    world.process.effects["./smoke.sh"] = lambda files, env: seen.append(runs(world))
    stage.deploy(world)
    assert cluster_of(world).commands == [COMMAND]
    assert seen == [{image.digest}]


def test_a_migration_that_fails_leaves_the_deployment_as_it_is() -> None:
    stage = ClusterStage.of(MIGRATE)
    world, (image,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", FakeApp(commands={COMMAND: CommandResult(1, "no such table")}))
    with pytest.raises(DeployError, match="failed: Error: exit status 1") as raised:
        stage.deploy(world.next_run())
    assert first_sentence(raised.value) == f"{image} serves, as before; this was verified"
    assert runs(world) == {image.digest}
    assert len(web(world).causes) == 1
    assert read_record(cluster_of(world), RECORD).held == ()


def test_a_check_that_fails_brings_back_the_version_before() -> None:
    stage = ClusterStage.of(MIGRATE)
    world, (first,) = begun(stage, "1.0.0")
    second = stage.publish(world, "1.1.0")
    run = world.next_run()

    def smoke(files: object, env: object) -> None:
        raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    run.process.effects["./smoke.sh"] = smoke
    with pytest.raises(DeployError, match="did not pass"):
        stage.deploy(run)
    assert runs(world) == {first.digest}
    assert read_record(cluster_of(world), RECORD).held == (second.digest,)


def test_a_rollback_runs_no_migration_and_no_check() -> None:
    stage = ClusterStage.of(MIGRATE)
    world, (first, _) = begun(stage, "1.0.0", "1.1.0")
    stage.rollback(world.next_run())
    assert runs(world) == {first.digest}
    assert cluster_of(world).commands == [COMMAND, COMMAND]


def test_the_first_deployment_can_be_rolled_back_to_the_image_that_served() -> None:
    stage = ClusterStage.of()
    world, (first,) = begun(stage, "1.0.0")
    stage.rollback(world.next_run())
    assert runs(world) == {"sha256:" + "9" * 64}
    assert read_record(cluster_of(world), RECORD).held == (first.digest,)


def test_a_first_version_that_fails_after_a_kill_is_replaced_by_the_image_before_it() -> None:
    stage = ClusterStage.of()

    def failing() -> FakeWorld:
        world, _ = begun(stage)
        stage.publish(world, "1.0.0", FakeApp(fails=5))
        return world

    def deploy(world: World) -> None:
        world.clock.sleep(10)  # a version that was rolled out before the kill fails meanwhile
        with suppress(DeployError, PreflightError):
            stage.deploy(world)

    for crash in crash_matrix(failing, deploy, state, FakeWorld.next_run):
        assert crash.state["runs"] == {"sha256:" + "9" * 64}, f"{crash.when} {crash.at} {crash.write}"


def new_world(stage: ClusterStage, *versions: str) -> FakeWorld:
    """Return a world in which all `versions` but the last are deployed, and the last is in the registry."""
    *earlier, last = versions
    world, _ = begun(stage, *earlier)
    stage.publish(world, last)
    return world


def state(world: FakeWorld) -> dict[str, object]:
    record = read_record(cluster_of(world), RECORD)
    verified = record.current
    locked = cluster_of(world).locked_by("shipit-shop")
    return {"runs": runs(world), "verified": verified and verified.digest, "held": record.held, "locked": locked}


def finished(version: str, held: tuple[str, ...] = ()) -> dict[str, object]:
    digest = digest_of(version)
    return {"runs": {digest}, "verified": digest, "held": held, "locked": None}


@pytest.mark.parametrize(("target", "writes"), [("", 8), (MIGRATE, 12)], ids=["plain", "with a migration"])
@pytest.mark.parametrize("versions", [("1.0.0",), ("1.0.0", "1.1.0")], ids=len)
def test_a_killed_deployment_is_finished_by_running_it_again(
    versions: tuple[str, ...], target: str, writes: int
) -> None:
    stage = ClusterStage.of(target)
    crashes = list(crash_matrix(lambda: new_world(stage, *versions), stage.deploy, state, FakeWorld.next_run))
    assert len(crashes) == writes + (2 if len(versions) == 1 else 0)  # the first one records what served before
    for crash in crashes:
        assert crash.state == finished(versions[-1]), f"{crash.when} {crash.at} {crash.write}"


@pytest.mark.parametrize("app", [FakeApp(ready=10_000), FakeApp(fails=5)], ids=["in the rollout", "after it"])
def test_a_killed_return_to_the_old_version_is_finished_by_the_same_command(app: FakeApp) -> None:
    stage = ClusterStage.of()

    def failing() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0")
        world.hosts.apps[digest_of("1.1.0")] = app
        return world

    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            stage.deploy(world)

    crashes = list(crash_matrix(failing, deploy, state, FakeWorld.next_run))
    assert len(crashes) >= 8
    for crash in crashes:
        assert crash.state | {"held": ()} == finished("1.0.0"), f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_rollback_is_finished_by_running_it_again() -> None:
    stage = ClusterStage.of()

    def deployed() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0", "1.2.0")
        stage.deploy(world.next_run())
        return world

    *crashes, after_all = crash_matrix(deployed, stage.rollback, state, FakeWorld.next_run)
    for crash in crashes:
        assert crash.state == finished("1.1.0", (digest_of("1.2.0"),)), f"{crash.when} {crash.at} {crash.write}"
    assert after_all.state["runs"] == {digest_of("1.0.0")}  # that rollback was finished, so the second went on
