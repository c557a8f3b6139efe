"""Releases with `[[notify]]`: the web hook is a real server, and a failure of it stops nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapters.http_servers import Answer, Host, host
from release.runs import Run
from release.scene import Scene

SECRET = "/services/T0/very-secret-part"
CONFIG = '[[notify]]\nkind = "webhook"\nurl = "env:TEAM_WEBHOOK"\n'
SENT = "notify webhook (TEAM_WEBHOOK): acme/app: released 1.1.0"


@pytest.fixture
def service() -> Iterator[Host]:
    with host() as started:
        started.answers[f"POST {SECRET}"] = [Answer()]
        yield started


@pytest.fixture
def clone(github_scene: Scene, service: Host) -> Path:
    place = github_scene.begin(f'[release]\nprepare = ["echo $TEAM_WEBHOOK"]\n{CONFIG}').clone()
    github_scene.env["TEAM_WEBHOOK"] = f"{service.url}{SECRET}"
    return place


def shipit(scene: Scene, clone: Path, *args: str, **variables: str) -> Run:
    run = scene.release(clone, *args, env={"GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_NAME": "push", **variables})
    assert "very-secret-part" not in run.out + run.err
    return run


def messages(service: Host) -> list[Any]:
    return [json.loads(asked.body.encode("latin-1")) for asked in service.asked]


def test_a_release_is_announced_once(github_scene: Scene, clone: Path, service: Host) -> None:
    assert SENT in shipit(github_scene, clone, "run", "--dry-run").err
    assert service.asked == []
    assert SENT in shipit(github_scene, clone, "run").succeeded().err
    (message,) = messages(service)
    assert (message["event"], message["project"], message["version"]) == ("released", "acme/app", "1.1.0")
    assert message["url"].endswith("/acme/app/releases/tag/v1.1.0")
    assert message["changes"] == ["fix(auth): end sessions that are over", "feat: find messages by text"]
    shipit(github_scene, clone, "run").succeeded()
    assert len(service.asked) == 1


def test_a_job_that_the_ci_runs_again_in_a_fresh_clone_announces_nothing_again(
    github_scene: Scene, clone: Path, service: Host
) -> None:
    commit = {"GITHUB_SHA": github_scene.git(clone, "rev-parse", "HEAD")}
    shipit(github_scene, clone, "run", **commit).succeeded()
    again = shipit(github_scene, github_scene.clone_afresh(), "run", GITHUB_RUN_ATTEMPT="2", **commit).succeeded()
    assert "released v1.1.0" in again.err
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", [Answer(404, body="no"), Answer(302, {"Location": "http://evil.example/x"})])
def test_a_service_that_refuses_is_a_warning_without_its_address(
    github_scene: Scene, clone: Path, service: Host, answer: Answer
) -> None:
    service.answers[f"POST {SECRET}"] = [answer]
    run = shipit(github_scene, clone, "run").succeeded()
    assert f"`TEAM_WEBHOOK` answered with status {answer.status}" in run.err
    assert len(service.asked) == 1


def test_a_variable_that_is_not_set_is_found_by_doctor_and_stops_no_release(github_scene: Scene, clone: Path) -> None:
    variables = {"TEAM_WEBHOOK": ""}
    doctor = shipit(github_scene, clone, "doctor", **variables).succeeded()
    assert "`TEAM_WEBHOOK` of `[[notify]]` is not set" in doctor.out + doctor.err
    run = shipit(github_scene, clone, "run", **variables).succeeded()
    assert "`TEAM_WEBHOOK` of `[[notify]]` is not set" in run.err


def test_a_release_that_fails_is_notified_with_the_reason_and_the_state(
    github_scene: Scene, clone: Path, service: Host
) -> None:
    failing = github_scene.clone("failing")
    github_scene.commit(
        failing, "feat: more", "shipit.toml", f'[release]\nprepare = ["echo $TEAM_WEBHOOK; false"]\n{CONFIG}'
    )
    github_scene.git(failing, "push", "--quiet")
    run = shipit(github_scene, failing, "run", GITHUB_REPOSITORY="acme/app", GITHUB_RUN_ID="7")
    assert run.status == 5
    (message,) = messages(service)
    assert (message["event"], message["task"]) == ("failed", "release")
    assert message["run"].endswith("/acme/app/actions/runs/7")
    assert "nothing was pushed" in message["state"] and "very-secret-part" not in json.dumps(message)


@pytest.mark.parametrize(("in_ci", "events"), [(True, ["failed"]), (False, [])])
def test_the_team_is_not_notified_of_a_mistake_that_a_person_sees_at_once(
    github_scene: Scene, clone: Path, service: Host, in_ci: bool, events: list[str]
) -> None:
    github_scene.write(clone, "build.gradle", "version = '9.9.9'\n")
    run = shipit(github_scene, clone, "release", GITHUB_EVENT_NAME="push" if in_ci else "")
    assert run.status == 3
    assert [message["event"] for message in messages(service)] == events
