"""An engine, or a program in front of it, that answers badly: an error that names it, in bounded time and memory."""

from __future__ import annotations

import gc
import json
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from adapters.raw_engine import answer, raw_engine
from adapters.raw_server import Talk, repeats, sends

from shipit.adapters.engine import Address, DockerContainers, DockerEngine, DockerServices
from shipit.adapters.engine.bounded_client import BoundedClient
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.deploy import ContainerSpec, DeployedImage, Service, ServiceChange, ServiceJob
from shipit.core.limits import Count, Size, Time
from shipit.core.redact import Redactor
from shipit.errors import DeployError, RemoteError, ShipitError

# The SDK keeps sockets of answers that it does not read to their end; they are closed when they are collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

DIGEST = "sha256:" + "a" * 64
SPEC = ContainerSpec("app", DeployedImage("acme/app", DIGEST, "1.0.0", ""), "app", "blue", 80, 8080)
SERVICE = Service("app", "acme/app", 1, {}, 1, 1, "", "", "stop-first", 5, (), None, ())
JOB = ServiceJob("app", f"acme/app@{DIGEST}", ("app", "--migrate"))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
CHUNKED = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
WRONG = {"Id": 1, "Config": 5, "State": [], "NetworkSettings": None, "Processes": 7, "Spec": 1, "ID": {}, "Swarm": 3}
ANSWERS: Mapping[str, bytes] = {
    "a page": answer(b"<html>no</html>", kind="text/html"),
    "nothing": answer(b""),
    "null": answer(b"null"),
    "a list": answer(b"[]"),
    "an empty object": answer(b"{}"),
    "a number": answer(b"5"),
    "a list of texts": answer(b'["a"]'),
    "other types": answer(json.dumps(WRONG).encode()),
    "a list of other types": answer(json.dumps([WRONG]).encode()),
    "endless depth": answer(b"[" * 100_000),
    "no text": answer(b"\xff\xfe\x00"),
    "status 500 with a page": answer(b"<html>" + b"x" * 100_000, "500 Internal Server Error", "text/html"),
    "status 500 with a list": answer(b"[1]", "500 Internal Server Error"),
    "status 500 with endless depth": answer(b'{"message":' + b"[" * 100_000, "500 Internal Server Error"),
    "a redirect": answer(b"", "301 Moved Permanently"),
    "not modified": answer(b"", "304 Not Modified"),
    "a cut answer": HEAD.replace(b"\r\n\r\n", b"\r\nContent-Length: 1000\r\n\r\n") + b'{"Id"',
    "no answer": b"",
}
Calls = Mapping[str, Callable[[], object]]


def calls(address: Address, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Calls:
    """Return a call of each method, by its name."""
    monkeypatch.setenv("DOCKER_HOST", address.url)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    containers = DockerContainers(lambda: address, Logins(), Redactor(), lambda: None)
    services = DockerServices(lambda: address, Logins(), Redactor(), lambda: None)
    engine = DockerEngine(str(tmp_path), Logins(), Redactor())
    return {
        "find": lambda: containers.find("app"),
        "labelled": lambda: containers.labelled({"a": "b"}),
        "image_of": lambda: containers.image_of("app"),
        "publishing": lambda: containers.publishing(80),
        "has_image": lambda: containers.has_image("app"),
        "processes": lambda: containers.processes("app"),
        "pull": lambda: containers.pull(f"acme/app@{DIGEST}"),
        "start": lambda: containers.start(SPEC, {}),
        "run": lambda: containers.run(SPEC, {}, timeout=1),
        "restart": lambda: containers.restart("app"),
        "stop": lambda: containers.stop("app", seconds=0),
        "remove": lambda: containers.remove("app"),
        "execute": lambda: containers.execute("app", ["true"], timeout=1),
        "swarm": services.findings,
        "service": lambda: services.find("app"),
        "update": lambda: services.update(SERVICE, ServiceChange(f"acme/app@{DIGEST}")),
        "job": lambda: services.start_job(JOB),
        "end of a job": lambda: services.remove_job(JOB),
        "image": lambda: engine.find("app:1"),
        "builder": engine.builder,
        "push": lambda: engine.push("localhost:1/app:1"),
        "log": lambda: containers.logs("app", 5),
        "log of a service": lambda: services.logs("app", 5),
    }


LOGS = ("log", "log of a service")


@pytest.fixture
def reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Talk], Calls]]:
    with ExitStack() as stack:
        connect = BoundedClient.__init__

        def and_close(client: BoundedClient, **options: Any) -> None:
            stack.callback(client.close)
            connect(client, **options)

        monkeypatch.setattr(BoundedClient, "__init__", and_close)
        yield lambda talk: calls(stack.enter_context(raw_engine(talk, tmp_path)), monkeypatch, tmp_path)
    gc.collect()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_is_no_bug_of_shipit(reached: Callable[[Talk], Calls], name: str) -> None:
    for method, call in reached(sends(ANSWERS[name])).items():
        try:
            call()
        except ShipitError as error:
            assert isinstance(error, RemoteError | DeployError), method
            assert len(error.what) < 3_000
            assert method not in LOGS


@pytest.mark.parametrize("call", ["find", "pull"])
def test_an_answer_with_too_many_values_is_refused_before_they_take_memory(
    reached: Callable[[Talk], Calls], monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(limits, "ANSWER_VALUES", Count("services", 9, "", ""))
    with pytest.raises(RemoteError, match="more than 9 values"):
        reached(sends(answer(b'{"Id": [0, 0, 0, 0, 0, 0, 0, 0, 0]}')))[call]()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("ENGINE_SILENCE", "TRANSFER_TIME", "ENGINE_LOG"):
        monkeypatch.setattr(limits, limit, Time("engine", 1, "", ""))
    monkeypatch.setattr(limits, "ANSWER_SIZE", Size("engine", 1 << 20, "", ""))


SLOW = {
    "one byte after the other": repeats(HEAD, b" ", 0.05),
    "a header byte after the other": repeats(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05),
    "an answer without end": repeats(HEAD, b" " * 65536),
    "chunks without end": repeats(CHUNKED, b"4\r\n[[[ \r\n", 0.001),
    "events without end": repeats(CHUNKED, b'e\r\n{"status": 1}\n\r\n', 0.001),
    "silence": repeats(b"", b"", 20),
}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("name", SLOW)
def test_each_method_ends_at_its_limit(reached: Callable[[Talk], Calls], name: str) -> None:
    ended: dict[str, object] = {}

    def end(method: str, call: Callable[[], object]) -> None:
        try:
            ended[method] = call()
        except Exception as error:
            ended[method] = error

    threads = [threading.Thread(target=end, args=item, daemon=True) for item in reached(SLOW[name]).items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 100
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    assert not [thread for thread in threads if thread.is_alive()]
    wrong = {
        method: end
        for method, end in ended.items()
        if method not in LOGS and not isinstance(end, RemoteError | DeployError)
    }
    assert not wrong


def test_a_command_in_a_container_that_hangs_is_left_at_its_limit(reached: Callable[[Talk], Calls]) -> None:
    """nginx in a container can hang when it loads a configuration; the engine has answered long before."""
    answers = iter([answer(b'{"Id": "1"}'), b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n"])

    def talk(connection) -> None:  # type: ignore[no-untyped-def]
        connection.sendall(next(answers, answer(b'{"ExitCode": null, "Running": true}')))
        threading.Event().wait(5)

    result = reached(talk)["execute"]()
    assert (result.status, result.output) == (124, "it did not end within 1 seconds")  # type: ignore[attr-defined]


def test_only_the_end_of_a_long_log_is_kept(reached: Callable[[Talk], Calls], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEPLOY_LOG_SIZE", Size("deployments", 8, "", ""))
    part = b"\1\0\0\0" + (6).to_bytes(4)
    log = HEAD.replace(b"application/json", b"application/vnd.docker.multiplexed-stream")
    talk = sends(log, *(part + b"line%d\n" % number for number in range(9)))
    assert reached(talk)["log"]() == "7\nline8"


def test_an_endless_log_takes_no_memory(reached: Callable[[Talk], Calls], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ENGINE_LOG", Time("deployments", 1, "", ""))
    monkeypatch.setattr(limits, "DEPLOY_LOG_SIZE", Size("deployments", 1 << 16, "", ""))
    call = reached(repeats(HEAD, b"x" * 65536))["log"]
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 << 20
