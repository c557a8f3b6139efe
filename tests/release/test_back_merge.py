"""A release that conflicts with `dev`, by the program, over real git and GitHub's stand-in."""

from __future__ import annotations

import pytest
from release.scene import Scene

pytestmark = pytest.mark.slow

BRANCH = "shipit/back-merge/dev"


def test_a_conflict_with_dev_opens_a_pull_request_and_the_release_is_complete(github_scene: Scene) -> None:
    scene, github = github_scene, github_scene.github
    assert github
    clone = scene.begin('[release]\nback-merge = ["dev"]\n').clone()
    scene.git(clone, "checkout", "--quiet", "-b", "dev")
    scene.commit(clone, "chore: another version", "build.gradle", "version = '9.9.9'\n")
    scene.git(clone, "push", "--quiet", "origin", "dev")
    dev = scene.git(clone, "rev-parse", "dev")

    run = scene.release(scene.clone("first")).succeeded()
    assert f"to bring the release back into dev, merge the pull request: {github.url}/acme/app/pull/1\n" in run.err
    (pull,) = github.pulls
    assert (pull.branch, pull.base, pull.title) == (BRANCH, "dev", "chore: merge release v1.1.0 into dev")
    assert "`build.gradle`" in pull.body
    assert scene.git(scene.remote, "rev-parse", BRANCH) == scene.git(scene.remote, "rev-parse", "v1.1.0^{commit}")
    assert scene.git(scene.remote, "rev-parse", "dev") == dev
    assert not scene.end().releases[-1].draft
