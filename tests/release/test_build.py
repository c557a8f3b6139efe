"""Commands that prepare a release, and configuration, that do not work."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from release.scene import Scene, nothing_is_public, released


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo 'the tests are red' >&2; exit 7", "failed with status 7"),
        ("sleep 60", "did not end within 1 seconds"),
        ("trap '' TERM INT; sleep 60 & wait", "did not end within 1 seconds"),
        ("kill -9 $$", "failed"),
        ("no-such-program", "failed with status 127"),
    ],
)
def test_a_build_that_fails_leaves_nothing_public(scene: Scene, command: str, said: str) -> None:
    config = f'[release]\nprepare = ["sh ../build.sh"]\nprepare-timeout = {1 if "sleep" in command else 20}\n'
    clone = scene.begin(config).clone()
    script = scene.root / "build.sh"
    script.write_text(command)
    began = time.monotonic()
    run = scene.release(clone)
    assert time.monotonic() - began < 20
    assert (run.status, said in run.err, "nothing was pushed" in run.err) == (5, True, True), run.err
    assert nothing_is_public(scene)
    script.write_text("")
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("leaves", ["sleep 60 & echo $! > ../pid", "(sleep 60 & echo $! > ../pid) &\nwait; true"])
def test_what_a_build_leaves_running_is_ended(scene: Scene, leaves: str) -> None:
    clone = scene.begin('[release]\nprepare = ["sh ../build.sh"]\n').clone()
    (scene.root / "build.sh").write_text(leaves)
    began = time.monotonic()
    scene.release(clone).succeeded()
    assert time.monotonic() - began < 20
    assert not is_running(int((scene.root / "pid").read_text()))
    assert released(scene)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_build_learns_the_version_and_no_token(scene: Scene) -> None:
    clone = scene.begin('[release]\nprepare = ["env > ../seen"]\n').clone()
    scene.release(clone, env={"GITHUB_TOKEN": "s3cret-token-1234"}).succeeded()
    seen = (scene.root / "seen").read_text()
    assert {"SHIPIT_VERSION=1.1.0", "SHIPIT_TAG=v1.1.0"} <= set(seen.splitlines())
    assert "s3cret-token-1234" not in seen


def test_an_asset_that_no_build_made_stops_the_release_before_it_is_public(scene: Scene) -> None:
    clone = scene.begin('[release]\nassets = ["build/*.jar"]\n').clone()
    run = scene.release(clone)
    assert (run.status, "no file matches the asset `build/*.jar`" in run.err) == (2, True)
    assert nothing_is_public(scene)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[release\n", "shipit.toml"),
        ("[release]\nbrnch = 'main'\n", "branch"),
        ("[release]\nbranch = 7\ntag = 'v'\n", "release.branch"),
        ("\x00", "shipit.toml"),
    ],
)
def test_a_malformed_configuration_changes_nothing(scene: Scene, config: str, said: str) -> None:
    clone = scene.begin(config).clone()
    run = scene.release(clone)
    assert (run.status, said in run.err) == (2, True), run.err
    assert nothing_is_public(scene)
    assert scene.leftovers(clone) == []


def test_a_configuration_that_is_no_text_changes_nothing(scene: Scene) -> None:
    clone = scene.begin().clone()
    (clone / "shipit.toml").write_bytes(b'[release]\nbranch = "\xff\xfe"\n')
    run = scene.release(clone)
    assert (run.status, "shipit.toml" in run.err) == (2, True), run.err
