"""A remote that never answers."""

from __future__ import annotations

import pytest
from release.runs import hook
from release.scene import Scene, nothing_is_public, released


@pytest.mark.parametrize("command", ["plan", "release", "doctor"])
def test_a_remote_that_hangs_ends_the_run(scene: Scene, command: str) -> None:
    clone = scene.begin('[release]\nremote-timeout = "300ms"\n').clone()
    scene.git(clone, "remote", "set-url", "origin", "ssh://git@git.example.org/acme/app.git")
    scene.git(clone, "config", "core.sshCommand", "sleep 60 #")
    run = scene.release(clone, command)
    assert run.status == 5, run.err
    assert "`git ls-remote` did not get an answer from `ssh://git.example.org/acme/app.git` within 0.3 s" in run.err
    assert "where: still running: git ls-remote; " in run.err
    assert "state: nothing was pushed" in run.err
    assert nothing_is_public(scene)


def test_a_pre_push_hook_that_hangs_ends_the_run_and_the_next_one_finishes(scene: Scene) -> None:
    clone = scene.begin('[release]\nremote-timeout = "2s"\n').clone()
    hook(clone / ".git", "pre-push", "sleep 60")
    run = scene.release(clone)
    assert run.status == 5, run.err
    assert "the hook `pre-push` of this clone still runs" in run.err
    assert "state: nothing was pushed" in run.err
    assert nothing_is_public(scene)
    hook(clone / ".git", "pre-push", "")
    scene.release(clone).succeeded()
    released(scene)
    assert scene.leftovers(clone) == []


def test_a_push_whose_answer_never_comes_is_finished_by_the_next_run(scene: Scene) -> None:
    clone = scene.begin('[release]\nremote-timeout = "2s"\n').clone()
    hook(scene.remote, "post-receive", "sleep 60")
    scene.release(clone).succeeded()  # the push was made, and the remote shows it
    released(scene)
