"""Calls of a fake `cosign`, a shell script. tests/images/long_attested.py runs the real one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def test_a_reason_that_ends_with_a_colon_is_shown_without_it(install: Install) -> None:
    cosign = install("echo 'Error: no matching attestations: ' >&2; exit 1")
    assert cosign.refusal(IMAGE, "cosign.pub") == "no matching attestations"


def test_a_call_that_hangs_is_ended_and_is_no_refusal(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COSIGN", 0.1)
    cosign = install("sleep 300")
    with pytest.raises(RemoteError) as raised:
        cosign.refusal(IMAGE, "cosign.pub")
    assert raised.value.what == f"`cosign` did not end within 0.1 seconds while it checked `{IMAGE}`"
    again = "then run the same command again"
    assert raised.value.hint == f"check that the registry answers, and that its login may read the image; {again}"
    assert raised.value.retryable
    with pytest.raises(CommandError, match=r"while it read the private key$"):  # no registry is asked
        cosign.findings("cosign.pub", attesting=True)


def test_an_answer_that_is_too_long_is_no_refusal(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COSIGN_ANSWER", limits.Size("deployments", 10, "the output", "error"))
    with pytest.raises(RemoteError, match=f"^`cosign` printed more than 10 bytes while it checked `{IMAGE}`$"):
        install("echo 0123456789abcdef").refusal(IMAGE, "cosign.pub")


@pytest.mark.parametrize(
    "message",
    [
        'Get "https://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused',
        "GET http://127.0.0.1:9/v2/acme/shop/manifests/sha256-0a.att: unexpected status code 503 Service Unavailable",
        "GET http://127.0.0.1:9/v2/acme/shop/manifests/sha256-0a.att: unexpected status code 403 Forbidden",
    ],
)
def test_a_registry_that_does_not_answer_is_no_refusal(install: Install, message: str) -> None:
    """The messages are those of cosign 3.1.3."""
    cosign = install(f"echo 'Error: {message}' >&2; exit 1")
    with pytest.raises(RemoteError) as raised:
        cosign.refusal(IMAGE, "cosign.pub")
    assert raised.value.what == f"a request to the registry failed while `cosign` checked `{IMAGE}`: {message}"
    assert raised.value.retryable


def test_a_failure_while_it_attests_names_the_key_and_the_login(install: Install) -> None:
    cosign = install("echo 'Error: reading key: decrypt: encrypted: decryption failed' >&2; exit 1")
    again = "then run the same command again"
    with pytest.raises(RemoteError) as raised:
        cosign.attest(IMAGE, {})
    assert (
        raised.value.hint == f"check the key with `shipit doctor`, and that the login of the registry may push; {again}"
    )
    with pytest.raises(RemoteError) as raised:
        cosign.attest_file("0a" * 32, {})
    assert raised.value.hint == f"check the key with `shipit doctor`; {again}"


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


def test_each_hint_about_the_private_key_says_which_variable_gets_which_value(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = "set `COSIGN_PASSWORD` to the password of the key, and `COSIGN_PRIVATE_KEY` to the whole text of the file `cosign.key`"
    (unusable,) = install("exit 1").findings("cosign.pub", attesting=True)
    (other,) = install("echo another").findings("cosign.pub", attesting=True)
    monkeypatch.setenv("COSIGN_PRIVATE_KEY", "")
    (missing,) = install("").findings("cosign.pub", attesting=True)
    assert (unusable.fix, missing.fix) == (both, both)
    assert other.fix == (
        "set `COSIGN_PRIVATE_KEY` to the private key of this pair, "
        "or commit the public key that belongs to it as `cosign.pub`"
    )


def test_a_missing_program_and_a_wrong_public_key_are_findings(install: Install, tmp_path: Path) -> None:
    cosign = install("")
    (tmp_path / "cosign.key").write_text(PRIVATE)
    (private,) = cosign.findings("cosign.key", attesting=False)
    assert private.what.startswith("`cosign.key` is not a public key")
    (missing,) = cosign.findings("missing.pub", attesting=False)
    assert missing.what == "the public key `missing.pub` cannot be read: No such file or directory"
    (tmp_path / "bin/cosign").unlink()
    assert [finding.code for finding in cosign.findings("cosign.pub", attesting=True)] == ["cosign"]


def test_a_missing_program_and_missing_keys_are_all_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("COSIGN_PRIVATE_KEY", raising=False)
    cosign = Cosign(str(tmp_path), Logins(), Redactor([]))
    found = [(each.code, each.what.split("`")[1]) for each in cosign.findings("cosign.pub", attesting=True)]
    assert found == [
        ("cosign", "cosign"),
        ("attestation-key", "cosign.pub"),
        ("attestation-key", "COSIGN_PRIVATE_KEY"),
    ]
    assert len(cosign.findings("cosign.pub", attesting=False)) == 2


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
    cosign, held = install(f'{checks}; echo "$@" >"$place/argv"'), bundle("1.1.0")
    assert cosign.file_refusal(sha256, held, "cosign.pub", statement("1.1.0")) == ""
    assert (tmp_path / "read").read_text() == held
    assert {f"--digest={sha256}", "--digestAlg=sha256"} <= set((tmp_path / "argv").read_text().split())


@pytest.mark.parametrize("other", ["1.0.1", "no bundle", b"\xff\xfe".decode("utf-8", "surrogateescape"), "{}", "[]"])
def test_an_attestation_of_a_file_is_refused_if_it_states_another_release(install: Install, other: str) -> None:
    held = bundle(other) if other[0].isdigit() else other
    refusal = install("exit 0").file_refusal("0a" * 32, held, "cosign.pub", statement("1.1.0"))
    assert refusal == "its attestation states another version or another commit"


def test_a_bundle_that_is_not_text_is_no_bug_of_shipit(install: Install) -> None:
    cosign = install("""for word; do case $word in --bundle=*) printf '\\377' >"${word#*=}" ;; esac; done""")
    made = cosign.attest_file("0a" * 32, statement("1.1.0"))
    assert cosign.file_refusal("0a" * 32, made, "cosign.pub", statement("1.1.0"))


def statement(version: str) -> dict[str, Any]:
    return {"buildDefinition": {"externalParameters": {"version": version}}}


def bundle(version: str) -> str:
    """Return a bundle in the form of cosign 3."""
    payload = base64.b64encode(json.dumps({"predicate": statement(version)}).encode()).decode()
    return json.dumps({"dsseEnvelope": {"payload": payload}})
