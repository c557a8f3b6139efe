"""Releases where git is set up to sign."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from release.runs import run
from release.scene import Scene

PERSON = "Test Person <test.person@example.com>"
SIGNED = {"commit.gpgSign": "true", "tag.gpgSign": "true"}


@pytest.fixture
def gnupg() -> Iterator[dict[str, str]]:
    """A key without a passphrase in a home of its own, in a short path: the agent's socket is there."""
    home = tempfile.mkdtemp(prefix="gpg-")
    env = {"GNUPGHOME": home}
    run(
        "gpg",
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-generate-key",
        PERSON,
        "ed25519",
        "sign",
        "never",
        env=env,
    )
    yield env
    run("gpgconf", "--kill", "gpg-agent", env=env)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def ssh_key(tmp_path: Path) -> Path:
    key = tmp_path / "key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key)
    (tmp_path / "signers").write_text(f"test.person@example.com {key.with_suffix('.pub').read_text()}")
    return key


def set_up(scene: Scene, settings: dict[str, str]) -> Path:
    clone = scene.begin().clone()
    for name, value in settings.items():
        scene.git(clone, "config", name, value)
    return clone


def ssh_settings(key: Path) -> dict[str, str]:
    signers = str(key.with_name("signers"))
    return {**SIGNED, "gpg.format": "ssh", "user.signingKey": str(key), "gpg.ssh.allowedSignersFile": signers}


def verified(scene: Scene, clone: Path) -> bool:
    scene.git(clone, "verify-tag", "v1.1.0")
    scene.git(clone, "verify-commit", "v1.1.0^{commit}")
    return True


def test_a_release_is_signed_with_gpg(scene: Scene, gnupg: dict[str, str]) -> None:
    scene.env |= gnupg
    clone = set_up(scene, SIGNED)
    scene.release(clone).succeeded()
    assert verified(scene, clone)
    assert scene.release(clone).err == "nothing to release\n"


def test_a_release_is_signed_with_ssh(scene: Scene, ssh_key: Path) -> None:
    clone = set_up(scene, ssh_settings(ssh_key))
    scene.release(clone).succeeded()
    assert verified(scene, clone)
    assert scene.release(clone).err == "nothing to release\n"


@pytest.mark.parametrize("at", range(3, 8))
def test_a_signed_release_that_was_killed_is_finished_signed(scene: Scene, ssh_key: Path, at: int) -> None:
    clone = set_up(scene, ssh_settings(ssh_key))
    assert scene.killed(clone, at, "before").killed
    scene.release(clone).succeeded()
    assert verified(scene, clone)
    (release,) = scene.end().releases
    assert (release.draft, "SIGNATURE" in release.body) == (False, False)


def test_notes_read_from_a_signed_tag_hold_no_signature(scene: Scene, ssh_key: Path) -> None:
    """The draft is gone, so the notes are taken from the tag."""
    clone = set_up(scene, ssh_settings(ssh_key))
    assert scene.killed(clone, 7, "before").killed
    shutil.rmtree(scene.remote / "shipit")
    scene.release(clone).succeeded()
    (release,) = scene.end().releases
    assert release.body.strip() in scene.end().files["CHANGELOG.md"]
    assert not re.search("SIGNATURE|Released-by", release.body)


def test_a_key_that_is_not_there_stops_the_release_before_anything_is_public(scene: Scene, ssh_key: Path) -> None:
    clone = set_up(scene, {**ssh_settings(ssh_key), "user.signingKey": str(ssh_key.with_name("none"))})
    run = scene.release(clone)
    assert (run.status in (3, 5), "sign" in run.err or "none" in run.err) == (True, True), run.err
    assert scene.end().tags == {"v1.0.0": "chore: begin"}
    scene.git(clone, "config", "user.signingKey", str(ssh_key))
    scene.release(clone).succeeded()
    assert verified(scene, clone)


def test_what_log_shows_of_signatures_does_not_reach_the_notes(scene: Scene, ssh_key: Path) -> None:
    clone = set_up(scene, {**ssh_settings(ssh_key), "log.showSignature": "true"})
    scene.commit(clone, "feat: signed")
    scene.release(clone).succeeded()
    (release,) = scene.end().releases
    assert "signed" in release.body
    assert "Good" not in release.body
