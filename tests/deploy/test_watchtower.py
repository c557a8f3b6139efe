"""Deployments with Watchtower to hosts in memory, with the same code that makes real ones."""

from __future__ import annotations

import pytest
from deploy.stage import Stage, first_sentence
from msgspec.structs import replace
from steps.deploy.scene import host_of
from steps.watchtower.watched import TOKEN, FakeWatchtower

from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage, HealthAnswer
from shipit.errors import (
    AuthError,
    ConfigError,
    DeployError,
    NotVerifiedError,
    PreflightError,
    RemoteError,
    UnsafeError,
    UsageError,
)
from shipit.plan.images import observe_wanted_images
from shipit.steps.deploy import read_record
from shipit.steps.forge import ReportDeployment
from shipit.testing import FakeApp, FakeWorld

CONFIG = """\
[environments.dev]
branch = "main"
image = {{ name = "ghcr.io/acme/shop", tags = ["latest", "{{branch}}-{{sha}}"] }}

[environments.dev.deploy]
kind = "watchtower"
name = "shop"
{target}
"""
CONTAINER = 'proof = "container"\nhosts = ["local"]\ncontainer = "shop"\nurl = "http://127.0.0.1:8080"\n'
ENDPOINT = 'proof = "endpoint"\nidentity = { url = "https://shop.example/info", json = "version" }\n'
NAME = "ghcr.io/acme/shop"
TAG = f"{NAME}:latest"
RECORD = "/var/lib/shipit/shop.json"


class WatchedStage(Stage):
    """A stage whose target is Watchtower. It publishes images, and moves no tag that Watchtower follows."""

    @classmethod
    def of(cls, target: str = CONTAINER, environment: str = "", nginx: str = "") -> WatchedStage:
        return cls(parse_config(CONFIG.format(target=target)))

    def publish(self, world: FakeWorld, version: str, app: FakeApp | None = None) -> DeployedImage:
        found = super().publish(world, version, app)
        stored = world.registry.find(f"acme/shop:{version}")
        assert stored
        (wanted,), _ = observe_wanted_images(world, self.config, "dev", branch=None)
        for reference in (wanted.permanent_tags[0], f"{NAME}:{version}"):
            world.registry.accept(reference, stored)
        return replace(found, name=NAME)


def begun(stage: WatchedStage, *, works: bool = True) -> tuple[FakeWorld, FakeWatchtower, DeployedImage]:
    """Return a world in which version 1.0.0 runs, was verified, and has the tag."""
    world = FakeWorld.new()
    first = stage.publish(world, "1.0.0")
    world.registry.tag(TAG, first.digest)
    host_of(world).containers.run_tag("shop", TAG)
    watchtower = FakeWatchtower(world)
    stage.deploy(world.next_run())
    watchtower.requests.clear()
    if not works:
        watchtower.works = lambda: None
    return world, watchtower, first


def runs(world: FakeWorld) -> str:
    image = host_of(world).containers.image_of("shop")
    return image.digest_of(NAME) if image else ""


def held(world: FakeWorld) -> tuple[str, ...]:
    return read_record(host_of(world), RECORD).held


def test_the_tag_is_moved_and_watchtower_is_asked_until_the_digest_runs() -> None:
    stage = WatchedStage.of()
    world, watchtower, _ = begun(stage)
    second = stage.publish(world, "1.1.0")
    assert world.registry.tags[TAG] != second.digest
    report = stage.deploy(world.next_run()).report()
    assert (report["deployed"], report["verified"], report["serving"]) == ("true", "true", second.digest)
    assert world.registry.tags[TAG] == runs(world) == second.digest
    assert len(watchtower.requests) == 2
    assert read_record(host_of(world), RECORD).current == second


def test_a_version_that_runs_already_is_not_asked_for() -> None:
    stage = WatchedStage.of()
    world, watchtower, first = begun(stage)
    report = stage.deploy(world.next_run()).report()
    assert (report["deployed"], report["serving"], watchtower.requests) == ("true", first.digest, [])


def test_a_watchtower_that_does_nothing_is_never_a_deployment() -> None:
    stage = WatchedStage.of()
    world, _, first = begun(stage, works=False)
    second = stage.publish(world, "1.1.0")
    deployment = stage.deploy(world.next_run())
    report = deployment.report()
    assert (report["deployed"], report["verified"], report["serving"]) == ("false", "false", "")
    (reason,) = deployment.unverified.values()
    assert reason.startswith(
        "its tag was moved, but it is not proven that the hosts run it: after 180 seconds container `shop` still runs"
    )
    assert (runs(world), world.registry.tags[TAG], held(world)) == (first.digest, second.digest, ())


def test_the_forge_never_shows_a_version_as_deployed_that_was_not_proven() -> None:
    stage = WatchedStage.of()
    world, _, _ = begun(stage, works=False)
    world.forge.shows_deployments = True
    stage.publish(world, "1.1.0")
    deployment = stage.deploy(world.next_run())
    reports = [step for step in deployment.plan.steps if isinstance(step, ReportDeployment)]
    assert {world.forge.deployment_state(report.deployment) for report in reports} == {"inactive"}


def test_a_required_proof_that_fails_moves_the_tag_back() -> None:
    stage = WatchedStage.of(CONTAINER + "require-verified = true\n")
    world, _, first = begun(stage, works=False)
    stage.publish(world, "1.1.0")
    with pytest.raises(NotVerifiedError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert "1.0.0" in (raised.value.state or "") and "serves, as before" in (raised.value.state or "")
    assert (runs(world), world.registry.tags[TAG]) == (first.digest, first.digest)


def test_a_refused_token_moves_the_tag_back() -> None:
    stage = WatchedStage.of()
    world, _, first = begun(stage)
    stage.publish(world, "1.1.0")
    world.secrets.put(f"env:{TOKEN}", {TOKEN: "wrong horse"})
    with pytest.raises(AuthError, match="refused the token") as raised:
        stage.deploy(world.next_run())
    assert "serves, as before" in (raised.value.state or "")
    assert (runs(world), world.registry.tags[TAG], held(world)) == (first.digest, first.digest, ())


def test_a_missing_token_is_found_before_the_tag_is_moved() -> None:
    stage = WatchedStage.of()
    world, _, first = begun(stage)
    stage.publish(world, "1.1.0")
    world.secrets.put(f"env:{TOKEN}", {})
    with pytest.raises(PreflightError) as raised:
        stage.deploy(world.next_run())
    assert [finding.code for finding in raised.value.findings] == ["watchtower-token"]
    assert world.registry.tags[TAG] == first.digest


def test_a_watchtower_that_cannot_pull_moves_the_tag_back() -> None:
    stage = WatchedStage.of()
    world, watchtower, first = begun(stage)

    def unreachable() -> None:
        raise RemoteError("the registry cannot be reached")

    watchtower.works = unreachable
    stage.publish(world, "1.1.0")
    with pytest.raises(DeployError, match="could not update container `shop`"):
        stage.deploy(world.next_run())
    assert (runs(world), world.registry.tags[TAG]) == (first.digest, first.digest)


@pytest.mark.parametrize("app", [FakeApp(exits=1), FakeApp(health="unhealthy")])
def test_a_version_that_fails_is_held_and_the_earlier_one_runs_again(app: FakeApp) -> None:
    stage = WatchedStage.of()
    world, _, first = begun(stage)
    second = stage.publish(world, "1.1.0", app)
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert "serves, as before" in (raised.value.state or "")
    assert (runs(world), world.registry.tags[TAG], held(world)) == (first.digest, first.digest, (second.digest,))
    with pytest.raises(PreflightError, match="not ready"):
        stage.deploy(world.next_run())
    assert world.registry.tags[TAG] == first.digest


def test_a_container_that_does_not_come_back_is_unsafe() -> None:
    stage = WatchedStage.of()
    world, watchtower, first = begun(stage)
    watchtower.works = lambda: host_of(world).containers.remove("shop")
    stage.publish(world, "1.1.0")
    with pytest.raises(UnsafeError) as raised:
        stage.deploy(world.next_run())
    assert "there is no container `shop`" in (raised.value.state or "")
    assert world.registry.tags[TAG] == first.digest


def test_a_run_that_began_between_two_containers_says_which_version_serves_now() -> None:
    stage = WatchedStage.of()
    world, watchtower, first = begun(stage)
    stage.publish(world, "1.1.0")
    host_of(world).containers.stop("shop", seconds=10)  # by the update of a run that was killed

    def finish() -> None:
        watchtower.update()
        raise RemoteError("busy")

    watchtower.works = finish
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    state = "no version served when this deployment began, so there is no earlier version to go back to"
    assert first_sentence(raised.value) == f"{state}; {first} serves now"


def test_a_rollback_moves_the_tag_back_and_no_later_run_moves_it_forward() -> None:
    stage = WatchedStage.of()
    world, watchtower, first = begun(stage)
    second = stage.publish(world, "1.1.0")
    stage.deploy(world.next_run())
    report = stage.rollback(world.next_run()).report()
    assert (report["deployed"], report["serving"]) == ("true", first.digest)
    assert (runs(world), world.registry.tags[TAG], held(world)) == (first.digest, first.digest, (second.digest,))
    watchtower.requests.clear()
    with pytest.raises(PreflightError) as raised:
        stage.deploy(world.next_run())
    assert {finding.code for finding in raised.value.findings} == {"held"}
    assert (world.registry.tags[TAG], watchtower.requests) == (first.digest, [])
    stage.deploy(world.next_run(), retry=True)
    assert (runs(world), held(world)) == (second.digest, ())


def test_the_images_of_the_environment_do_not_move_the_tag() -> None:
    stage = WatchedStage.of()
    world, _, _ = begun(stage)
    (wanted,), _ = observe_wanted_images(world, stage.config, "dev", branch=None)
    assert (wanted.followed, wanted.moving_tags) == ((TAG,), ())


def test_a_queued_run_of_an_older_commit_does_not_move_the_tag_back() -> None:
    stage = WatchedStage.of()
    world, _, _ = begun(stage)
    old = world.fresh_clone()
    second = stage.publish(world, "1.1.0")
    stage.deploy(world.next_run())
    with pytest.raises(PreflightError) as raised:
        stage.deploy(old)
    assert {finding.code for finding in raised.value.findings} == {"older"}
    tagged = world.registry.find(TAG)
    assert tagged and tagged.digest == runs(world) == second.digest


@pytest.mark.parametrize("reached", [1, 2])
def test_a_run_that_is_killed_while_it_waits_is_finished_by_the_next_one(
    reached: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = WatchedStage.of()
    world, _, _ = begun(stage)
    second = stage.publish(world, "1.1.0")
    run, sleeps = world.next_run(), iter(range(1, 10))
    sleep = world.clock.sleep

    def dying(seconds: float) -> None:
        if next(sleeps) == reached:
            raise KeyboardInterrupt
        sleep(seconds)

    monkeypatch.setattr(world.clock, "sleep", dying)
    with pytest.raises(KeyboardInterrupt):
        stage.deploy(run)
    monkeypatch.setattr(world.clock, "sleep", sleep)
    assert stage.deploy(world.next_run()).report()["deployed"] == "true"
    assert read_record(host_of(world), RECORD).current == second
    assert runs(world) == second.digest


def test_without_hosts_an_endpoint_proves_the_version() -> None:
    stage = WatchedStage.of(ENDPOINT)
    world = FakeWorld.new()
    image = stage.publish(world, "1.1.0")
    host = host_of(world)
    host.servers["shop.example"] = lambda *request: HealthAnswer(200, '{"version": "1.1.0"}')
    report = stage.deploy(world.next_run()).report()
    assert (report["deployed"], report["verified"], world.registry.tags[TAG]) == ("true", "true", image.digest)
    with pytest.raises(UsageError, match="no earlier version"):
        stage.rollback(world.next_run())


def test_without_a_proof_a_deployment_says_that_it_is_not_known_what_runs() -> None:
    stage = WatchedStage.of('proof = "none"\n')
    world = FakeWorld.new()
    stage.publish(world, "1.1.0")
    deployment = stage.deploy(world.next_run())
    assert deployment.report()["verified"] == deployment.report()["deployed"] == "false"
    assert list(deployment.unverified.values()) == ["its tag was moved, but it is not proven that the hosts run it"]


def test_a_notification_without_a_proof_does_not_say_that_a_version_is_live() -> None:
    stage = WatchedStage.of('proof = "none"\n')
    notify = parse_config('[[notify]]\nkind = "webhook"\nurl = "env:TEAM_WEBHOOK"\n').notify
    stage, world = WatchedStage(replace(stage.config, notify=notify)), FakeWorld.new()
    stage.publish(world, "1.1.0")
    stage.deploy(world.next_run())
    ((_, message),) = world.notifications.sent
    assert (message["event"], message["serving"]) == ("deployed", "")
    assert "1.1.0 was deployed to dev, but it is not known which version is live" in message["text"]


@pytest.mark.parametrize(
    ("target", "where", "what"),
    [
        ('proof = "container"\nhosts = ["local"]\n', "proof", "needs the name of the container"),
        ('proof = "container"\ncontainer = "shop"\n', "proof", "needs the hosts"),
        ('proof = "endpoint"\n', "proof", "needs the request"),
        ('proof = "none"\nrequire-verified = true\n', "require-verified", "without a proof"),
    ],
)
def test_a_proof_needs_its_keys(target: str, where: str, what: str) -> None:
    with pytest.raises(ConfigError) as raised:
        WatchedStage.of(target)
    (problem,) = raised.value.problems
    assert what in problem.what
    assert problem.where.endswith(where) and problem.hint


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("ghcr.io/acme/shop:1.0.0", "was started from `ghcr.io/acme/shop:1.0.0`"),
        ("", "there is no container `shop`"),
    ],
)
def test_a_container_that_watchtower_will_never_update_is_a_finding(reference: str, what: str) -> None:
    stage = WatchedStage.of()
    world, _, _ = begun(stage)
    stage.publish(world, "1.1.0")
    containers = host_of(world).containers
    containers.remove("shop")
    if reference:
        containers.run_tag("shop", reference)
    with pytest.raises(PreflightError) as raised:
        stage.deploy(world.next_run())
    assert any(what in finding.what for finding in raised.value.findings if finding.code == "watchtower-container")


def test_the_status_shows_a_tag_that_leads_elsewhere() -> None:
    stage = WatchedStage.of()
    world, _, _ = begun(stage, works=False)
    stage.publish(world, "1.1.0")
    stage.deploy(world.next_run())
    (host,) = stage.status(world.next_run()).hosts
    assert host.healthy
    assert any(f"`{TAG}` leads to 1.1.0" in sentence for sentence in host.drift)
