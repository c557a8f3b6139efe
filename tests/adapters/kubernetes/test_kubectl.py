"""Calls of a `kubectl` that misbehaves, or whose login does: a plugin of the kubeconfig is any program."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from parts.daemon import wait_until

from shipit.adapters.kubernetes.kubectl import Kubectl
from shipit.core import limits
from shipit.core.redact import Redactor
from shipit.errors import AuthError, CommandError, RemoteError, ShipitError

Install = Callable[[str], Kubectl]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a shell script in the place of kubectl; each call adds a line to the file `calls`."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(limits, "KUBECTL", 1)
    monkeypatch.setattr("shipit.adapters.kubernetes.kubectl._PAUSE", 0)

    def put(script: str) -> Kubectl:
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\necho call >>'{tmp_path}/calls'\n{script}\n")
        program.chmod(0o755)
        return Kubectl("prod", Redactor(["hunter2"]))

    return put


def calls(place: Path) -> int:
    return len((place / "calls").read_text().split())


def test_a_login_that_hangs_is_ended_with_all_its_processes_and_not_tried_again(
    install: Install, tmp_path: Path
) -> None:
    kubectl = install(f"sleep 300 & echo $! >'{tmp_path}/child'; wait")
    began = time.monotonic()
    with pytest.raises(RemoteError, match="did not end within 1 seconds") as raised:
        kubectl.get("/api")
    assert time.monotonic() - began < 60
    assert "log in" in (raised.value.hint or "")
    assert calls(tmp_path) == 1
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "cmdline")
    wait_until(lambda: not child.exists() or not child.read_bytes())  # a killed process that nobody waits for has none


def test_a_process_that_a_login_leaves_behind_holds_nothing_up(install: Install) -> None:
    kubectl = install("sleep 300 & echo '{}'")
    assert kubectl.get("/api") == b"{}\n"


def test_an_endless_answer_is_an_error_and_takes_no_memory(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KUBECTL", 30)
    monkeypatch.setattr(limits, "KUBECTL_ANSWER", limits.Size("deployments", 1 << 20, "", ""))
    with pytest.raises(RemoteError, match="printed more than 1 MiB"):
        install("yes").get("/api")


def test_endless_messages_are_cut(install: Install) -> None:
    with pytest.raises(RemoteError) as raised:
        install("yes it fails | head -c 1000000 >&2; echo >&2; echo the end >&2; exit 1").get("/api")
    assert raised.value.what == "`kubectl get` failed: the end"


def test_a_read_that_fails_is_tried_again_and_a_write_is_not(install: Install, tmp_path: Path) -> None:
    kubectl = install("echo 'Error from server (InternalError): no leader' >&2; exit 1")
    with pytest.raises(RemoteError, match="no leader"):
        kubectl.get("/api")
    assert calls(tmp_path) == limits.KUBECTL_TRIES
    with pytest.raises(RemoteError, match="no leader"):
        kubectl.patch("shop", "web", "{}")
    assert calls(tmp_path) == limits.KUBECTL_TRIES + 1


@pytest.mark.parametrize(
    ("message", "error", "shown"),
    [
        ("error: unknown flag: --raw", CommandError, "is too old"),
        ("error: unknown shorthand flag: 'f' in -f", CommandError, "is too old"),
        ("error: You must be logged in to the server (Unauthorized)", AuthError, "must be logged in"),
        ("Error from server (Forbidden): deployments is forbidden", AuthError, "is forbidden"),
        ("Unable to connect to the server: the password is hunter2", RemoteError, "the password is [REDACTED]"),
        ("", RemoteError, "it printed no reason"),
    ],
)
def test_a_failure_is_told_in_words(install: Install, message: str, error: type[ShipitError], shown: str) -> None:
    with pytest.raises(error) as raised:
        install(f'echo "{message}" >&2; exit 1').create("/api", b"{}")
    assert shown in raised.value.what


def test_a_large_object_reaches_kubectl_whole(install: Install, tmp_path: Path) -> None:
    data = b"x" * 3_000_000
    assert install(f"cat >'{tmp_path}/data'").create("/api", data)
    assert (tmp_path / "data").read_bytes() == data


def test_a_kubectl_that_does_not_read_its_input_is_no_problem(install: Install) -> None:
    assert install("exit 0").create("/api", b"x" * 3_000_000)


def test_tokens_of_other_services_do_not_reach_a_login(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_1")
    assert b"ghp_1" not in (install("env").get("/api") or b"")
