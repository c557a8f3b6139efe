"""Clones as a CI makes them: shallow, partial, detached."""

from __future__ import annotations

import pytest
from release.scene import Scene, nothing_is_public, released


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_is_deepened(scene: Scene, depth: int) -> None:
    scene.begin()
    scene.url = f"file://{scene.remote}"
    clone = scene.clone("clone", f"--depth={depth}")
    scene.release(clone).succeeded()
    body = released(scene)
    assert "find messages by text" in body
    assert "end sessions that are over" in body


def test_a_shallow_clone_of_the_old_commit_finishes_a_release(scene: Scene) -> None:
    """As `actions/checkout` leaves it when failed jobs are run again: one commit, detached, no tags."""
    scene.begin()
    scene.url = f"file://{scene.remote}"
    clone = scene.clone()
    assert scene.killed(clone, 6, "after").killed
    old = scene.git(clone, "rev-parse", "HEAD~1")
    place = scene.root / "old"
    scene.git(scene.root, "init", "--quiet", str(place))
    scene.git(place, "remote", "add", "origin", scene.url)
    scene.git(scene.remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    scene.git(place, "fetch", "--quiet", "--depth=1", "--no-tags", "origin", old)
    scene.git(place, "checkout", "--quiet", "--detach", old)
    scene.release(place).succeeded()
    assert released(scene)


def test_a_remote_that_refuses_to_deepen_is_named_with_the_fix(scene: Scene) -> None:
    scene.begin()
    scene.url = f"file://{scene.remote}"
    clone = scene.clone("clone", "--depth=1")
    scene.remote.rename(scene.root / "elsewhere.git")
    run = scene.release(clone)
    assert (run.status, "[remote]" in run.err, "fix:" in run.err) == (3, True, True), run.err


def test_a_remote_that_is_shallow_itself_says_so(scene: Scene) -> None:
    """Nothing on the remote tells what the last release was: better no release than a wrong one."""
    scene.begin()
    shallow = scene.root / "shallow.git"
    scene.git(scene.root, "clone", "--quiet", "--bare", "--depth=1", f"file://{scene.remote}", str(shallow))
    scene.remote = shallow
    scene.url = f"file://{shallow}"
    clone = scene.clone("clone", "--depth=1")
    run = scene.release(clone)
    assert (run.status, "shallow" in run.err, "fix:" in run.err) == (3, True, True), run.err


def test_a_partial_clone_releases(scene: Scene) -> None:
    scene.begin()
    scene.git(scene.remote, "config", "uploadpack.allowFilter", "true")
    scene.url = f"file://{scene.remote}"
    clone = scene.clone("clone", "--filter=blob:none")
    scene.release(clone).succeeded()
    assert released(scene)


def test_a_detached_head_releases_the_branch_that_the_ci_names(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "checkout", "--quiet", "--detach")
    scene.release(clone).succeeded()
    assert released(scene)


def test_a_detached_head_nobody_names_a_branch_for_is_refused(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "checkout", "--quiet", "--detach")
    run = scene.release(clone, env={"GITHUB_REF_NAME": ""})
    assert (run.status, "[detached]" in run.err, "git switch main" in run.err) == (3, True, True)
    assert nothing_is_public(scene)


def test_a_build_of_a_tag_releases_no_branch(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "checkout", "--quiet", "v1.0.0")
    run = scene.release(clone, env={"GITHUB_REF_NAME": "v1.0.0", "GITHUB_REF_TYPE": "tag"})
    assert (run.status, "[detached]" in run.err) == (3, True) or run.err == "nothing to release\n"
    assert nothing_is_public(scene)


def test_a_clone_that_cannot_be_written_is_named_by_doctor(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.push_commit("feat: a commit that has to be fetched")
    (clone / ".git/FETCH_HEAD").mkdir()
    run = scene.release(clone, "doctor")
    assert run.status == 3
    assert "git cannot write into the git directory of this clone" in run.err
    assert "[clone]" in run.err
    assert "[remote]" not in run.err
