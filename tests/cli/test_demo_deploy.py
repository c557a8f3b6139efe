"""`shipit demo --deploy` with the engine of a part, and with one that it starts itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from click import unstyle
from docker import DockerClient
from docker.errors import APIError, ImageNotFound
from parts.daemon import as_root, program
from parts.engine import Engine

from shipit.cli.demo import stage_images
from shipit.cli.demo.load import Load
from shipit.cli.demo.stage_files import shop_configuration
from shipit.errors import CommandError

COMMAND = [sys.executable, "-m", "shipit", "demo", "--deploy", "--json"]
PATIENCE = 180  # seconds


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A directory for the temporary files of the demo, with a short name: the path of a socket has 107 characters."""
    with tempfile.TemporaryDirectory(prefix="s-") as directory:
        yield Path(directory)


@pytest.fixture
def own_engine(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo find no engine that runs."""
    for name in ("dockerd", "nginx", "docker-registry"):
        program(name)
    if os.geteuid() != 0 or as_root():
        pytest.skip("only root can start an engine")
    if Path("/var/run/docker.sock").exists():
        pytest.skip("an engine runs here")
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(scratch))


def processes_of(scratch: Path) -> list[str]:
    """Return the command lines that name the directory of the demo."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{scratch}/shipit-demo-" in words and int(file.parent.name) != os.getpid():
            found.append(words)
    return found


def assert_nothing_is_left(scratch: Path) -> None:
    mounts = Path("/proc/self/mountinfo").read_text()
    left: list[object] = []
    for _ in range(PATIENCE * 5):  # what a keeper removes after the demo was killed
        left = [
            *processes_of(scratch),
            *scratch.glob("shipit-demo-*"),
            *([str(scratch)] if str(scratch) in mounts else []),
        ]
        if not left:
            return
        time.sleep(0.2)
        mounts = Path("/proc/self/mountinfo").read_text()
    raise AssertionError(left)


def assert_played(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["lost"] == 0, done.stderr
    assert report["requests"] > 500
    versions = [sorted(act["versions"]) for act in report["acts"]]
    assert versions[:3] == [["1.0.0", "1.1.0"], ["1.1.0"], ["1.0.0", "1.1.0"]]
    assert versions[4] == ["1.3.0"]
    assert [act["killed"] for act in report["acts"]] == [False, False, False, True, False]
    assert "exit status 6; all answers came from 1.1.0" in done.stderr
    assert done.stderr.rstrip().endswith("Everything that was started is stopped and removed.")


def run_demo(scratch: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(scratch), **variables}
    return subprocess.run(COMMAND, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE)


@pytest.mark.slow
@pytest.mark.usefixtures("own_engine")
def test_all_acts_lose_no_request_and_the_engine_of_the_demo_is_stopped(scratch: Path) -> None:
    done = run_demo(scratch, FORCE_COLOR="1")
    done.stderr = unstyle(done.stderr)
    assert_played(done)
    assert_nothing_is_left(scratch)


@pytest.mark.slow
@pytest.mark.usefixtures("own_engine")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_the_demo_in_the_middle_of_a_deployment_leaves_nothing(number: int, scratch: Path) -> None:
    assert end_in_a_deployment(scratch, number) == (-signal.SIGKILL if number == signal.SIGKILL else 130)


@pytest.mark.slow
def test_the_end_of_the_demo_leaves_nothing_in_an_engine_that_runs_already(engine: Engine, scratch: Path) -> None:
    program("nginx")
    program("docker-registry")
    before = set(engine.docker("images", "--all", "--quiet").split())
    assert end_in_a_deployment(scratch, signal.SIGTERM, **engine.environment) == 130
    assert not engine.docker("ps", "--all", "--quiet", "--filter", "name=demo-")
    assert not engine.docker("network", "ls", "--quiet", "--filter", "name=demo-")
    assert set(engine.docker("images", "--all", "--quiet").split()) == before


def end_in_a_deployment(scratch: Path, number: int, **variables: str) -> int:
    """Send a signal to the demo in the middle of its first deployment, and return its exit status."""
    environment = {**os.environ, "TMPDIR": str(scratch), **variables}
    with subprocess.Popen(COMMAND, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as demo:
        assert demo.stderr
        for line in demo.stderr:
            if "▸ start demo-" in line:
                break
        demo.send_signal(number)
        rest = demo.stderr.read()
        status = demo.wait(PATIENCE)
    assert_nothing_is_left(scratch)
    assert "Traceback" not in rest
    return status


def test_an_engine_that_was_chosen_and_does_not_answer_is_an_error(scratch: Path) -> None:
    done = run_demo(scratch, DOCKER_HOST=f"unix://{scratch}/none.sock")
    assert done.returncode == 5
    assert "no container engine answers" in done.stderr
    assert "state: nothing was started" in done.stderr
    assert not list(scratch.iterdir())


def test_the_load_counts_an_answer_that_is_missing_cut_or_an_error(tmp_path: Path) -> None:
    from shipit.cli.demo import load

    assert load._version(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-Version: 1\r\n\r\nx") == "1"
    for answer, reason in {
        b"": "no answer",
        b"HTTP/1.1 200": "cut",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx": "cut",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 1\r\n\r\nx": "status 502",
    }.items():
        with pytest.raises(load._Lost, match=reason):
            load._version(answer)


def test_the_load_counts_requests_to_a_port_without_a_server_as_lost() -> None:
    with Load("http://127.0.0.1:9") as load:
        time.sleep(0.3)
        figures = load.take()
    assert figures.requests > 0
    assert figures.lost == {"ConnectionRefusedError": figures.requests}


def test_nginx_accepts_the_configuration_of_the_page(tmp_path: Path) -> None:
    nginx = stage_images.program("nginx")
    if not nginx:
        pytest.skip("not installed: nginx")
    file = tmp_path / "shop.conf"
    for healthy in (True, False):
        text = shop_configuration("1.0.0", healthy=healthy).replace("/tmp/nginx.pid", f"{tmp_path}/pid")
        file.write_text(text)
        tested = subprocess.run([nginx, "-t", "-c", file], capture_output=True, encoding="utf-8")
        assert tested.returncode == 0, tested.stderr


class NoHub:
    """An engine that has no image, and whose Docker Hub does not answer."""

    def __init__(self) -> None:
        self.images = self

    def get(self, name: str) -> None:
        raise ImageNotFound(name)

    def pull(self, repository: str, tag: str) -> None:
        raise APIError(f"no route to the host of {repository}:{tag}")


def test_without_the_programs_and_without_the_network_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stage_images, "program", lambda name: None)
    with pytest.raises(CommandError, match="these images cannot be pulled: nginx:alpine, registry:2") as raised:
        stage_images.base_images(cast(DockerClient, NoHub()), "demo-1")
    assert (raised.value.hint or "").endswith("apt-get install nginx-light docker-registry")
