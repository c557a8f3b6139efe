"""A remote that says no, in whole or in part, or nothing at all."""

from __future__ import annotations

import time

import pytest
from release.runs import hook
from release.scene import Scene, nothing_is_public, released

BUILD = 'prepare = ["install -D -m 644 build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'


@pytest.mark.parametrize(
    ("name", "script", "said"),
    [
        ("update", 'case $1 in refs/heads/*) echo "no branch today" >&2; exit 1;; esac', "no branch today"),
        ("update", 'case $1 in refs/tags/*) echo "no tag today" >&2; exit 1;; esac', "no tag today"),
        ("pre-receive", 'echo "quiet please" >&2; exit 1', "quiet please"),
        ("pre-receive", 'echo "error: GH006: Protected branch update failed" >&2; exit 1', "protected branch `main`"),
        ("pre-receive", 'echo "error: GH013: Repository rule violations found" >&2; exit 1', "protected branch `main`"),
    ],
)
def test_a_remote_that_refuses_gets_nothing_and_all_of_it_later(
    scene: Scene, name: str, script: str, said: str
) -> None:
    clone = scene.begin(f"[release]\n{BUILD}").clone()
    hook(scene.remote, name, script)
    run = scene.release(clone)
    assert (run.status, said in run.err, "hint:" in run.err, "state: nothing was pushed" in run.err) == (
        5,
        True,
        True,
        True,
    ), run.err
    assert nothing_is_public(scene)
    (scene.remote / "hooks" / name).unlink()
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


def test_a_remote_that_refuses_a_push_does_not_stop_a_fresh_clone_later(scene: Scene) -> None:
    clone = scene.begin().clone()
    hook(scene.remote, "pre-receive", "exit 1")
    assert scene.release(clone).status == 5
    (scene.remote / "hooks/pre-receive").unlink()
    time.sleep(1.1)  # git counts whole seconds: made in the same one, commit or tag would be the very same object
    scene.release(scene.clone_afresh()).succeeded()
    assert released(scene)
    scene.release(clone).succeeded()
    assert scene.leftovers(clone) == []


def test_a_remote_that_is_gone_is_named(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.remote.rename(scene.root / "elsewhere.git")
    run = scene.release(clone)
    assert (run.status, str(scene.remote) in run.err, "[remote]" in run.err) == (3, True, True)
    (scene.root / "elsewhere.git").rename(scene.remote)
    scene.release(clone).succeeded()
    assert released(scene)
