"""The release pull request by the program, over real git and GitHub's stand-in: from a push to a release."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from release.scene import Scene
from standin.pulls import merge
from standin.server import INSTALLATION, GitHubStandIn

pytestmark = pytest.mark.slow

BRANCH = "shipit/release/main"
CONFIG = '[release]\nwrite-back = "pull-request"\n'


def forge(scene: Scene) -> GitHubStandIn:
    assert scene.github
    return scene.github


def shown(scene: Scene, path: str) -> str:
    return scene.git(scene.remote, "show", f"{BRANCH}:{path}")


def test_a_push_opens_the_pull_request_which_keeps_edits_and_whose_merge_releases(github_scene: Scene) -> None:
    scene, github = github_scene, forge(github_scene)
    scene.env["TODAY"] = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"  # as the commits have it
    clone = scene.begin(CONFIG).clone()
    run = scene.release(clone, "release", "--json").succeeded()
    outputs = json.loads(run.out)
    assert (outputs["released"], outputs["version"]) == ("false", "1.1.0")
    assert outputs["pull-request"] == f"{github.url}/acme/app/pull/1"
    assert f"proposed v1.1.0; to release it, merge the pull request: {github.url}/acme/app/pull/1\n" in run.err
    (pull,) = github.pulls
    assert (pull.branch, pull.base, pull.title) == (BRANCH, "main", "chore(release): 1.1.0")
    assert "version = '1.1.0'" in shown(scene, "build.gradle")
    assert list(scene.end().tags) == ["v1.0.0"]
    assert scene.git(clone, "status", "--porcelain") == ""
    assert scene.git(clone, "rev-parse", "HEAD") == scene.git(clone, "rev-parse", "origin/main")

    editor = scene.clone("editor")
    scene.git(editor, "checkout", "--quiet", BRANCH)
    edited = (editor / "CHANGELOG.md").read_text().replace("* find messages by text", "* **Search**")
    scene.commit(editor, "docs: by hand", "CHANGELOG.md", edited)
    scene.git(editor, "push", "--quiet", "origin", BRANCH)
    scene.push_commit("feat: filters")
    scene.release(scene.clone("second")).succeeded()
    assert "* **Search**" in shown(scene, "CHANGELOG.md")
    assert "* filters" in shown(scene, "CHANGELOG.md")
    assert scene.git(scene.remote, "log", "-2", "--format=%an %s", BRANCH).splitlines()[0].endswith("docs: by hand")
    assert (pull.state, len(github.pulls)) == ("open", 1)
    writes = len(github.writes)
    head = scene.git(scene.remote, "rev-parse", BRANCH)
    assert "done already" in scene.release(scene.clone("third")).succeeded().err
    assert scene.git(scene.remote, "rev-parse", BRANCH) == head
    assert len(github.writes) == writes

    scene.push_commit("fix: too late")
    merge(github, pull, "squash", "Search for everyone (#1)", "Thank you!")
    scene.git(scene.remote, "branch", "--delete", "--force", BRANCH)
    run = scene.release(scene.clone("fourth")).succeeded()
    assert "released v1.1.0" in run.err
    end = scene.end()
    assert end.tags["v1.1.0"] == "Search for everyone (#1)"
    (release,) = end.releases
    assert (release.draft, "* **Search**" in release.body, "fix: too late" in release.body) == (False, True, True)
    assert [(each.number, each.state, each.title) for each in github.pulls[1:]] == [
        (2, "open", "chore(release): 1.1.1")
    ]
    assert "too late" in shown(scene, "CHANGELOG.md")


def test_where_commits_must_be_signed_github_signs_that_of_the_pull_request(github_scene: Scene) -> None:
    github = forge(github_scene)
    github.rules = {"main": [{"type": "required_signatures"}]}
    run = github_scene.release(github_scene.begin(CONFIG).clone()).succeeded()
    assert "GitHub signed the commit: it is Verified" in run.err
    assert github.git.resolve(BRANCH) in github.signed
    assert github_scene.git(github_scene.remote, "branch", "--format=%(refname:short)").split() == ["main", BRANCH]
    assert [pull.state for pull in github.pulls] == ["open"]


def test_the_plan_shows_the_pull_request_and_writes_nothing(github_scene: Scene) -> None:
    clone = github_scene.begin(CONFIG).clone()
    text = github_scene.release(clone, "plan").succeeded().out
    assert "proposes the release in a pull request; merging it releases" in text
    assert f"1. commit chore(release): 1.1.0 to {BRANCH}\n" in text
    assert "+ version = '1.1.0'" in text
    planned = json.loads(github_scene.release(clone, "plan", "--json").succeeded().out)
    assert planned["pull_request"] == BRANCH
    assert [step["kind"] for step in planned["steps"]] == ["propose-release", "open-pull-request"]
    assert forge(github_scene).writes == []


def test_a_saved_plan_opens_the_same_pull_request(github_scene: Scene) -> None:
    clone = github_scene.begin(CONFIG).clone()
    github_scene.release(clone, "plan", "-o", "plan.json").succeeded()
    github_scene.release(clone, "release", "--plan", "plan.json").succeeded()
    assert [pull.title for pull in forge(github_scene).pulls] == ["chore(release): 1.1.0"]


def test_a_repository_that_forbids_actions_to_open_pull_requests_is_told_the_setting(github_scene: Scene) -> None:
    forge(github_scene).actions_may_open_pulls = False
    clone = github_scene.begin(CONFIG).clone()
    run = github_scene.release(clone, env={"GITHUB_TOKEN": INSTALLATION})
    assert run.status == 4
    assert "Allow GitHub Actions to create and approve pull requests" in run.err


def test_a_remote_that_is_not_on_github_is_refused_with_the_fix(scene: Scene) -> None:
    run = scene.release(scene.begin(CONFIG).clone())
    assert run.status == 3
    assert '`write-back = "pull-request"` needs a remote on GitHub' in run.err
