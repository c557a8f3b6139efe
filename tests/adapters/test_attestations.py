"""Calls of a fake `cosign`, a shell script. tests/images/long_attested.py runs the real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipit.adapters.attestations import Cosign
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.redact import Redactor
from shipit.errors import AuthError, CommandError, RemoteError

IMAGE = f"127.0.0.1:9/acme/shop@sha256:{'0a' * 32}"
KEY = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"
PRIVATE = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJr\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"

Install = Callable[[str], Cosign]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a shell script in the place of cosign; `$place` is a directory for what it writes."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setenv("COSIGN_PRIVATE_KEY", PRIVATE)
    monkeypatch.setenv("COSIGN_PASSWORD", "hunter2")
    (tmp_path / "cosign.pub").write_text(KEY)

    def put(script: str) -> Cosign:
        (tmp_path / "bin").mkdir(exist_ok=True)
        program = tmp_path / "bin/cosign"
        program.write_text(f"#!/bin/sh\nplace={tmp_path}\n{script}\n")
        program.chmod(0o755)
        return Cosign(str(tmp_path), Logins(), Redactor(["hunter2"]))

    return put


def test_an_image_is_checked_without_the_private_key_and_without_a_public_log(install: Install, tmp_path: Path) -> None:
    cosign = install('echo "$@" >"$place/argv"; env >"$place/env"')
    assert cosign.refusal(IMAGE, "cosign.pub") == ""
    argv = (tmp_path / "argv").read_text().split()
    assert argv[:2] == ["verify-attestation", f"--key={tmp_path}/cosign.pub"]
    assert argv[-2:] == ["--insecure-ignore-tlog=true", IMAGE]
    assert "COSIGN_P" not in (tmp_path / "env").read_text()


def test_an_image_is_attested_with_the_key_of_the_environment_and_without_a_service(
    install: Install, tmp_path: Path
) -> None:
    cosign = install('echo "$@" >"$place/argv"; env >"$place/env"; cat >"$place/input"')
    cosign.attest(IMAGE, {"runDetails": {}})
    argv, env = (tmp_path / "argv").read_text().split(), (tmp_path / "env").read_text()
    assert {"--key=env://COSIGN_PRIVATE_KEY", "--tlog-upload=false", "--use-signing-config=false"} <= set(argv)
    assert PRIVATE in env and "COSIGN_PASSWORD=hunter2" in env
    assert (tmp_path / "input").read_text() == '{"runDetails": {}}'


def test_the_reason_of_cosign_is_shown_without_secrets(install: Install) -> None:
    cosign = install("echo 'Error: no matching attestations: hunter2' >&2; echo 'main.go:69: error' >&2; exit 10")
    assert cosign.refusal(IMAGE, "cosign.pub") == "no matching attestations: [REDACTED]"
    with pytest.raises(RemoteError, match=r"`cosign attest` failed for .*: no matching attestations: \[REDACTED\]"):
        cosign.attest(IMAGE, {})


def test_a_call_that_hangs_is_ended_and_is_no_attestation(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COSIGN", 1)
    assert install("sleep 300").refusal(IMAGE, "cosign.pub") == "it did not end within 1 seconds"


def test_a_program_that_cannot_be_run_is_named(install: Install, tmp_path: Path) -> None:
    cosign = install("")
    (tmp_path / "bin/cosign").write_text("#!/nowhere/sh\n")
    with pytest.raises(CommandError, match="`cosign` cannot be run") as raised:
        cosign.refusal(IMAGE, "cosign.pub")
    assert "install cosign 3" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("script", "given", "what"),
    [
        (f"printf '%s' '{KEY}'", PRIVATE, None),
        ("", "", "`COSIGN_PRIVATE_KEY` is not set"),
        ("echo 'Error: decrypt: invalid password' >&2; exit 1", PRIVATE, "cannot be used: decrypt: invalid password"),
        ("echo another", PRIVATE, "does not belong to the public key `cosign.pub`"),
    ],
)
def test_the_private_key_is_tried_before_anything_is_pushed(
    install: Install, monkeypatch: pytest.MonkeyPatch, script: str, given: str, what: str | None
) -> None:
    cosign = install(script)
    monkeypatch.setenv("COSIGN_PRIVATE_KEY", given)
    found = cosign.findings("cosign.pub", attesting=True)
    assert [(finding.code, (what or "?") in finding.what) for finding in found] == (
        [("attestation-key", True)] if what else []
    )
    assert not cosign.findings("cosign.pub", attesting=False)


def test_a_missing_program_and_a_wrong_public_key_are_findings(install: Install, tmp_path: Path) -> None:
    cosign = install("")
    (tmp_path / "cosign.key").write_text(PRIVATE)
    (private,) = cosign.findings("cosign.key", attesting=False)
    assert private.what.startswith("`cosign.key` is not a public key")
    (missing,) = cosign.findings("missing.pub", attesting=False)
    assert missing.what == "the public key `missing.pub` cannot be read: No such file or directory"
    (tmp_path / "bin/cosign").unlink()
    assert [finding.code for finding in cosign.findings("cosign.pub", attesting=True)] == ["cosign"]


def test_without_the_private_key_nothing_is_attested(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COSIGN_PRIVATE_KEY")
    with pytest.raises(AuthError, match="`COSIGN_PRIVATE_KEY` is not set"):
        install("").attest(IMAGE, {})


def test_a_file_is_attested_and_checked_by_its_hash(install: Install, tmp_path: Path) -> None:
    sha256 = "0a" * 32
    signs = """for word; do case $word in --bundle=*) echo '{"bundle": 1}' >"${word#*=}" ;; esac; done"""
    assert install(f'{signs}; echo "$@" >"$place/argv"').attest_file(sha256, {}) == '{"bundle": 1}\n'
    assert f"--hash={sha256}" in (tmp_path / "argv").read_text().split()
    checks = """for word; do case $word in --bundle=*) cat "${word#*=}" >"$place/read" ;; esac; done"""
    assert install(f'{checks}; echo "$@" >"$place/argv"').file_refusal(sha256, "kept", "cosign.pub") == ""
    assert (tmp_path / "read").read_text() == "kept"
    assert {f"--digest={sha256}", "--digestAlg=sha256"} <= set((tmp_path / "argv").read_text().split())
