"""The parts for deployments: the application fails as asked, nginx switches, sshd answers, the load counts what is lost."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from parts.daemon import program, wait_until
from parts.engine import Engine
from parts.load import MODES, Mode, Result, load
from parts.nginx import Style, make_nginx_image, nginx, nginx_container, switch_text
from parts.registry import Registry
from parts.sshd import SshServer
from parts.web_app import fault_options, make_web_app

TESTS = Path(__file__).parents[1]
PATIENCE = 30  # seconds


def asked(url: str, data: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, data, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def inspected(engine: Engine, container: str, what: str) -> str:
    return engine.docker("inspect", "--format", f"{{{{{what}}}}}", container)


@contextmanager
def running(engine: Engine, image: str, *options: str) -> Iterator[str]:
    """A container that need not answer."""
    container = engine.docker("run", "--detach", "--publish", "127.0.0.1::8080", *options, image)
    try:
        yield container
    finally:
        engine.docker("rm", "--force", "--volumes", container)


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives `answers` to the requests of each connection, one each, then closes the connection."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                with listening.accept()[0] as connection:
                    for answer in answers:
                        connection.recv(4096)
                        connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=serve)
        server.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)
        server.join()


def loaded(url: str, mode: Mode, *, clients: int = 1) -> Result:
    argv = [sys.executable, "-m", "parts.load", url, "--mode", mode, "--clients", str(clients), "--seconds", "0.2"]
    done = subprocess.run(argv, cwd=TESTS, check=True, capture_output=True, encoding="utf-8", timeout=PATIENCE)
    return Result(**json.loads(done.stdout.splitlines()[-1]))


# -- the application


def test_the_application_answers_with_its_version(engine: Engine) -> None:
    app = make_web_app(engine, "answers", "1.4.0")
    with engine.serving(app.reference) as url:
        assert asked(f"{url}/") == (200, "version 1.4.0\n")
        assert asked(f"{url}/version") == (200, "1.4.0\n")
        assert asked(f"{url}/health") == (200, '{"status":"UP","version":"1.4.0"}')
        assert asked(f"{url}/cgi-bin/version", b"count=1") == (200, "version 1.4.0\n")
        assert asked(f"{url}/absent")[0] == 404
        begun = time.monotonic()
        assert asked(f"{url}/cgi-bin/slow?0.3") == (200, "version 1.4.0\n")
        assert time.monotonic() - begun >= 0.3


def test_the_application_can_listen_at_another_port(engine: Engine) -> None:
    app = make_web_app(engine, "port", "1.0.0")
    with engine.serving(app.reference, "--env", "PORT=9000", port=9000) as url:
        assert asked(f"{url}/") == (200, "version 1.0.0\n")


def test_an_application_that_was_pushed_is_pulled_by_its_digest(engine: Engine, registry: Registry) -> None:
    app = make_web_app(engine, "pushed-app", "1.0.0", registry=registry)
    engine.docker("rmi", app.reference)
    engine.docker("pull", "--quiet", app.by_digest)
    assert engine.docker("image", "inspect", "--format", "{{.Id}}", app.by_digest) == app.id


@pytest.mark.slow
def test_sigterm_ends_the_application_at_once_unless_it_ignores_it(engine: Engine) -> None:
    app = make_web_app(engine, "ends", "1.0.0")
    with running(engine, app.reference) as container:
        wait_until(lambda: "starts" in engine.docker("logs", container))
        engine.docker("stop", "--time", "20", container)
        assert inspected(engine, container, ".State.ExitCode") == "143"
    with running(engine, app.reference, *fault_options(ignore_term=True)) as container:
        wait_until(lambda: "starts" in engine.docker("logs", container))
        engine.docker("stop", "--time", "1", container)
        assert inspected(engine, container, ".State.ExitCode") == "137"


def test_the_application_exits_when_asked(engine: Engine) -> None:
    app = make_web_app(engine, "exits", "1.0.0", exit_now=True)
    with running(engine, app.reference) as container:
        assert engine.docker("wait", container) == "3"
        assert "cannot start" in engine.run("logs", container).stderr
    with running(engine, app.reference, *fault_options(exit_now="", exit_after=0.5)) as container:
        assert engine.docker("wait", container) == "3"


@pytest.mark.slow
def test_the_health_of_the_application_fails_when_asked(engine: Engine) -> None:
    app = make_web_app(engine, "unhealthy", "1.0.0", fail_health=True)
    with engine.serving(app.reference) as url:
        assert asked(f"{url}/health") == (503, '{"status":"DOWN","version":"1.0.0"}')
        assert asked(f"{url}/") == (200, "version 1.0.0\n")
    with engine.serving(app.reference, *fault_options(fail_health="", fail_after=1)) as url:
        assert asked(f"{url}/health")[0] == 200
        wait_until(lambda: asked(f"{url}/health")[0] == 503)


@pytest.mark.slow
def test_the_application_listens_late_or_never_when_asked(engine: Engine) -> None:
    app = make_web_app(engine, "late", "1.0.0", boot_delay=1)
    begun = time.monotonic()
    with engine.serving(app.reference) as url:
        assert time.monotonic() - begun >= 1
        assert asked(f"{url}/")[0] == 200
    with running(engine, app.reference, *fault_options(boot_delay="", never_listen=True)) as container:
        time.sleep(0.5)
        assert inspected(engine, container, ".State.Running") == "true"
        with pytest.raises(OSError):
            asked(f"http://{engine.docker('port', container, '8080/tcp')}/")


@pytest.mark.parametrize(("failing", "health"), [(False, "healthy"), (True, "unhealthy")])
def test_docker_checks_the_health_of_the_application(engine: Engine, failing: bool, health: str) -> None:
    app = make_web_app(engine, f"checked-{health}", "1.0.0", healthcheck=True, fail_health=failing)
    with running(engine, app.reference) as container:
        wait_until(lambda: inspected(engine, container, ".State.Health.Status") == health)


def test_a_fault_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="unknown faults: boot_dealy"):
        fault_options(boot_dealy=1)


# -- nginx


@pytest.mark.parametrize("style", ["set", "upstream"])
def test_nginx_switches_from_one_version_to_another(engine: Engine, tmp_path: Path, style: Style) -> None:
    blue, green = (make_web_app(engine, "switched", version).reference for version in ("1.0.0", "2.0.0"))
    switch_file = tmp_path / "conf.d" / "service-url.inc"
    with (
        engine.serving(blue) as old,
        engine.serving(green) as new,
        nginx(switch_file, style=style, upstream=old.removeprefix("http://")) as proxy,
    ):
        assert asked(proxy.url) == (200, "version 1.0.0\n")
        workers = proxy.workers()
        assert len(workers) == 2
        assert proxy.pid_file and int(proxy.pid_file.read_text()) == proxy.master
        subprocess.run([*proxy.command, "-t"], check=True, capture_output=True)
        assert str(switch_file) in subprocess.check_output([*proxy.command, "-T"], encoding="utf-8")
        proxy.switch_to(new.removeprefix("http://"))
        assert asked(proxy.url) == (200, "version 2.0.0\n")
        assert len(proxy.workers()) == 2 and not proxy.workers() & workers


@pytest.mark.slow
def test_a_worker_from_before_a_reload_ends_with_its_last_request(engine: Engine, tmp_path: Path) -> None:
    app = make_web_app(engine, "slow", "1.0.0")
    with (
        engine.serving(app.reference) as url,
        nginx(tmp_path / "service-url.inc", upstream=url.removeprefix("http://")) as proxy,
    ):
        slow = threading.Thread(target=asked, args=[f"{proxy.url}/cgi-bin/slow?1.5"])
        slow.start()
        time.sleep(0.3)
        proxy.reload()
        wait_until(lambda: len(proxy.leaving()) == 1)
        slow.join()
        wait_until(lambda: not proxy.leaving())


def test_nginx_in_a_container_reaches_this_machine(engine: Engine, tmp_path: Path) -> None:
    app = make_web_app(engine, "on-the-host", "1.0.0")
    with engine.serving(app.reference) as url, nginx_container(engine, tmp_path) as proxy:
        assert asked(proxy.url)[0] == 502
        assert len(proxy.workers()) == 2
        proxy.switch_to(url.removeprefix("http://"))
        assert asked(proxy.url) == (200, "version 1.0.0\n")


def test_nginx_in_a_container_reaches_a_container_by_its_name(engine: Engine, tmp_path: Path) -> None:
    app = make_web_app(engine, "named", "1.0.0")
    network = engine.docker("network", "create", "shop")
    try:
        with (
            running(engine, app.reference, "--name", "shop-blue", "--network", "shop"),
            nginx_container(engine, tmp_path, network="shop", upstream="shop-blue:8080", style="upstream") as proxy,
        ):
            wait_until(lambda: asked(proxy.url) == (200, "version 1.0.0\n"))
            (tmp_path / "service-url.inc").write_text(switch_text("upstream", "127.0.0.1:9"))
            proxy.reload()
            wait_until(lambda: asked(proxy.url)[0] == 502)
    finally:
        engine.docker("network", "rm", network)


def test_the_image_of_nginx_is_made_once(engine: Engine) -> None:
    ids = {engine.docker("image", "inspect", "--format", "{{.Id}}", make_nginx_image(engine)) for _ in range(2)}
    assert len(ids) == 1


# -- sshd


def test_a_command_on_the_server_reaches_the_engine_with_an_empty_home(ssh_server: SshServer, engine: Engine) -> None:
    assert ssh_server.ssh("true") == ""
    assert ssh_server.ssh("cat", input="a" * 1_000_000) == "a" * 1_000_000
    assert ssh_server.ssh("ls", "-A", '"$HOME"') == ""
    assert ssh_server.ssh("docker", "info", "--format", "{{.ID}}").strip() == engine.docker(
        "info", "--format", "{{.ID}}"
    )


def test_the_server_is_refused_without_its_line_of_known_hosts(ssh_server: SshServer, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    options = ["-o", f"UserKnownHostsFile={empty}", *ssh_server.options]
    argv = [program("ssh"), *options, "root@127.0.0.1", "true"]
    refused = subprocess.run(argv, capture_output=True, encoding="utf-8", timeout=PATIENCE)
    assert refused.returncode == 255
    assert "Host key verification failed" in refused.stderr
    empty.write_text(f"{ssh_server.known_hosts}\n")
    assert subprocess.run(argv, timeout=PATIENCE).returncode == 0


def test_a_cut_network_is_silent_until_it_is_restored(ssh_server: SshServer) -> None:
    argv = [program("ssh"), *ssh_server.options, "root@127.0.0.1", "cat"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as session:
        assert session.stdin and session.stdout
        session.stdin.write(b"before\n")
        assert session.stdout.read(7) == b"before\n"
        ssh_server.cut()
        session.stdin.write(b"while cut\n")
        with pytest.raises(subprocess.TimeoutExpired):
            session.wait(0.5)
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run([*argv[:-1], "true"], stdin=subprocess.DEVNULL, timeout=0.5)
        ssh_server.restore()
        assert session.stdout.read(10) == b"while cut\n"
        ssh_server.close_connections()
        assert session.wait(PATIENCE) == 255


# -- the load


@pytest.mark.parametrize("mode", MODES)
def test_a_load_counts_what_a_server_loses_that_is_killed(engine: Engine, mode: Mode) -> None:
    app = make_web_app(engine, "killed", "1.0.0")
    with running(engine, app.reference) as container:
        url = f"http://{engine.docker('port', container, '8080/tcp')}/"
        wait_until(lambda: bool(engine.docker("logs", container)) and answers(url))
        with load(url, mode=mode, clients=4) as requests:
            engine.docker("kill", container)
    result = requests.result
    assert result.lost == sum(result.reasons.values()) > 0, result
    assert result.versions["version 1.0.0"] == result.requests - result.lost > 0, result
    assert result.reasons.keys() <= {"refused", "reset", "closed", "cut", "reused"}, result
    assert "reused" not in result.reasons or mode == "post", result


def answers(url: str) -> bool:
    try:
        return asked(url)[0] == 200
    except OSError:
        return False


def test_a_switch_of_nginx_loses_no_request_on_new_connections(engine: Engine, tmp_path: Path) -> None:
    blue, green = (make_web_app(engine, "unnoticed", version).reference for version in ("1.0.0", "2.0.0"))
    with (
        engine.serving(blue) as old,
        engine.serving(green) as new,
        nginx(tmp_path / "service-url.inc", upstream=old.removeprefix("http://")) as proxy,
        load(proxy.url, clients=4) as requests,
    ):
        proxy.switch_to(new.removeprefix("http://"))
        switched = asked(proxy.url)
    result = requests.result
    assert switched == (200, "version 2.0.0\n")
    assert result.lost == 0, result
    assert result.versions.keys() == {"version 1.0.0", "version 2.0.0"}, result
    assert result.last["version 2.0.0"] >= result.last["version 1.0.0"], result


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "status 502"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", "cut"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut", "cut"),
        (b"HTTP/1.1 200", "cut"),
        (b"", "closed"),
        (b"SSH-2.0-server\r\n\r\n", "unreadable"),
    ],
)
def test_a_load_names_the_reason_for_a_lost_request(answer: bytes, reason: str) -> None:
    with answering(answer) as url:
        result = loaded(url, "close")
    assert result.reasons == {reason: result.requests}, result


def test_a_get_over_a_closed_kept_connection_is_repeated_and_a_post_is_lost() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1.0.0", b"") as url:
        get, post = loaded(url, "keep"), loaded(url, "post")
    assert get.lost == 0 < get.retried, get
    assert get.versions == {"1.0.0": get.requests}, get
    assert post.reasons == {"reused": post.lost}, post
    assert post.retried == 0 < post.lost, post


def test_a_chunked_answer_is_read_to_its_end() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n1.0\r\n2\r\n.0\r\n0\r\n\r\n") as url:
        result = loaded(url, "close")
    assert result.versions == {"1.0.0": result.requests}, result
