"""A run that is started again: GitHub has lost what it told, and starts it on the commit of then."""

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
    """A run for the commit that is the tip of main."""
    job = on(scene, "refs/heads/main", event)
    return Job(scene, job.clone, {**job.variables, "GITHUB_SHA": scene.git(job.clone, "rev-parse", "HEAD")})


def again(job: Job, attempt: int = 2) -> Job:
    """The same run, as a later attempt in a checkout of its own."""
    clone = job.scene.clone(f"attempt-{attempt}")
    job.scene.git(clone, "reset", "--quiet", "--hard", job.variables["GITHUB_SHA"])
    return Job(job.scene, clone, {**job.variables, "GITHUB_RUN_ATTEMPT": str(attempt)})


def told(job: Job, *args: str) -> tuple[str, ...]:
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
def test_it_tells_again_what_it_released(github_scene: Scene, config: str) -> None:
    scene = github_scene.begin(config, tags=("app-v1.0.0", "web-v1.0.0") if "packages" in config else ("v1.0.0",))
    first = on_main(scene)
    before = first.shipit("run")
    assert before.outputs["released"] == "true"
    whole, written = scene.end(), len(scene.github.writes)  # type: ignore[union-attr]
    for attempt in (2, 3):
        assert again(first, attempt).shipit("run").outputs == before.outputs
    assert (scene.end(), len(scene.github.writes)) == (whole, written)  # type: ignore[union-attr]


def test_its_page_tells_what_was_released_and_that_it_was_done_already(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    summary = again(first).shipit("run").summary
    assert summary.startswith("## Released v1.1.0\n\n**1.1.0** (after 1.0.0, minor), because of\n")
    assert "| publish release v1.1.0 | [done already](http" in summary


def test_a_release_that_it_finishes_is_told_whole(scene: Scene) -> None:
    first = on_main(scene)
    assert scene.killed(first.clone, 7, "after").killed
    assert [release.draft for release in scene.end().releases] == [True]
    assert told(again(first)) == ("true", "1.1.0", "v1.1.0", "1.0.0", "minor")


def test_with_a_version_of_its_own_it_tells_that_one_again(scene: Scene) -> None:
    first = on_main(scene, "workflow_dispatch")
    version = ("true", "2.0.0", "v2.0.0", "1.0.0", "major")
    assert told(first, "--version", "2.0.0") == version
    assert told(again(first), "--version", "2.0.0") == version


def test_the_release_of_another_run_is_not_its_own(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    assert told(first) == NOTHING, "not another attempt but another run"
    scene.push_commit("docs: explain")
    later = on_main(scene)
    assert told(later) == NOTHING
    assert told(again(later)) == NOTHING, "its commit came after the release"


def test_a_run_on_the_release_commit_did_not_make_that_release(scene: Scene) -> None:
    on_main(scene).shipit("run")
    by_hand = on_main(scene, "workflow_dispatch")
    assert told(by_hand) == NOTHING
    assert told(again(by_hand)) == NOTHING


def test_a_run_whose_commit_another_run_released_did_not_make_that_release(scene: Scene) -> None:
    early = on_main(scene)
    scene.push_commit("feat: came meanwhile")
    on_main(scene).shipit("run")
    assert told(again(early)) == NOTHING


def test_a_release_with_a_newer_one_on_top_is_not_told_again(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    scene.push_commit("fix: something else")
    on_main(scene).shipit("run")
    assert told(again(first)) == NOTHING, "what follows must not go back to the old version"


def test_what_came_after_its_release_is_released(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    scene.push_commit("fix: something else")
    assert told(again(first)) == ("true", "1.1.1", "v1.1.1", "1.1.0", "patch")


def test_a_dry_run_releases_nothing_the_second_time_either(scene: Scene) -> None:
    first = on_main(scene)
    first.shipit("run")
    assert told(again(first), "--dry-run") == NOTHING


def test_the_tag_of_another_tool_is_no_release_of_its_own(scene: Scene, tmp_path: Path) -> None:
    first = on_main(scene)
    scene.git(first.clone, "tag", "v1.1.0")
    scene.git(first.clone, "push", "--quiet", "origin", "v1.1.0")
    assert told(again(first)) == NOTHING
