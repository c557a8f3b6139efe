"""The address of the container engine, and the findings if there is no engine."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from shipit.adapters.engine import DockerEngine
from shipit.adapters.engine.connection import Address, SharedConnection, engine_address
from shipit.adapters.registry import Logins
from shipit.core.images import Build
from shipit.core.redact import Redactor
from shipit.errors import PreflightError
from shipit.finding import Finding


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of docker with a context `far`, which is not the current context."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    meta = tmp_path / "contexts" / "meta" / hashlib.sha256(b"far").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoints = {"docker": {"Host": "ssh://ops@far.example.com", "SkipTLSVerify": False}}
    meta.write_text(json.dumps({"Name": "far", "Metadata": {}, "Endpoints": endpoints}))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "Dockerfile").touch()
    return tmp_path


def found(root: Path) -> Finding:
    """Return the only finding of a build."""
    engine = DockerEngine(str(root), Logins(), Redactor())
    (finding,) = engine.findings([Build()])
    assert engine.findings(()) == (finding,)
    with pytest.raises(PreflightError, match="not ready to use docker") as raised:
        engine.find("app:1")
    assert raised.value.findings == (finding,)
    assert (finding.code, finding.severity) == ("engine", "error")
    return finding


def test_the_default_socket_is_used_without_any_setting() -> None:
    assert engine_address() == Address("unix:///var/run/docker.sock", "docker's default")


def test_the_current_context_has_the_address(config: Path) -> None:
    (config / "config.json").write_text('{"currentContext": "far"}')
    assert engine_address() == Address("ssh://ops@far.example.com", "docker's context `far`")


def test_a_context_can_be_chosen_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    assert engine_address().url == "ssh://ops@far.example.com"


def test_docker_host_has_precedence_over_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/other.sock")
    assert engine_address() == Address("unix:///run/other.sock", "`DOCKER_HOST`")


def test_a_missing_engine_is_reported_with_its_address(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{config}/none.sock")
    finding = found(config)
    assert finding.what == (
        f"there is no container engine at `unix://{config}/none.sock` (`DOCKER_HOST`): no such file or directory"
    )
    assert "systemctl start docker" in finding.fix


@pytest.mark.parametrize("host", ["tcp://[bad", "tcp://far.example.com:99999999"])
def test_an_invalid_url_is_a_finding(config: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    assert f"`{host}` (`DOCKER_HOST`) is an invalid URL" in found(config).what


@pytest.mark.parametrize("text", ["[]", '{"proxies": 3}', '{"auths": {"ghcr.io": {"auth": "bm9uZQ=="}}}'])
def test_a_configuration_that_cannot_be_read_is_a_finding(
    config: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    (config / "config.json").write_text(text)
    finding = found(config)
    assert "docker's configuration cannot be read" in finding.what
    assert str(config / "config.json") in finding.fix


def test_a_named_pipe_as_configuration_is_a_finding(config: Path) -> None:
    (config / "config.json").unlink()
    os.mkfifo(config / "config.json")
    assert "is not a regular file" in found(config).what


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"Name": 1, "Metadata": null, "Endpoints": {}}', '{"Endpoints": 1}'])
def test_a_damaged_context_is_a_finding(config: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    next(config.rglob("meta.json")).write_text(text)
    assert "docker's settings for the engine cannot be read" in found(config).what


@pytest.mark.parametrize("name", ["5", "null", "[]"])
def test_a_context_whose_name_is_no_text_is_a_finding(config: Path, name: str) -> None:
    (config / "config.json").write_text(f'{{"currentContext": {name}}}')
    assert found(config).what


def test_a_refused_connection_is_reported(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        assert "connection refused" in found(config).what


def test_a_socket_without_permission_is_reported_with_the_fix(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", refuses)
    finding = found(config)
    assert "permission denied" in finding.what
    assert "usermod -aG docker" in finding.fix


@pytest.mark.parametrize("variable", ["DOCKER_HOST", "DOCKER_CONTEXT"])
def test_an_engine_over_ssh_is_reported_with_a_tunnel_as_the_fix(
    config: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "ssh://ops@far.example.com" if variable == "DOCKER_HOST" else "far")
    finding = found(config)
    assert "`ssh://ops@far.example.com`" in finding.what
    assert "ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ssh://ops@far.example.com" in finding.fix
    assert "DOCKER_HOST=unix:///tmp/docker.sock" in finding.fix


@pytest.mark.parametrize("by", ["variable", "configuration"])
def test_a_missing_context_is_reported(config: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    if by == "variable":
        monkeypatch.setenv("DOCKER_CONTEXT", "near")
    else:
        (config / "config.json").write_text('{"currentContext": "near"}')
    finding = found(config)
    assert finding.what == "docker has no context `near`"
    assert finding.fix == "choose one that `docker context ls` lists"


@pytest.mark.parametrize(("name", "value"), [("DOCKER_HOST", "nonsense://x"), ("DOCKER_TLS_VERIFY", "1")])
def test_an_address_that_cannot_be_read_is_reported(
    config: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert found(config).what


def test_other_problems_are_reported_together_with_a_missing_engine(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{config}/none.sock")
    findings = DockerEngine(str(config), Logins(), Redactor()).findings(
        [Build(context="front"), Build(context="front")]
    )
    assert [finding.code for finding in findings] == ["build-context", "engine"]


def test_threads_that_wait_for_a_connection_get_its_error_and_a_later_use_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, others_wait = [], threading.Barrier(3)

    class Awaited(Future[object]):
        def result(self, timeout: float | None = None) -> object:
            if not self.done():
                others_wait.wait(30)
            return super().result(timeout)

    def address() -> Address:
        asked.append(1)
        if len(asked) == 1:
            others_wait.wait(30)
        return Address(f"unix://{tmp_path}/none", "a test")

    monkeypatch.setattr("shipit.adapters.engine.connection.Future", Awaited)
    connection = SharedConnection(address)
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(connection.client) for _ in range(3)]
        assert {type(each.exception()) for each in waiting} == {PreflightError}
    assert len(asked) == 1
    with pytest.raises(PreflightError):
        connection.client()
    assert len(asked) == 2
