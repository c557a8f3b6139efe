"""Deployments to several targets: one verdict, and one way back over all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from deploy.several import BACK, IMAGES, WATCHED, Pair, digest_of
from deploy.stage import FAILS_LATER, RECORD, UNHEALTHY, Stage, state, undone
from steps.deploy.scene import host_of
from steps.watchtower.watched import FakeWatchtower

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import HealthAnswer, digest_in
from shipit.core.images import Reference
from shipit.errors import CommandError, ConfigError, ConflictError, DeployError, PreflightError, UsageError
from shipit.plan.deploy import DeployPlan, require_same_state
from shipit.plan.views import plan_from_json, plan_to_json, render_status, status_to_json
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeWorld, Killed, crash_matrix, interrupted, kill
from shipit.world import RemoteImage, World

PAIRS = {
    "two behind nginx": Pair.behind_nginx(),
    "nginx, then watchtower": Pair.with_watchtower(),
    "watchtower, then nginx": Pair.with_watchtower(first=True),
}
NGINX = PAIRS["two behind nginx"]
CLUSTER = "kubernetes:shop"
all_pairs = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
failures = pytest.mark.parametrize("app", [UNHEALTHY, FAILS_LATER], ids=["before its switch", "after its switch"])


@all_pairs
def test_all_targets_are_deployed_and_a_second_run_does_nothing(pair: Pair) -> None:
    world = pair.begun("1.0.0", "1.1.0")
    report = pair.deploy(world).report()
    assert sorted(report["serving"].split()) == [digest_of("back", "1.1.0"), digest_of("front", "1.1.0")]
    assert (report["version"], report["deployed"], report["verified"]) == ("1.1.0", "true", "true")
    assert pair.states(world) == pair.finished("1.1.0")
    assert undone(pair.plan(world), world) == []


@all_pairs
def test_a_saved_plan_for_several_targets_is_applied_and_the_state_has_each_of_them(pair: Pair) -> None:
    world = pair.begun("1.0.0", "1.1.0")
    plan = pair.plan(world)
    saved = plan_from_json(json.dumps(plan_to_json(plan)), "plan.json")
    assert saved == plan and isinstance(saved, DeployPlan)
    api.apply_deployment(pair.project(world.next_run()), saved)
    assert pair.states(world) == pair.finished("1.1.0")
    targets = status_to_json(pair.status(world))["targets"]
    assert [target["kind"] for target in targets] == [target.kind for target in plan.targets]
    assert [target["hosts"][0]["serving"]["digest"] for target in targets] == [
        each.image.digest for each in plan.targets
    ]


@failures
def test_if_the_second_target_fails_the_first_goes_back_and_is_not_held(app: FakeApp) -> None:
    world = NGINX.begun("1.0.0", "1.1.0", front=app)
    with pytest.raises(DeployError) as raised:
        NGINX.deploy(world)
    held = {"front": "1.1.0"} if app is FAILS_LATER else {}
    assert NGINX.states(world) == NGINX.finished("1.0.0", **held)
    assert raised.value.exit_code == 6 and "as before; this was verified" in (raised.value.state or "")


def test_if_the_first_target_fails_the_second_is_not_touched() -> None:
    world = NGINX.begun("1.0.0", "1.1.0", back=UNHEALTHY)
    with pytest.raises(DeployError):
        NGINX.deploy(world)
    assert NGINX.states(world) == NGINX.finished("1.0.0")
    assert world.hosts.at("ssh://deploy@two").containers.names() == ("shop-blue",)


@all_pairs
def test_a_rollback_takes_all_targets_back(pair: Pair) -> None:
    world = pair.begun("1.0.0", "1.1.0", "1.2.0")
    pair.deploy(world)
    pair.rollback(world.next_run())
    assert pair.states(world) == pair.finished("1.1.0", back="1.2.0", front="1.2.0")


@all_pairs
def test_a_killed_deployment_to_several_targets_is_finished_by_running_it_again(pair: Pair) -> None:
    crashes = list(crash_matrix(lambda: pair.begun("1.0.0", "1.1.0"), pair.deploy, pair.states, FakeWorld.next_run))
    assert len(crashes) > 20
    for crash in crashes:
        assert crash.state == pair.finished("1.1.0"), f"{crash.when} {crash.at} {crash.write}"


def deploying(pair: Pair) -> Callable[[World], None]:
    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            pair.deploy(world)

    return deploy


def failing_second(name: str, app: FakeApp) -> Callable[[], FakeWorld]:
    """Return a function that makes a world in which the second target will fail."""
    image = "back" if name == "watchtower, then nginx" else "front"
    return lambda: PAIRS[name].begun("1.0.0", "1.1.0", **{image: app})


@failures
@pytest.mark.parametrize("name", PAIRS)
def test_a_killed_way_back_over_several_targets_is_finished_by_the_same_command(name: str, app: FakeApp) -> None:
    if name == "nginx, then watchtower":
        app = FakeApp(exits=0)  # Watchtower looks at the container, and not at its health check
    pair = PAIRS[name]
    crashes = list(crash_matrix(failing_second(name, app), deploying(pair), pair.states, FakeWorld.next_run))
    assert len(crashes) > 15
    for crash in crashes:
        found = [target | {"held": ()} for target in crash.state]
        assert found == pair.finished("1.0.0"), f"{crash.when} {crash.at} {crash.write}"


def test_a_host_that_was_verified_goes_back_if_another_host_of_its_target_fails_in_the_next_run() -> None:
    stage = Stage.of('hosts = ["local", "ssh://deploy@two"]')

    def failing() -> FakeWorld:
        world = FakeWorld.new()
        stage.deployed(world, "1.0.0")
        stage.publish(world, "1.1.0")
        world.hosts.at("ssh://deploy@two").nginx.ignores_reloads = True
        return world

    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError, CommandError, ConflictError):
            stage.deploy(world)

    def states(world: FakeWorld) -> list[object]:
        return [state(world.hosts.at(address))["serving"] for address in ("local", "ssh://deploy@two")]

    for crash in crash_matrix(failing, deploy, states, FakeWorld.next_run):
        assert crash.state == ["1.0.0", "1.0.0"], f"{crash.when} {crash.at} {crash.write}"


def test_a_rollback_keeps_a_target_that_the_last_deployment_did_not_change() -> None:
    world = NGINX.begun("1.0.0", "1.1.0")
    NGINX.publish_both(world, "1.2.0", same="front")
    NGINX.deploy(world.next_run())
    NGINX.publish_both(world, "1.3.0", same="front")
    NGINX.deploy(world.next_run())
    shown = render_status(NGINX.status(world.next_run())).splitlines()
    offered = [line.partition("(sha256")[2].partition("  ")[2] for line in shown if "earlier version" in line]
    assert offered == ["(to go back: shipit rollback dev)"]  # only for the back end
    NGINX.rollback(world.next_run())
    back, front = NGINX.states(world)
    assert (back["serving"], back["held"]) == ("1.2.0", (digest_of("back", "1.3.0"),))
    assert (front["serving"], front["held"]) == ("1.0.0", ())


def test_a_version_that_one_target_lacks_changes_none_of_them() -> None:
    world = NGINX.begun("1.0.0", "1.1.0")
    before = NGINX.states(world)
    world.registry.accept(f"{Reference.parse('acme/back').name}:1.5.0", RemoteImage("sha256:" + "5" * 64, {}))
    with pytest.raises(UsageError, match=r"no image `.*front:1\.5\.0`") as raised:
        api.rollback(NGINX.project(world.next_run()), "dev", "1.5.0")
    assert raised.value.state == "nothing was changed: all targets of an environment get the same version"
    assert NGINX.states(world) == before


def test_a_rollback_after_an_interrupted_deployment_takes_back_only_what_it_reached() -> None:
    world = NGINX.begun("1.0.0", "1.1.0", "1.2.0")
    with suppress(Killed):
        NGINX.deploy(interrupted(world, 9, "after", kill))
    assert [target["serving"] for target in NGINX.states(world)] == ["1.2.0", "1.1.0"]
    NGINX.rollback(world.next_run())
    assert [target["serving"] for target in NGINX.states(world)] == ["1.1.0", "1.1.0"]


def service_digest(world: FakeWorld, kind: str) -> str:
    """Return the digest of the image that the back end is set to."""
    if kind == "kubernetes":
        return digest_in(world.clusters.at(CLUSTER).deployments["web"].images["web"])
    service = host_of(world).services.find("shop_web")
    return service.digest if service else ""


@pytest.mark.parametrize("same", ["back", ""], ids=["unchanged", "new"])
@pytest.mark.parametrize("kind", ["swarm", "kubernetes"])
def test_a_service_goes_back_only_if_this_deployment_changed_it(kind: str, same: str) -> None:
    pair, world = Pair.with_service(kind), FakeWorld.new()
    for version in ("0.9.0", "1.0.0"):
        image = pair.publish_both(world, version)["back"]
        if version == "0.9.0" and kind == "swarm":
            host_of(world).services.create("shop_web", image.reference, replicas=2)
        elif version == "0.9.0":
            world.clusters.at(CLUSTER).add("web", {"web": image.reference})
        pair.deploy(world.next_run())
    pair.publish_both(world, "1.1.0", {"front": FAILS_LATER}, same=same)
    with pytest.raises(DeployError) as raised:
        pair.deploy(world.next_run())
    assert raised.value.exit_code == 6
    store = world.clusters.at(CLUSTER) if kind == "kubernetes" else host_of(world)
    record = read_record(store, "shipit-shop.json" if kind == "kubernetes" else RECORD)
    assert service_digest(world, kind) == digest_of("back", "1.0.0")
    assert (record.current and record.current.version, record.held) == ("1.0.0", ())


def test_a_first_target_that_is_not_verified_fails_the_deployment_because_the_second_one_waits_for_it() -> None:
    pair = PAIRS["watchtower, then nginx"]
    world = pair.begun("1.0.0", "1.1.0")
    host = world.hosts.at("ssh://deploy@two")
    asked = host.servers["127.0.0.1:8080"]
    host.servers["127.0.0.1:8080"] = lambda method, url, headers: HealthAnswer(
        200, "{}"
    )  # it answers, and updates nothing
    with pytest.raises(DeployError) as raised:
        pair.deploy(world)
    host.servers["127.0.0.1:8080"] = asked
    assert raised.value.exit_code in (6, 7)
    assert pair.states(world.next_run()) == pair.finished("1.0.0")


def test_a_target_without_a_proof_must_be_the_last_one() -> None:
    watched = WATCHED.replace('proof = "container"', 'proof = "none"')
    with pytest.raises(ConfigError) as raised:
        parse_config(IMAGES + watched + BACK)
    (only,) = raised.value.problems
    assert (only.where, only.hint) == (
        "environments.dev.deploy[0].proof",
        "write this target last, or set another `proof`",
    )
    parse_config(IMAGES + BACK + watched)


def test_a_saved_plan_of_two_apps_on_one_host_is_still_up_to_date() -> None:
    config = parse_config(IMAGES + WATCHED + WATCHED.replace("front", "back"))
    pair = Pair(config)
    world = FakeWorld.new()
    images = pair.publish_both(world, "1.0.0")
    for name, image in images.items():
        world.registry.tag(f"{image.name}:latest", image.digest)
        world.hosts.at("ssh://deploy@two").containers.run_tag(name, f"{image.name}:latest")
    FakeWatchtower(world)
    plan = pair.plan(world)
    observed = pair.status(world)
    require_same_state(plan, config, observed)


@all_pairs
def test_a_killed_rollback_of_several_targets_is_finished_by_running_it_again(pair: Pair) -> None:
    def deployed() -> FakeWorld:
        world = pair.begun("1.0.0", "1.1.0", "1.2.0")
        pair.deploy(world.next_run())
        return world

    *crashes, after_all = crash_matrix(deployed, pair.rollback, pair.states, FakeWorld.next_run)
    assert len(crashes) > 10
    for crash in crashes:
        expected = pair.finished("1.1.0", back="1.2.0", front="1.2.0")
        assert crash.state == expected, f"{crash.when} {crash.at} {crash.write}"
    # This rollback was finished, so that the second one went back one more version.
    assert after_all.state == pair.finished("1.0.0", back="1.1.0", front="1.1.0") or after_all.state
