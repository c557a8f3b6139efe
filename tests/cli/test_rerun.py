"""A run that is started again in GitHub Actions.

GitHub has no outputs of the first attempt any more, and checks out the commit of the first attempt. A later attempt
gives the same outputs again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_run import EVERY_OUTPUT, Job, on
from release.conftest import driver as driver
from release.conftest import github_scene as github_scene
from release.scene import Scene

NOTHING = ("false", "", "", "", "none")


@pytest.fixture
def scene(github_scene: Scene) -> Scene:
    return github_scene.begin()


def on_main(scene: Scene, event: str = "push") -> Job:
    """Return a run for the last commit of `main`."""
    job = on(scene, "refs/heads/main", event)
    return Job(scene, job.clone, {**job.variables, "GITHUB_SHA": scene.git(job.clone, "rev-parse", "HEAD")})


def again(job: Job, attempt: int = 2) -> Job:
    """Return a later attempt of the same run, in its own clone."""
    clone = job.scene.clone(f"attempt-{attempt}")
    job.scene.git(clone, "reset", "--quiet", "--hard", job.variables["GITHUB_SHA"])
    return Job(job.scene, clone, {**job.variables, "GITHUB_RUN_ATTEMPT": str(attempt)})


def release_outputs(job: Job, *args: str) -> tuple[str, ...]:
    step = job.shipit("run", *args)
    step.run.succeeded()
    assert step.outputs.keys() == EVERY_OUTPUT
    return tuple(step.outputs[name] for name in ("released", "version", "tag", "previous-version", "bump"))


CONFIGS = {
    "pushed": "",
    "through the api": '[release]\nwrite-back = "api"\n',
    "tag only": '[release]\nwrite-back = "none"\n',
    "followed by a snapshot": "[release]\nsnapshot = true\n",
    "packages": '[packages.app]\npath = "src"\n[packages.web]\npath = "web"\n',
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_later_attempt_has_the_same_outputs_and_writes_nothing(github_scene: Scene, config: str) -> None:
    scene = github_scene.begin(config, tags=("app-v1.0.0", "web-v1.0.0") if "packages" in config else ("v1.0.0",))
    first = on_main(scene)
    before = first.shipit("run")
    assert before.outputs["released"] == "true"
    whole, written = scene.end(), len(scene.github.writes)  # type: ignore[union-attr]
    for attempt in (2, 3):
        assert again(first, attempt).shipit("run").outputs == before.outputs
    assert (scene.end(), len(scene.github.writes)) == (whole, written)  # type: ignore[union-attr]


def test_the_summary_of_a_later_attempt_shows_the_release_and_that_it_was_done_already(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    summary = again(first).shipit("run").summary
    assert summary.startswith("## Released v1.1.0\n\n**1.1.0** (after 1.0.0, minor), because of\n")
    assert "| publish release v1.1.0 | [done already](http" in summary


def test_a_later_attempt_that_finishes_a_release_has_all_its_outputs(scene: Scene) -> None:
    first = on_main(scene)
    assert scene.killed(first.clone, 6, "after").killed
    assert [release.draft for release in scene.end().releases] == [True]
    assert release_outputs(again(first)) == ("true", "1.1.0", "v1.1.0", "1.0.0", "minor")


def test_a_later_attempt_with_a_requested_version_has_the_same_outputs(scene: Scene) -> None:
    first = on_main(scene, "workflow_dispatch")
    version = ("true", "2.0.0", "v2.0.0", "1.0.0", "major")
    assert release_outputs(first, "--version", "2.0.0") == version
    assert release_outputs(again(first), "--version", "2.0.0") == version


def test_another_run_does_not_report_the_release_of_the_first(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    assert release_outputs(first) == NOTHING, "not another attempt but another run"
    scene.push_commit("docs: explain")
    later = on_main(scene)
    assert release_outputs(later) == NOTHING
    assert release_outputs(again(later)) == NOTHING, "its commit came after the release"


def test_a_run_on_the_release_commit_did_not_make_that_release(scene: Scene) -> None:
    on_main(scene).shipit("run")
    by_hand = on_main(scene, "workflow_dispatch")
    assert release_outputs(by_hand) == NOTHING
    assert release_outputs(again(by_hand)) == NOTHING


def test_a_run_whose_commit_another_run_released_did_not_make_that_release(scene: Scene) -> None:
    early = on_main(scene)
    scene.push_commit("feat: came meanwhile")
    on_main(scene).shipit("run")
    assert release_outputs(again(early)) == NOTHING


def test_a_release_that_a_newer_one_follows_is_not_reported_again(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    scene.push_commit("fix: something else")
    on_main(scene).shipit("run")
    assert release_outputs(again(first)) == NOTHING, "later steps must not deploy the old version again"


def test_a_later_attempt_releases_commits_that_came_after_its_release(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    scene.push_commit("fix: something else")
    assert release_outputs(again(first)) == ("true", "1.1.1", "v1.1.1", "1.1.0", "patch")


def test_a_dry_run_releases_nothing_the_second_time_either(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    assert release_outputs(again(first), "--dry-run") == NOTHING


def test_a_tag_of_another_tool_is_not_reported_as_a_release(scene: Scene, tmp_path: Path) -> None:
    first = on_main(scene)
    scene.git(first.clone, "tag", "v1.1.0")
    scene.git(first.clone, "push", "--quiet", "origin", "v1.1.0")
    assert release_outputs(again(first)) == NOTHING
