"""The contract of a host and of its containers: this machine, the same one over SSH, and the one in memory."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from parts.daemon import free_port
from parts.engine import Engine
from parts.registry import Registry
from parts.sshd import SshServer
from parts.web_app import make_web_app

from shipit.adapters.hosts import SshSettings
from shipit.adapters.hosts.ssh.connection import close_connections
from shipit.adapters.places import Connections
from shipit.adapters.registry import Logins
from shipit.core.deploy import Container, ContainerSpec, DeployedImage, HealthAnswer
from shipit.core.images import Reference
from shipit.core.redact import Redactor
from shipit.errors import CommandError, ConflictError, DeployError, RemoteError
from shipit.testing import FakeApp, FakeClock, FakeHosts, FakeRegistry
from shipit.world import RemoteImage
from shipit.world.hosts import LOCAL, CommandResult, Hosts

PATIENCE = 20.0  # seconds
SAYS = ("sh", "-c", "echo found $GREETING; exit 3")


@dataclass
class Bench:
    """A host for a test.

    Args:
        connect: returns all hosts as another run sees them.
        address: the address of the host.
        directory: a directory on the host, which may not exist yet.
        app: an image in the registry, whose app answers at `/version` and `/health`.
        broken: an image in the registry, whose app ends at once with the status 3.
        port: a port of the host that nothing uses.
        wait: lets time pass, in seconds.
    """

    connect: Callable[[], Hosts]
    address: str
    directory: str
    app: DeployedImage
    broken: DeployedImage
    port: int
    wait: Callable[[float], object]
    name: str = field(default_factory=lambda: f"shop-{secrets.token_hex(4)}")

    def __post_init__(self) -> None:
        self.host = self.connect().at(self.address)
        self.containers = self.host.containers

    @property
    def path(self) -> str:
        """The path of a file that does not exist yet, in a directory that does not exist yet."""
        return f"{self.directory}/srv/active"

    @property
    def spec(self) -> ContainerSpec:
        return ContainerSpec(
            name=self.name, image=self.app, app="shop", slot="blue", port=8080, host_port=self.port, stop_seconds=1
        )

    def started(self, spec: ContainerSpec | None = None) -> Container:
        spec = spec or self.spec
        self.containers.pull(spec.image.reference)
        self.containers.start(spec, dict(spec.env))
        return self.found()

    def found(self) -> Container:
        found = self.containers.find(self.name)
        assert found
        return found

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true."""
        for _ in range(int(PATIENCE / 0.1)):
            if condition():
                return
            self.wait(0.1)
        raise AssertionError("it did not become true")

    def answer(self, path: str) -> HealthAnswer:
        """Return the answer of the app, as soon as it gives one."""
        answers: list[HealthAnswer] = []

        def answered() -> bool:
            answers.append(self.host.get(f"http://127.0.0.1:{self.port}{path}"))
            return answers[-1].status > 0

        self.until(answered)
        return answers[-1]


def in_memory(request: pytest.FixtureRequest) -> Bench:
    registry, clock = FakeRegistry(), FakeClock()
    app, broken = (
        DeployedImage(Reference.parse("acme/shop").name, f"sha256:{number:064d}", "1.4.0") for number in (1, 2)
    )
    for image in (app, broken):
        registry.accept(f"{image.name}:{image.digest[-1]}", RemoteImage(image.digest, {}))
    hosts = FakeHosts(registry, clock)
    answers = {"/version": "1.4.0\n", "/health": '{"status":"UP","version":"1.4.0"}\n'}
    hosts.apps[app.digest] = FakeApp(answers, listens=0.2, commands={SAYS: CommandResult(3, "found me")})
    hosts.apps[broken.digest] = FakeApp(exits=0, exit_code=3)
    return Bench(hosts.connect, LOCAL, "/tmp/shipit", app, broken, 18081, clock.sleep)


def on_this_machine(request: pytest.FixtureRequest) -> Bench:
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    engine: Engine = request.getfixturevalue("engine")
    for name, value in engine.environment.items():
        patch.setenv(name, value)

    def connect() -> Hosts:
        return Connections(Logins(), Redactor())

    return real(request, connect, LOCAL)


@pytest.fixture(scope="session")
def images(engine: Engine, registry: Registry) -> tuple[DeployedImage, DeployedImage]:
    """A good image and one whose app ends at once, in the registry."""
    app = make_web_app(engine, "acme/contract", "1.4.0", registry=registry)
    broken = make_web_app(engine, "acme/contract-broken", "1.5.0", registry=registry, exit_now=True)
    good, bad = (
        DeployedImage(image.reference.rpartition(":")[0], image.digest, image.version) for image in (app, broken)
    )
    return good, bad


def real(request: pytest.FixtureRequest, connect: Callable[[], Hosts], address: str) -> Bench:
    """Return a real host; its containers are removed after the test."""
    engine: Engine = request.getfixturevalue("engine")
    tmp_path: Path = request.getfixturevalue("tmp_path")
    good, bad = request.getfixturevalue("images")
    bench = Bench(connect, address, str(tmp_path / "host"), good, bad, free_port(), time.sleep)
    request.addfinalizer(lambda: engine.run("rm", "--force", bench.name))
    return bench


def over_ssh(request: pytest.FixtureRequest) -> Bench:
    server: SshServer = request.getfixturevalue("ssh_server")
    settings = SshSettings(key=server.key.read_text(), known_hosts=server.known_hosts)

    def connect() -> Hosts:
        return Connections(Logins(), Redactor(), settings)

    request.addfinalizer(close_connections)
    return real(request, connect, server.address)


HOSTS = [in_memory, on_this_machine, over_ssh]


@pytest.fixture(params=HOSTS, ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest) -> Bench:
    make: Callable[[pytest.FixtureRequest], Bench] = request.param
    return make(request)


# files


def test_a_file_that_does_not_exist_has_no_text(bench: Bench) -> None:
    assert bench.host.read(bench.path) is None


@pytest.mark.parametrize("text", ["", "green\n", "no line end", "a\r\nb\n\n", "이름 = '가'\n", "\udcff\x00"])
def test_a_written_file_has_exactly_the_text(bench: Bench, text: str) -> None:
    bench.host.write(bench.path, "another, and longer than the text\n")
    bench.host.write(bench.path, text)
    assert bench.host.read(bench.path) == text
    assert bench.connect().at(bench.address).read(bench.path) == text


def test_a_file_below_a_file_cannot_be_written(bench: Bench) -> None:
    bench.host.write(bench.path, "a file")
    with pytest.raises(CommandError, match="cannot be written") as raised:
        bench.host.write(f"{bench.path}/below", "text")
    assert raised.value.hint
    assert bench.host.read(bench.path) == "a file"
    assert bench.host.read(f"{bench.path}/below") is None


# commands


def test_a_program_that_does_not_exist_has_the_status_127(bench: Bench) -> None:
    for run in (bench.host.look, bench.host.run):
        assert run(["no-such-program", "--version"]).status == 127


def test_commands_run_after_a_file_was_written_until_one_fails(bench: Bench) -> None:
    missing = ["no-such-program"]
    results = bench.host.install(bench.path, "green\n", [missing, missing], missing)
    assert bench.host.read(bench.path) == "green\n"
    assert [result.status for result in results] == [127]


def test_a_read_that_was_begun_returns_its_result(bench: Bench) -> None:
    bench.host.write(bench.path, "green\n")
    results = [
        bench.host.begin(lambda: bench.host.read(bench.path)),
        bench.host.begin(lambda: bench.host.read("/none")),
    ]
    assert [result() for result in results] == ["green\n", None]


def test_a_note_is_of_this_run_and_lasts_until_it_writes(bench: Bench) -> None:
    writes: list[Callable[[], object]] = [
        lambda: bench.host.write(bench.path, "text"),
        lambda: bench.host.run(["true"]),
        lambda: bench.host.install(bench.path, "text", [], ["true"]),
    ]
    for write in writes:
        bench.host.notes["settings"] = "a1"
        bench.host.look(["true"])
        assert (dict(bench.host.notes), dict(bench.connect().at(bench.address).notes)) == ({"settings": "a1"}, {})
        write()
        assert not bench.host.notes


# requests


def test_a_port_that_nothing_listens_on_gives_no_answer(bench: Bench) -> None:
    answer = bench.host.get(f"http://127.0.0.1:{bench.port}/health")
    assert (answer.status, bool(answer.body)) == (0, True)


def test_an_app_answers_at_its_port_of_the_host(bench: Bench) -> None:
    bench.started()
    assert bench.answer("/version") == HealthAnswer(200, "1.4.0\n")
    assert bench.host.get(f"http://127.0.0.1:{bench.port}/no-such-path").status == 404


# locks


def test_a_lock_is_free_before_and_after_it_is_held(bench: Bench) -> None:
    lock, other = f"{bench.directory}/shop", bench.connect().at(bench.address)
    assert other.locked_by(lock) is None
    with bench.host.lock(lock, "run 7"):
        owner = other.locked_by(lock)
        assert owner and "run 7" in owner
    assert other.locked_by(lock) is None


def test_a_lock_that_another_run_holds_is_a_conflict_that_names_it(bench: Bench) -> None:
    lock, other = f"{bench.directory}/shop", bench.connect().at(bench.address)
    with bench.host.lock(lock, "run 7"):
        with pytest.raises(ConflictError, match="run 7") as raised, other.lock(lock, "run 8"):
            pass
        assert raised.value.hint
        bench.host.write(bench.path, "still mine")
    with other.lock(lock, "run 8"):
        other.write(bench.path, "now theirs")


def test_two_locks_can_be_held_together(bench: Bench) -> None:
    with bench.host.lock(f"{bench.directory}/one", "run 7"), bench.host.lock(f"{bench.directory}/two", "run 7"):
        bench.host.write(bench.path, "text")
    assert bench.host.locked_by(f"{bench.directory}/one") is None


def test_an_error_in_the_block_frees_the_lock(bench: Bench) -> None:
    lock = f"{bench.directory}/shop"
    with pytest.raises(KeyError), bench.host.lock(lock, "run 7"):
        raise KeyError
    assert bench.connect().at(bench.address).locked_by(lock) is None


def test_a_run_whose_lock_was_taken_away_can_write_nothing_more(bench: Bench) -> None:
    lock, other = f"{bench.directory}/shop", bench.connect().at(bench.address)
    bench.containers.pull(bench.app.reference)
    with bench.host.lock(lock, "run 7"):
        bench.host.write(bench.path, "first")
        other.unlock(lock)
        assert other.locked_by(lock) is None
        writes: list[Callable[[], object]] = [
            lambda: bench.host.write(bench.path, "second"),
            lambda: bench.host.run(["true"]),
            lambda: bench.host.install(bench.path, "second", [["true"]], ["true"]),
            lambda: bench.containers.start(bench.spec, {}),
            lambda: bench.containers.remove(bench.name),
        ]
        for write in writes:
            with pytest.raises(ConflictError) as raised:
                write()
            assert raised.value.hint
        with other.lock(lock, "run 8"):
            other.write(bench.path, "third")
    assert (bench.host.read(bench.path), bench.containers.find(bench.name)) == ("third", None)


# containers


def test_a_usable_engine_has_no_finding(bench: Bench) -> None:
    assert bench.containers.findings() == ()


def test_a_container_that_does_not_exist_is_not_found(bench: Bench) -> None:
    assert bench.containers.find(bench.name) is None
    assert bench.containers.publishing(bench.port) is None
    assert bench.containers.logs(bench.name, 10) == ""


def test_an_image_is_there_after_it_was_pulled(bench: Bench) -> None:
    bench.containers.pull(bench.app.reference)
    bench.containers.pull(bench.app.reference)
    assert bench.containers.has_image(bench.app.reference)
    missing = replace(bench.app, digest="sha256:" + "9" * 64)
    assert not bench.containers.has_image(missing.reference)
    with pytest.raises(RemoteError, match="9999"):
        bench.containers.pull(missing.reference)


def test_a_started_container_is_described(bench: Bench) -> None:
    found = bench.started()
    assert (found.name, found.running, found.restarts, found.problem) == (bench.name, True, 0, None)
    assert (found.image, found.ports, found.health) == (bench.app, {8080: bench.port}, "")
    assert bench.spec.is_of(found)
    assert found.started[:2] == "20"
    assert bench.containers.publishing(bench.port) == found


def test_a_started_container_replaces_the_one_with_its_name(bench: Bench) -> None:
    before = bench.started()
    other = replace(bench.spec, env={"MODE": "fast"})
    after = bench.started(other)
    assert before.id != after.id
    assert other.is_of(after) and not bench.spec.is_of(after)


def test_a_stopped_container_is_kept_and_can_be_restarted(bench: Bench) -> None:
    before = bench.started()
    bench.answer("/version")
    bench.containers.stop(bench.name, seconds=1)
    stopped = bench.found()
    assert (stopped.id, stopped.status, stopped.ports) == (before.id, "exited", {})
    assert bench.containers.publishing(bench.port) is None
    assert bench.host.get(f"http://127.0.0.1:{bench.port}/version").status == 0
    bench.containers.stop(bench.name, seconds=1)
    bench.containers.restart(bench.name)
    bench.containers.restart(bench.name)
    assert (bench.found().id, bench.found().running) == (before.id, True)
    assert bench.answer("/version").status == 200


def test_a_removed_container_is_gone_and_can_be_removed_again(bench: Bench) -> None:
    bench.started()
    bench.containers.remove(bench.name)
    bench.containers.remove(bench.name)
    assert bench.containers.find(bench.name) is None


def test_a_container_whose_program_ends_has_a_problem(bench: Bench) -> None:
    bench.started(replace(bench.spec, image=bench.broken))
    bench.until(lambda: bench.found().problem)
    assert "was restarted" in (bench.found().problem or "")


def test_without_restarts_the_exit_status_is_the_problem(bench: Bench) -> None:
    bench.started(replace(bench.spec, image=bench.broken, restart="no"))
    bench.until(lambda: bench.found().problem)
    assert "ended with status 3" in (bench.found().problem or "")


def test_a_port_that_is_in_use_is_an_error_and_the_other_container_stays(bench: Bench) -> None:
    bench.started()
    second = replace(bench.spec, name=f"{bench.name}-second")
    try:
        with pytest.raises(DeployError, match=str(bench.port)) as raised:
            bench.containers.start(second, {})
        assert raised.value.hint
        assert bench.found().running
    finally:
        bench.containers.remove(second.name)


def test_an_image_that_was_not_pulled_cannot_be_started(bench: Bench) -> None:
    missing = replace(bench.app, digest="sha256:" + "9" * 64)
    with pytest.raises(RemoteError):
        bench.containers.start(replace(bench.spec, image=missing), {})
    assert bench.containers.find(bench.name) is None


@pytest.mark.parametrize("write", ["stop", "restart", "execute"])
def test_a_container_that_does_not_exist_cannot_be_changed(bench: Bench, write: str) -> None:
    with pytest.raises(RemoteError):
        if write == "stop":
            bench.containers.stop(bench.name, seconds=1)
        elif write == "restart":
            bench.containers.restart(bench.name)
        else:
            bench.containers.execute(bench.name, ["true"], timeout=10)


def test_a_command_in_a_container_of_its_own_has_a_result_and_leaves_nothing(bench: Bench) -> None:
    bench.containers.pull(bench.app.reference)
    once = replace(bench.spec, slot="migrate", host_port=0, command=SAYS)
    done = bench.containers.run(once, {"GREETING": "me"}, timeout=30)
    assert done == CommandResult(3, "found me")
    assert bench.containers.find(bench.name) is None
