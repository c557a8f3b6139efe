"""Logins over SSH that fail, and the private key."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapters.ssh_hosts import settings_of, ssh_host
from msgspec.structs import replace
from parts.daemon import free_port
from parts.sshd import SshServer

from shipit.adapters.hosts import SshSettings
from shipit.adapters.hosts.ssh.address import SshAddress
from shipit.adapters.hosts.ssh.connection import SshConnection
from shipit.adapters.hosts.ssh.host import SshHost
from shipit.adapters.places import Connections
from shipit.adapters.processes.process import Commands
from shipit.adapters.registry import Logins
from shipit.core.redact import Redactor
from shipit.errors import AuthError, PreflightError, RemoteError, ShipitError


def failure_of(server: SshServer, settings: SshSettings) -> ShipitError:
    """Return the error of a login, and check that nothing of it is left."""
    with ssh_host(server, settings) as host, pytest.raises(ShipitError) as raised:
        host.look(["true"])
    assert not own_directories()
    assert raised.value.hint
    if settings.key:
        assert settings.key.splitlines()[1] not in f"{raised.value} {raised.value.hint}"
    return raised.value


def own_directories() -> list[str]:
    """Return the private directories of this process's connections."""
    return [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("shipit-ssh-")]


@pytest.fixture(autouse=True)
def own_temporary_directory(ssh_server: SshServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="t") as directory:
        monkeypatch.setattr(tempfile, "tempdir", directory)
        yield


@pytest.fixture
def other_key(tmp_path: Path) -> str:
    path = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path.read_text()


def test_an_unknown_host_key_is_shown_as_the_line_to_add(ssh_server: SshServer) -> None:
    error = failure_of(ssh_server, replace(settings_of(ssh_server), known_hosts="other.example ssh-ed25519 AAAA"))
    assert isinstance(error, AuthError)
    assert f"the ED25519 key of root@127.0.0.1:{ssh_server.port} is unknown" in str(error)
    hint = error.hint or ""
    assert hint.endswith(f"add this line to the variable `SHIPIT_SSH_KNOWN_HOSTS`:\n{ssh_server.known_hosts}")
    fingerprint = subprocess.run(
        ["ssh-keygen", "-lf", "-"], input=ssh_server.known_hosts, capture_output=True, text=True, check=True
    )
    assert f"`{fingerprint.stdout.split()[1]}`" in hint


def test_the_lines_of_the_configuration_come_before_the_variable(ssh_server: SshServer) -> None:
    configured = {ssh_server.address: ("other.example ssh-ed25519 AAAA",)}
    error = failure_of(ssh_server, replace(settings_of(ssh_server), configured=configured))
    assert "`known-hosts` of the target in shipit.toml:\n[127.0.0.1]" in (error.hint or "")
    right = SshSettings(key=ssh_server.key.read_text(), configured={ssh_server.address: (ssh_server.known_hosts,)})
    with ssh_host(ssh_server, right) as host:
        assert host.look(["echo", "x"]).output == "x"


def test_a_changed_host_key_is_an_error(ssh_server: SshServer, tmp_path: Path, other_key: str) -> None:
    public = (tmp_path / "other.pub").read_text().split()
    known = f"[127.0.0.1]:{ssh_server.port} {public[0]} {public[1]}"
    error = failure_of(ssh_server, replace(settings_of(ssh_server), known_hosts=known))
    assert isinstance(error, AuthError)
    assert "has another key than the known one" in str(error)


def test_a_refused_key_is_an_error_with_user_host_and_variable(ssh_server: SshServer, other_key: str) -> None:
    error = failure_of(ssh_server, replace(settings_of(ssh_server), key=other_key))
    assert isinstance(error, AuthError)
    where = f"root@127.0.0.1:{ssh_server.port}"
    assert str(error) == f"{where} refused the login of `root` with the key in `SHIPIT_SSH_KEY`"
    assert "`~root/.ssh/authorized_keys`" in (error.hint or "")


def test_a_login_without_any_key_names_the_variable(ssh_server: SshServer) -> None:
    error = failure_of(ssh_server, SshSettings(known_hosts=ssh_server.known_hosts))
    assert isinstance(error, AuthError)
    assert "`SHIPIT_SSH_KEY` is not set" in str(error)


@pytest.mark.parametrize("passphrase", [True, False])
def test_a_key_that_cannot_be_read_is_an_error(ssh_server: SshServer, tmp_path: Path, passphrase: bool) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----"
    if passphrase:
        path = tmp_path / "locked"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "passphrase", "-f", path], check=True)
        key = path.read_text()
    error = failure_of(ssh_server, replace(settings_of(ssh_server), key=key))
    assert isinstance(error, AuthError)
    assert "`SHIPIT_SSH_KEY`" in str(error)


def failure_at(port: int, limit: float = 15) -> ShipitError:
    address = SshAddress.parse(f"ssh://deploy@127.0.0.1:{port}")
    with pytest.raises(RemoteError) as raised:
        SshConnection(address, SshSettings(), limit)
    assert raised.value.hint
    assert not own_directories()
    return raised.value


def test_a_closed_port_is_an_error() -> None:
    port = free_port()
    error = failure_at(port)
    assert str(error) == f"deploy@127.0.0.1:{port} is not reachable over SSH: connection refused"


def test_a_silent_port_is_an_error_within_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        start = time.monotonic()
        error = failure_at(server.getsockname()[1], limit=1)
        assert time.monotonic() - start < 5
    assert str(error).endswith("is not reachable over SSH: it did not answer within 1 seconds")


def test_a_network_that_is_cut_after_the_greeting_is_an_error_within_the_limit(ssh_server: SshServer) -> None:
    ssh_server.cut()
    address = SshAddress.parse(ssh_server.address)
    with pytest.raises(RemoteError, match="did not answer within 1 seconds"):
        SshConnection(address, settings_of(ssh_server), 1)


def test_a_name_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(RemoteError, match=r"deploy@no-such-host\.invalid is not reachable over SSH: "):
        SshConnection(SshAddress.parse("ssh://deploy@no-such-host.invalid"), SshSettings())


def test_a_machine_without_ssh_has_a_finding(ssh_server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with ssh_host(ssh_server) as host, pytest.raises(PreflightError) as raised:
        host.look(["true"])
    assert [finding.code for finding in raised.value.findings] == ["ssh"]


def test_the_key_is_in_no_command_line_and_on_disk_only_during_the_login(
    ssh_server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(ssh_server)
    assert settings.key
    secret = settings.key.splitlines()[1].encode()
    monkeypatch.setenv("SHIPIT_SSH_KEY", settings.key)
    seen: list[str] = []
    modes: set[int] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    words = (process / "cmdline").read_bytes()
                    ssh = words.startswith(b"ssh\0") and str(ssh_server.port).encode() in words
                    if secret in words or (ssh and b"SHIPIT_SSH_KEY" in (process / "environ").read_bytes()):
                        seen.append(words.decode(errors="replace"))

    def watch_key() -> None:
        while not stop.is_set():
            for key in Path(tempfile.gettempdir()).glob("shipit-ssh-*/key"):
                with contextlib.suppress(OSError):
                    modes.add(key.stat().st_mode & 0o777)
                    modes.add(key.parent.stat().st_mode & 0o777)

    watchers = [threading.Thread(target=each) for each in (watch, watch_key)]
    for watcher in watchers:
        watcher.start()
    try:
        with ssh_host(ssh_server, settings) as host, host.lock(str(tmp_path / "app"), "me"):
            assert not list(Path(tempfile.gettempdir()).glob("*/key"))
            host.write(str(tmp_path / "file"), "text")
            assert "SHIPIT_SSH_KEY" not in host.run(["env"]).output
            time.sleep(0.2)
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()
    assert not seen
    assert modes <= {0o600, 0o700}
    assert modes, "the key was never seen in its file"
    assert not own_directories()


def test_a_command_of_the_user_does_not_get_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIPIT_SSH_KEY", "secret")
    Commands(str(tmp_path), Redactor()).run("env", "env > variables", timeout=20)
    assert "SHIPIT_SSH_KEY" not in (tmp_path / "variables").read_text()


def test_a_directory_for_sockets_has_a_short_path(
    ssh_server: SshServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path / ("x" * 60)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with ssh_host(ssh_server) as host:
        assert host.look(["echo", "x"]).output == "x"
    assert not list(deep.iterdir())


def test_each_address_is_connected_once() -> None:
    hosts = Connections(Logins(), Redactor())
    assert hosts.at("local") is hosts.at("local")
    host = hosts.at("ssh://deploy@shop.example")
    assert isinstance(host, SshHost)
    assert hosts.at("ssh://deploy@shop.example") is host


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ssh://shop.example", (None, "shop.example", None)),
        ("ssh://deploy@Shop-1:2222", ("deploy", "Shop-1", 2222)),
        ("ssh://deploy@[2001:db8::1]", ("deploy", "2001:db8::1", None)),
    ],
)
def test_an_address_has_a_user_a_name_and_a_port(text: str, parts: tuple[object, ...]) -> None:
    found = SshAddress.parse(text)
    assert (found.user, found.name, found.port) == parts
