"""Deployments that each kind of target refuses or takes back, in memory: the earlier version serves afterwards.

`tests/deploy/test_blue_green.py` and `test_watchtower.py` have the same for their kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from deploy.compose_stage import PROJECT, ComposeStage
from deploy.compose_stage import digest_of as service_digest
from deploy.stage import Stage, digest_of
from deploy.swarm_stage import SwarmStage
from deploy.swarm_stage import runs as swarm_runs
from deploy.test_kubernetes import ClusterStage, cluster_of
from deploy.test_kubernetes import begun as cluster_begun
from deploy.test_kubernetes import runs as cluster_runs
from steps.deploy.scene import host_of

from shipit.errors import CommandError, ConflictError, DeployError, PreflightError, RemoteError, ShipitError, UsageError
from shipit.testing import FakeApp, FakeRegistry, FakeWorld

OLD, NEW = "1.0.0", "1.1.0"


@dataclass
class Kind:
    """A kind of target.

    Args:
        stage: runs the deployments.
        begin: makes the world in which `OLD` serves and was verified.
        publish: publishes a version whose app behaves like this.
        served: the digests that serve.
        digest: the digest of a version.
        place: the host or the namespace with the lock.
        lock: the name of the lock.
        later: an app that fails only while it is watched.
    """

    stage: Stage
    begin: Callable[[], FakeWorld]
    publish: Callable[[FakeWorld, str, FakeApp], object]
    served: Callable[[FakeWorld], set[str]]
    digest: Callable[[str], str]
    place: Callable[[FakeWorld], Any]
    lock: str
    later: FakeApp

    def fails(self, world: FakeWorld, error: type[ShipitError], **options: Any) -> ShipitError:
        """Return the error of a deployment, after which the earlier version serves and the lock is free."""
        with pytest.raises(error) as raised:
            self.stage.deploy(world.next_run(), **options)
        assert self.served(world) == {self.digest(OLD)}
        assert self.place(world).locked_by(self.lock) is None
        return raised.value

    def other_run(self, world: FakeWorld) -> AbstractContextManager[None]:
        lock: AbstractContextManager[None] = self.place(world).lock(self.lock, "https://ci.example/run/7")
        return lock


def compose() -> Kind:
    stage = ComposeStage.of()

    def begin() -> FakeWorld:
        world = stage.new_world()
        stage.deployed(world, OLD)
        return world

    def publish(world: FakeWorld, version: str, app: FakeApp) -> object:
        return stage.publish_pair(world, version, backend=app)

    def served(world: FakeWorld) -> set[str]:
        containers = host_of(world).containers
        running = host_of(world).compose.running(PROJECT, "backend")
        images = [containers.image_of(each.id) for each in running]
        return {image.digest_of("") for image in images if image}

    def digest(version: str) -> str:
        return service_digest("backend", version)

    later = FakeApp(fails=6, log="out of connections")
    return Kind(stage, begin, publish, served, digest, host_of, "/var/lib/shipit/shop-dev-backend", later)


def swarm() -> Kind:
    stage = SwarmStage.of()
    lock, later = "/var/lib/shipit/shop", FakeApp(fails=9, log="out of connections")
    return Kind(stage, lambda: stage.begun(OLD), stage.publish, swarm_runs, digest_of, host_of, lock, later)


def kubernetes() -> Kind:
    stage = ClusterStage.of()

    def begin() -> FakeWorld:
        world, _ = cluster_begun(stage, OLD)
        return world

    later = FakeApp(fails=9, log="out of connections")
    return Kind(stage, begin, stage.publish, cluster_runs, digest_of, cluster_of, "shipit-shop", later)


@pytest.fixture(params=[compose, swarm, kubernetes], ids=lambda make: make.__name__)
def kind(request: pytest.FixtureRequest) -> Kind:
    made: Kind = request.param()
    return made


def codes(error: ShipitError) -> list[str]:
    assert isinstance(error, PreflightError)
    return [finding.code for finding in error.findings if finding.blocks]


@pytest.mark.parametrize(
    "app",
    [
        FakeApp(start_error="exec format error"),
        FakeApp(ready=100, exits=1, exit_code=3, log="cannot reach the database"),
        FakeApp(ready=10_000, log="cannot reach the database"),
    ],
    ids=["cannot start", "crashes", "never answers"],
)
def test_a_bad_version_is_status_6_and_the_earlier_one_serves(kind: Kind, app: FakeApp) -> None:
    world = kind.begin()
    kind.publish(world, NEW, app)
    error = kind.fails(world, DeployError)
    assert error.exit_code == 6
    assert "serves, as before; this was verified" in (error.state or "")
    assert error.hint


def test_a_version_that_fails_while_it_is_watched_goes_back(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, kind.later)
    error = kind.fails(world, DeployError)
    assert isinstance(error, DeployError)
    assert error.tail == "out of connections"


def test_the_step_that_asks_the_public_address_knows_the_environment_for_its_hint(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, FakeApp())
    steps: list[Any] = [step for step in kind.stage.plan(world).steps if step.kind.startswith("confirm")]
    assert {step.environment for step in steps} == {"dev"}


def test_a_version_that_does_not_exist_changes_nothing(kind: Kind) -> None:
    world = kind.begin()
    assert "9.9.9" in kind.fails(world, UsageError, version="9.9.9").what


def test_a_commit_without_an_image_changes_nothing(kind: Kind) -> None:
    world = kind.begin()
    world.commit("feat: more")
    world.push()
    assert set(codes(kind.fails(world, PreflightError))) == {"image-missing"}


def test_an_older_commit_does_not_replace_a_newer_one(kind: Kind) -> None:
    world = kind.begin()
    older = world.git.head()
    kind.publish(world, NEW, FakeApp())
    kind.stage.deploy(world.next_run())
    with pytest.raises(PreflightError) as raised:
        kind.stage.deploy(world.fresh_clone(at=older))
    assert set(codes(raised.value)) == {"older"}
    assert kind.served(world) == {kind.digest(NEW)}


def test_a_version_that_was_rolled_back_is_not_brought_back_by_the_next_run(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, FakeApp())
    kind.stage.deploy(world.next_run())
    kind.stage.rollback(world.next_run())
    assert set(codes(kind.fails(world, PreflightError))) == {"held"}


def test_a_second_deployment_at_the_same_time_is_refused(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, FakeApp())
    with kind.other_run(world), pytest.raises(ConflictError, match="run/7") as raised:
        kind.stage.deploy(world.next_run())
    assert str(raised.value.hint).endswith("if that run hangs: shipit unlock dev")
    assert kind.served(world) == {kind.digest(OLD)}


@contextmanager
def replaced(owner: type, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Replace a method for some time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, function)
        yield


def test_a_registry_that_is_down_changes_nothing(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, FakeApp())

    def down(*arguments: object) -> None:
        raise RemoteError("the registry did not answer")

    with replaced(FakeRegistry, "find", down), pytest.raises(RemoteError) as raised:
        kind.stage.deploy(world.next_run())
    assert raised.value.exit_code == 5
    assert kind.served(world) == {kind.digest(OLD)}


def test_a_disk_without_space_for_the_record_changes_nothing(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, FakeApp())

    def full(*arguments: object, **options: object) -> None:
        raise CommandError("the record cannot be written: No space left on device")

    with replaced(type(kind.place(world)), "write", full):
        assert "No space left" in kind.fails(world, CommandError).what
    kind.stage.deploy(world.next_run())
    assert kind.served(world) == {kind.digest(NEW)}


def test_a_disk_that_is_full_at_the_end_takes_the_version_back(kind: Kind) -> None:
    world = kind.begin()
    kind.publish(world, NEW, FakeApp())
    place = type(kind.place(world))
    write, failures = place.write, iter([True])

    def full(self: Any, path: str, text: Any, *arguments: Any, **options: Any) -> Any:
        if "verified" in str(text).rpartition('"kind"')[2] and next(failures, False):
            raise CommandError("the record cannot be written: No space left on device")
        return write(self, path, text, *arguments, **options)

    with replaced(place, "write", full):
        kind.fails(world, CommandError)
    kind.stage.deploy(world.next_run(), retry=True)
    assert kind.served(world) == {kind.digest(NEW)}
