"""The contract of the services of a swarm: those of a real engine, and those in memory."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from parts.engine import Engine
from parts.registry import Registry
from parts.swarm import QUICK, Swarm
from parts.web_app import make_web_app

from shipit.adapters.places import Connections
from shipit.adapters.registry import Logins
from shipit.core.deploy import (
    DeployedImage,
    Service,
    ServiceChange,
    ServiceJob,
    image_labels,
    job_done,
    job_failure,
)
from shipit.core.images import Reference
from shipit.core.redact import Redactor
from shipit.errors import ConflictError
from shipit.testing import FakeApp, FakeClock, FakeHosts, FakeRegistry
from shipit.world import RemoteImage
from shipit.world.hosts import LOCAL, CommandResult, Hosts

PATIENCE = 60.0  # seconds
OLD, NEW, BROKEN = "1.4.0", "1.5.0", "1.6.0"
# Ends well at once, but in the image of `BROKEN` as its app does.
MIGRATION: tuple[str, ...] = ("sh", "-c", 'test -z "$EXIT_NOW" || exec serve')


@dataclass
class Bench:
    """A swarm for a test.

    Args:
        connect: returns all hosts as another run sees them.
        create: creates a service with an image, one task, `start-first` and a rollback after a failure.
        images: the images by version; the app of `BROKEN` ends at once with the status 3.
        wait: lets time pass, in seconds.
        directory: a directory on the host, which may not exist yet.
    """

    connect: Callable[[], Hosts]
    create: Callable[[str, str], object]
    images: dict[str, DeployedImage]
    wait: Callable[[float], object]
    directory: str
    name: str = field(default_factory=lambda: f"shop-{secrets.token_hex(4)}")

    def __post_init__(self) -> None:
        self.host = self.connect().at(LOCAL)
        self.services = self.host.services

    def found(self) -> Service:
        found = self.services.find(self.name)
        assert found
        return found

    def settled(self, version: str) -> Service:
        """Return the service as soon as all its tasks run this version."""
        return self.until(lambda service: not service.unsettled(self.images[version].digest))

    def until(self, condition: Callable[[Service], object]) -> Service:
        for _ in range(int(PATIENCE / 0.2)):
            if condition(found := self.found()):
                return found
            self.wait(0.2)
        raise AssertionError(f"it did not become true: {self.found()}")

    def begun(self) -> Service:
        self.create(self.name, self.images[OLD].reference)
        return self.settled(OLD)

    def change(self, version: str) -> ServiceChange:
        image = self.images[version]
        return ServiceChange(image.reference, image_labels(image), monitor=1.5)


def in_memory(request: pytest.FixtureRequest) -> Bench:
    registry, clock = FakeRegistry(), FakeClock()
    name = Reference.parse("acme/shop").name
    images = {version: DeployedImage(name, f"sha256:{version[2]:>064}", version) for version in (OLD, NEW, BROKEN)}
    for image in images.values():
        registry.accept(f"{name}:{image.version}", RemoteImage(image.digest, {}))
    hosts = FakeHosts(registry, clock)
    log = "error: cannot start: EXIT_NOW is set"
    failed = {MIGRATION: CommandResult(3, log)}
    hosts.apps[images[BROKEN].digest] = FakeApp(exits=0.5, exit_code=3, log=log, commands=failed)

    def create(name: str, image: str) -> None:
        hosts.at(LOCAL).services.create(name, image)

    return Bench(hosts.connect, create, images, clock.sleep, "/var/lib/shipit")


def in_swarm(request: pytest.FixtureRequest) -> Bench:
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    swarm: Swarm = request.getfixturevalue("swarm_of_one")
    for variable, value in swarm.manager.environment.items():
        patch.setenv(variable, value)

    def connect() -> Hosts:
        return Connections(Logins(), Redactor())

    def create(name: str, image: str) -> None:
        swarm.create_service(
            name, image, "--update-order", "start-first", "--update-failure-action", "rollback", *QUICK
        )
        request.addfinalizer(lambda: swarm.manager.run("service", "rm", name))

    directory: Path = request.getfixturevalue("tmp_path")
    return Bench(connect, create, request.getfixturevalue("service_images"), time.sleep, str(directory))


@pytest.fixture(scope="session")
def service_images(engine: Engine, registry: Registry) -> dict[str, DeployedImage]:
    """Return the images in the registry, by version."""
    found = {}
    for version in (OLD, NEW, BROKEN):
        made = make_web_app(engine, "acme/service", version, registry=registry, exit_now=version == BROKEN)
        found[version] = DeployedImage(made.reference.rpartition(":")[0], made.digest, version)
    return found


@pytest.fixture(params=[in_memory, in_swarm], ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest) -> Bench:
    make: Callable[[pytest.FixtureRequest], Bench] = request.param
    return make(request)


def test_a_manager_has_no_finding_and_a_service_that_does_not_exist_is_not_found(bench: Bench) -> None:
    assert bench.services.findings() == ()
    assert bench.services.find(bench.name) is None
    assert bench.services.logs(bench.name, 10) == ""


def test_a_service_is_described_and_an_update_changes_only_what_it_names(bench: Bench) -> None:
    before = bench.begun()
    assert (before.name, before.digest, before.replicas) == (bench.name, bench.images[OLD].digest, 1)
    assert (before.order, before.monitor, before.update, before.nodes) == ("start-first", 1, "", 1)
    assert (before.host_ports, before.health_check, before.deployed) == ((), None, None)
    assert [task.runs and task.began for task in before.tasks] == [True]
    assert bench.services.update(before, bench.change(NEW))
    assert bench.found().digest == bench.images[NEW].digest
    after = bench.settled(NEW)
    assert (after.deployed, after.update) == (bench.images[NEW], "completed")
    changed = {"image", "labels", "monitor", "update", "update_message", "version", "tasks"}
    same = {name: getattr(before, name) for name in Service.__struct_fields__ if name not in changed}
    assert replace(after, **same) == after
    assert {task.digest for task in after.tasks if not task.is_wanted} == {bench.images[OLD].digest}


def test_an_update_of_a_service_that_changed_meanwhile_changes_nothing(bench: Bench) -> None:
    before = bench.begun()
    assert bench.services.update(before, replace(bench.change(OLD), image=before.image))
    assert not bench.services.update(before, bench.change(NEW))
    after = bench.found()
    assert (after.image, after.monitor, after.update) == (before.image, 1.5, "")
    assert [task.id for task in after.tasks] == [task.id for task in before.tasks]


def test_an_update_that_fails_goes_back_and_shows_the_error_and_the_log_of_a_task(bench: Bench) -> None:
    assert bench.services.update(bench.begun(), bench.change(BROKEN))
    service = bench.until(lambda service: service.update == "rollback_completed")
    assert (service.digest, service.rolled_back) == (bench.images[OLD].digest, True)
    service = bench.settled(OLD)  # the state of the update says nothing about the tasks
    failed = service.failure(bench.images[BROKEN].digest)
    assert failed and (failed.error, failed.began, failed.is_wanted) == ("task: non-zero exit (3)", True, False)
    assert "EXIT_NOW is set" in bench.services.logs(bench.name, 10, failed.id)
    assert service.failure(bench.images[OLD].digest) is None


def test_a_run_whose_lock_was_taken_away_updates_nothing(bench: Bench) -> None:
    service, lock = bench.begun(), f"{bench.directory}/shop"
    with bench.host.lock(lock, "run 7"):
        bench.connect().at(LOCAL).unlock(lock)
        with pytest.raises(ConflictError):
            bench.services.update(service, bench.change(NEW))
    assert bench.found().version == service.version


def job_of(bench: Bench, version: str, *command: str) -> ServiceJob:
    return ServiceJob(bench.name, bench.images[version].reference, command)


def ended(bench: Bench, job: ServiceJob) -> Service:
    """Return a job after its command has ended."""
    for _ in range(int(PATIENCE / 0.2)):
        found = bench.services.find(job.name)
        assert found
        if job_done(found) or job_failure(found):
            return found
        bench.wait(0.2)
    raise AssertionError(f"it did not end: {found}")


def test_a_job_runs_its_command_once_beside_the_service_and_is_replaced_by_the_next(bench: Bench) -> None:
    before = bench.begun()
    job = job_of(bench, NEW, *MIGRATION)
    bench.services.start_job(job)
    found = ended(bench, job)
    assert (job.is_of(found), job_done(found), job_failure(found)) == (True, True, "")
    bench.wait(1)
    after = bench.services.find(job.name)
    assert after and len(after.tasks) == 1
    other = job_of(bench, OLD, *MIGRATION)
    bench.services.start_job(other)
    assert other.is_of(ended(bench, other)) and not job.is_of(ended(bench, other))
    assert [task.id for task in bench.found().tasks] == [task.id for task in before.tasks]
    bench.services.remove_job(job)
    bench.services.remove_job(job)
    assert bench.services.find(job.name) is None


def test_a_job_that_fails_shows_its_status_and_its_output_and_is_not_repeated(bench: Bench) -> None:
    bench.begun()
    job = job_of(bench, BROKEN, *MIGRATION)
    bench.services.start_job(job)
    found = ended(bench, job)
    assert (job_done(found), job_failure(found)) == (False, "non-zero exit (3)")
    assert "EXIT_NOW is set" in bench.services.logs(job.name, 10)
    bench.wait(1)
    after = bench.services.find(job.name)
    assert after and len(after.tasks) == 1
    bench.services.remove_job(job)


def test_an_engine_that_is_not_in_a_swarm_has_a_finding(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in engine.environment.items():
        monkeypatch.setenv(variable, value)
    (finding,) = Connections(Logins(), Redactor()).at(LOCAL).services.findings()
    assert (finding.code, finding.blocks) == ("swarm-manager", True)
    assert "docker swarm init" in finding.fix
