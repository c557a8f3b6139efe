"""Deployments that fail or are refused, while users send requests: they get the old version, and none is lost."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from deployments.shop import FAILED, REFUSED, REJECTED, WRONG, Shop
from parts.daemon import as_root, free_port
from release.runs import Run

OLD, NEW = "1.0.0", "1.1.0"


@contextmanager
def unmoved(shop: Shop) -> Iterator[None]:
    """Check that users get only the old version, that no request is lost, and that everything agrees afterwards."""
    shop.deploy(OLD).succeeded()
    with shop.load(pause=0.1) as running:
        yield
    assert running.result.lost == 0, running.result
    assert set(running.result.versions) == {f"version {OLD}"}
    shop.consistent(OLD)


def refused(run: Run, status: int, *reasons: str) -> None:
    assert run.status == status, run.err
    for reason in reasons:
        assert reason in run.err


UNHEALTHY: Sequence[tuple[str, Mapping[str, float], str]] = (
    ("3.0.0", {"exit_now": True}, "ended and was restarted"),
    (
        "3.1.0",
        {"never_listen": True},
        "did not become healthy on this machine within 1 seconds: `/health` did not answer",
    ),
    ("3.2.0", {"boot_delay": 4}, "did not become healthy on this machine within 1 seconds: `/health` did not answer"),
    ("3.3.0", {"fail_health": True}, "did not become healthy on this machine within 1 seconds: `/health` answered 503"),
)


def test_a_version_that_never_becomes_healthy_gets_no_traffic(shop: Shop) -> None:
    for version, faults, _ in UNHEALTHY:
        shop.apps(version, **faults)
    shop.configure(health={"within": "1s"})
    with unmoved(shop):
        for version, _, reason in UNHEALTHY:
            starts = f"version {version} starts"
            refused(shop.deploy(version), REJECTED, f"{version} (sha256:", reason, starts, f"{OLD} (")
            shop.consistent(OLD)
    assert shop.events("held") == []


@pytest.mark.parametrize(
    ("version", "ends", "reason", "again"),
    [
        ("3.4.0", True, "ended and was restarted", "3.4.0 ("),
        ("3.5.0", False, "`/health` answered 503", "`/nowhere` answered 404"),
    ],
)
def test_a_version_that_fails_while_it_is_watched_gives_the_traffic_back_and_is_held(
    shop: Shop, version: str, ends: bool, reason: str, again: str
) -> None:
    shop.apps(version, exit_after=5 if ends else False)
    shop.deploy(OLD).succeeded()
    shop.configure(bake="60s")
    run = shop.start("deploy", "prod", version)
    run.until("▸ watch ")
    if not ends:
        shop.fail()
    refused(run.end(), REJECTED, "after it got the traffic", reason, f"{OLD} (", "serves, as before")
    shop.consistent(OLD)
    assert shop.events("held") == [version]
    refused(shop.deploy(version), REFUSED, f"{version} (", "is held", "--retry")
    shop.consistent(OLD)
    shop.configure(health={"path": "/nowhere", "within": "1s"})  # fails again, and before the switch
    refused(shop.deploy(version, "--retry", env={"LIMITS": '{"SLOT_TRIES": 1}'}), REJECTED, again)
    refused(shop.deploy(version), REFUSED, "is held")


def test_a_tag_that_is_missing_is_refused(shop: Shop) -> None:
    with unmoved(shop):
        refused(shop.deploy("9.9.9"), WRONG, f"there is no image `{shop.image}:9.9.9`", f"such as {OLD}")


@pytest.mark.slow
def test_an_image_for_another_machine_is_refused(shop: Shop, tmp_path: Path) -> None:
    elf = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01\x00\x00\x00" + bytes(40)  # for ARM, 64 bits
    (tmp_path / "app").write_bytes(elf)
    (tmp_path / "app").chmod(0o755)
    (tmp_path / "Dockerfile").write_text('FROM scratch\nCOPY app /app\nCMD ["/app"]\n')
    reference = f"{shop.image}:3.7.0"
    shop.engine.docker("build", "--quiet", "--tag", reference, str(tmp_path))
    shop.engine.docker("push", "--quiet", reference)
    with unmoved(shop):
        refused(shop.deploy("3.7.0"), REJECTED, "exec format error")


def test_a_port_of_a_process_that_answers_well_is_refused(shop: Shop) -> None:
    class Stale(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"status":"UP"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    with unmoved(shop), HTTPServer(("127.0.0.1", shop.ports["green"]), Stale) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = shop.deploy(NEW)
        server.shutdown()
        refused(found, REJECTED, "address already in use", f"ss -ltnp 'sport = {shop.ports['green']}'")


@contextmanager
def configured(shop: Shop, text: str) -> Iterator[None]:
    """Add `text` to the configuration of nginx in another file, which nginx has not loaded yet."""
    main, other = shop.proxy.configuration, shop.proxy.configuration.with_name("other.conf")
    before = main.read_text()
    other.write_text(text)
    main.write_text(before.replace("http {", f"http {{ include {other};", 1))
    try:
        yield
    finally:
        main.write_text(before)
        other.unlink()


def test_a_reload_that_fails_without_an_error_is_noticed(shop: Shop) -> None:
    with socket.socket() as taken, unmoved(shop):
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        with configured(shop, f"server {{ listen 127.0.0.1:{taken.getsockname()[1]}; }}"):
            refused(shop.deploy(NEW), REJECTED, "nginx on this machine did not load", "its reload reported no error")
            assert shop.written == "blue"


def test_a_configuration_of_nginx_that_is_broken_elsewhere_is_shown(shop: Shop) -> None:
    with unmoved(shop), configured(shop, "no_such_directive on;"):
        refused(shop.deploy(NEW), REJECTED, "does not accept its configuration", "no_such_directive", "other.conf:1")
        assert shop.written == "blue"


@contextmanager
def full_disk(path: Path) -> Iterator[Callable[[], None]]:
    """Mount a small disk at `path`; the function that is returned fills it."""
    path.mkdir(exist_ok=True)
    root = as_root()
    subprocess.run([*root, "mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", path], check=True)

    def fill() -> None:
        with (path / "rest").open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(512))
                except OSError:
                    return

    try:
        yield fill
    finally:
        subprocess.run([*root, "umount", "--lazy", path], check=True)


def test_a_disk_without_space_for_the_record_gives_the_traffic_back(shop: Shop) -> None:
    with full_disk(shop.state) as fill:
        shop.deploy(OLD).succeeded()
        with shop.load(pause=0.1) as running:
            fill()
            failed = shop.deploy(NEW)
            refused(failed, FAILED, "cannot be written on this machine: No space left on device", f"{OLD} (")
            assert shop.answer() == f"version {OLD}"
            (shop.state / "rest").unlink()
        assert running.result.lost == 0, running.result
        shop.deploy(NEW).succeeded()
        shop.consistent(NEW)


@pytest.mark.slow
def test_a_disk_without_space_for_the_switch_file_moves_no_traffic(shop: Shop) -> None:
    place = shop.place / "nginx"
    with full_disk(place) as fill:
        shop.proxy.configuration.write_text(
            shop.proxy.configuration.read_text().replace(str(shop.proxy.switch_file.parent), str(place))
        )
        (place / shop.proxy.switch_file.name).write_text(shop.proxy.switch_file.read_text())
        original = shop.proxy
        shop.use(place / shop.proxy.switch_file.name)
        try:
            with unmoved(shop):
                fill()
                refused(shop.deploy(NEW), FAILED, "cannot be written on this machine: No space left on device")
                (place / "rest").unlink()
        finally:
            shop.proxy = original
            shop.proxy.configuration.write_text(
                shop.proxy.configuration.read_text().replace(str(place), str(shop.proxy.switch_file.parent))
            )


def test_two_runs_at_once_are_one_deployment(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    shop.configure(bake="5s")
    first = shop.start("deploy", "prod", NEW)
    shop.serves(f"version {NEW}")
    refused(shop.deploy(OLD), REFUSED, "another deployment is running on this machine", "this run changed nothing")
    first.end().succeeded()
    shop.consistent(NEW)


def test_the_lock_of_a_run_that_hangs_can_be_taken_away(shop: Shop) -> None:
    free = shop.run("unlock", "prod", "--json").succeeded()
    assert json.loads(free.out) == {"environment": "prod", "held": {}, "unlocked": False}
    shop.deploy(OLD).succeeded()
    shop.configure(bake="60s")
    first = shop.start("deploy", "prod", NEW)
    shop.serves(f"version {NEW}")
    refused(shop.run("unlock", "prod"), WRONG, "asks before it takes a lock away", "shipit unlock prod --yes")
    taken = json.loads(shop.run("unlock", "prod", "--yes", "--json").succeeded().out)
    assert (list(taken["held"]), taken["unlocked"]) == (["this machine"], True)
    shop.configure(bake="0s")
    shop.deploy(NEW).succeeded()
    first.kill()
    first.wait()
    shop.consistent(NEW)


def test_an_older_commit_does_not_replace_a_newer_one_that_was_pushed_meanwhile(shop: Shop) -> None:
    remote, newer_run = shop.place / "remote.git", shop.place / "newer-run"
    shop.git("clone", "--quiet", "--bare", ".", str(remote))
    shop.git("remote", "add", "origin", str(remote))
    shop.git("clone", "--quiet", str(remote), str(newer_run))
    shop.git("-C", str(newer_run), "commit", "--quiet", "--allow-empty", "--message", "fix: round prices")
    shop.git("-C", str(newer_run), "push", "--quiet", "origin", "prod")
    older, newer = (shop.git("-C", str(place), "rev-parse", "HEAD").strip() for place in (shop.root, newer_run))
    for version, revision in (("4.0.0", older), ("4.0.1", newer)):
        shop.build(version, f"LABEL org.opencontainers.image.revision={revision}")
    shop.deploy("4.0.1").succeeded()
    found = shop.deploy("4.0.0")
    refused(found, REFUSED, "4.0.1 (", "is newer than 4.0.0", "shipit rollback prod 4.0.0")
    shop.consistent("4.0.1")
    shop.run("rollback", "prod", "4.0.0").succeeded()
    shop.consistent("4.0.0")
