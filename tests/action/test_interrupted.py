"""Releases that were cut off or overtaken: running again, or going on, ends as if nothing had happened."""

from __future__ import annotations

import subprocess

import pytest
from action.act import Consumer, kill

DRAFT, PUBLISH = ("POST", "/releases$"), ("PATCH", r"/releases/\d+$")


@pytest.mark.parametrize(
    ("request_", "lost"),
    [(DRAFT, True), (PUBLISH, True), (PUBLISH, False)],
    ids=["before the push", "after the push", "after the release"],
)
def test_a_run_that_was_cut_off_is_finished_by_running_it_again(
    consumer: Consumer, request_: tuple[str, str], lost: bool
) -> None:
    started: list[subprocess.Popen[str]] = []
    consumer.github.meanwhile(*request_, lambda: kill(started[0]))
    if lost:  # as well what was asked for at that moment
        consumer.github.fail(*request_, 502)
    tip = str(consumer.github.git.resolve("main"))
    started.append(consumer.start())
    started[0].communicate(timeout=120)
    assert started[0].returncode != 0
    consumer.attempt = 2
    again = consumer.run(sha=tip)  # "Re-run failed jobs" checks out the old commit
    assert again.jobs == {"release": "success", "announce": "success"}
    outputs = again.outputs["release"]
    assert (outputs["released"], outputs["version"]) == ("true", "1.1.0")
    assert f"1.1.0 is out, see {outputs['release-url']}" in again.log
    assert_released_once(consumer, on=tip)


def test_a_release_whose_branch_moved_meanwhile_holds_what_came(consumer: Consumer) -> None:
    moved: list[str] = []
    consumer.github.meanwhile(*DRAFT, lambda: moved.append(consumer.commit("feat: came meanwhile")))
    run = consumer.run()
    assert run.jobs == {"release": "success", "announce": "success"}
    assert "came meanwhile" in run.outputs["release"]["notes"]
    assert_released_once(consumer, on=moved[0])


def test_a_second_run_of_a_finished_release_releases_nothing(consumer: Consumer) -> None:
    consumer.run()
    tip = str(consumer.github.git.resolve("v1.1.0^"))
    written = len(consumer.github.writes)
    again = consumer.run()
    assert again.jobs == {"release": "success"}
    assert again.outputs["release"]["released"] == "false"
    assert len(consumer.github.writes) == written
    assert_released_once(consumer, on=tip)


def assert_released_once(consumer: Consumer, on: str) -> None:
    """1.1.0 is one commit, its tag and one published release."""
    git = consumer.github.git
    assert git.commit("main").parents == (on,)
    assert git.git("tag", "--list").splitlines() == ["v1.0.0", "v1.1.0"]
    assert git.resolve("v1.1.0") == git.resolve("main")
    assert [(release.tag_name, release.draft) for release in consumer.github.releases] == [("v1.1.0", False)]
