"""The branch of an environment with `from`, by the program, over real git and GitHub's stand-in."""

from __future__ import annotations

import pytest
from release.runs import hook
from release.scene import Scene
from standin.pulls import merge

pytestmark = pytest.mark.slow

CONFIG = '[environments.prod]\nbranch = "prod"\nfrom = "main"\n'
REFUSE = 'case $1 in refs/heads/prod) echo "error: GH006: Protected branch update failed" >&2; exit 1;; esac'


def test_a_release_moves_prod_or_opens_a_pull_request_if_it_refuses_the_push(github_scene: Scene) -> None:
    scene, github = github_scene, github_scene.github
    assert github
    scene.begin(CONFIG)
    scene.git(scene.remote, "branch", "prod", "v1.0.0")
    assert "move prod to v1.1.0 by fast-forward" in scene.release(scene.clone("plan"), "plan").succeeded().out
    scene.release(scene.clone("first")).succeeded()
    assert scene.git(scene.remote, "rev-parse", "prod") == scene.git(scene.remote, "rev-parse", "v1.1.0^{commit}")

    scene.push_commit("fix: order of hits")
    hook(scene.remote, "update", REFUSE)
    run = scene.release(scene.clone("second")).succeeded()
    assert f"to move prod to the release, merge the pull request: {github.url}/acme/app/pull/1\n" in run.err
    (pull,) = github.pulls
    assert (pull.branch, pull.base, pull.title) == ("shipit/promote/prod", "prod", "chore: promote v1.1.1 to prod")
    merge(github, pull, "squash")
    assert scene.git(scene.remote, "diff", "--stat", "prod", "v1.1.1") == ""
    writes = len(github.writes)
    scene.release(scene.clone("third")).succeeded()
    assert len(github.writes) == writes
