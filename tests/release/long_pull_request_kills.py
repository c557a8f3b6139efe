"""Real processes of `shipit run` that keep the release pull request, killed at each request and each push.

.venv/bin/pytest -n 0 -s tests/release/long_pull_request_kills.py

It takes minutes, and only its name starts it. Each kill is followed by `shipit run` in the same clone, or in a fresh one,
and must end as a run that nothing disturbed: the branches, the tags, the releases, and the pull requests.
"""

from __future__ import annotations

import copy
import datetime as dt
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from release.runs import StartedRun, hook
from release.scene import Scene
from standin.answers import Answer
from standin.faults import Fault
from standin.pulls import merge
from standin.server import GitHubStandIn

BRANCH = "shipit/release/main"
BUILD = 'prepare = ["install -D -m 644 build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'
CONFIG = f'[release]\nwrite-back = "pull-request"\n{BUILD}'
CASES = (
    *("open", "open, signed by GitHub", "rebuild", "rebuild, signed by GitHub"),
    *("release after merge", "release after squash", "release after rebase"),
)
AT_RANDOM_TIMES = 12  # for each case
EVENT = {"GITHUB_ACTIONS": "", "GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}
pytestmark = pytest.mark.timeout(7200)


@dataclass
class KillsClient(Fault):
    """No fault of GitHub: kills the process that sent the request with the number `at`, beginning with 1."""

    at: int = 1
    run: StartedRun | None = None
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        self.seen += 1
        return self.seen == self.at

    def spoil(self, answer: Answer) -> Answer:
        while self.run is None:  # the request came before the test knows the process
            time.sleep(0.001)
        self.run.kill()
        return answer


def github_of(scene: Scene) -> GitHubStandIn:
    assert scene.github
    return scene.github


def prepare(scene: Scene, case: str) -> None:
    """Bring the remote to the state in which the run of the case begins."""
    scene.env["TODAY"] = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"  # as the commits have it
    scene.begin(CONFIG)
    if "signed" in case:
        github_of(scene).rules = {"main": [{"type": "required_signatures"}]}
    if case.startswith("open"):
        return
    scene.release(scene.clone("first"), "run", env=EVENT).succeeded()
    editor = scene.clone("editor")
    scene.git(editor, "checkout", "--quiet", BRANCH)
    edited = (editor / "CHANGELOG.md").read_text().replace("* find messages by text", "* **Search**")
    scene.commit(editor, "docs: by hand", "CHANGELOG.md", edited)
    scene.git(editor, "push", "--quiet", "origin", BRANCH)
    if case.startswith("rebuild"):
        scene.push_commit("feat: filters")
        return
    github = github_of(scene)
    scene.release(scene.clone("second"), "run", env=EVENT).succeeded()  # the stand-in sees the edit
    merge(github, github.pulls[0], case.rpartition(" ")[2])


@contextmanager
def undone(scene: Scene) -> Iterator[None]:
    """Undo everything at the end, also what happens to pull requests."""
    github = github_of(scene)
    pulls = copy.deepcopy(github.pulls)
    with scene.restored():
        yield
        github._faults.clear()
    github.pulls = pulls


def state(scene: Scene) -> object:
    """Return everything that others can see, without ids and times."""
    github, git = github_of(scene), scene.git
    heads = git(scene.remote, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines()
    branches = {
        name: (git(scene.remote, "log", "--format=%s", name), git(scene.remote, "ls-tree", "-r", name))
        for name in heads
    }
    pulls = [(each.number, each.state, bool(each.merged_at), each.title, each.body) for each in github.pulls]
    return branches, scene.end().tags, scene.end().releases, scene.end().latest, pulls


def arm_pushes(scene: Scene, files: Path, at: int, when: str) -> None:
    """Kill the process whose id is in the file `pid` at the push with the number `at`; 0 only counts the pushes."""
    name = "pre-receive" if when == "before" else "post-receive"
    end = "exit 1" if when == "before" else "exit 0"
    count = f'echo push >>"{files}/pushes"; n=$(wc -l <"{files}/pushes")'
    wait = f'while ! [ -s "{files}/pid" ]; do sleep 0.01; done'
    kill = f'if [ "$n" -eq {at} ]; then {wait}; kill -KILL "$(cat "{files}/pid")"; {end}; fi'
    hook(scene.remote, name, f"{count}\n{kill}")


def disarm(scene: Scene) -> None:
    for name in ("pre-receive", "post-receive"):
        (scene.remote / "hooks" / name).unlink(missing_ok=True)


def resumed(scene: Scene, clone: Path, number: int) -> str:
    """Run again, in the same clone or in a fresh one, until it succeeds; return what is wrong, or nothing."""
    place = scene.clone_afresh() if number % 2 else clone
    for _ in range(3):
        run = scene.release(place, "run", env=EVENT)
        if run.status == 0:
            return ""
    return f"stuck, status {run.status}: {run.err}"


@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_killed_at_any_request_push_or_time_is_finished_by_running_again(
    github_scene: Scene, tmp_path: Path, case: str
) -> None:
    scene, github, went, bad = github_scene, github_of(github_scene), Counter[str](), list[str]()
    prepare(scene, case)
    files = tmp_path / "files"
    files.mkdir()
    with undone(scene):
        arm_pushes(scene, files, 0, "before")
        clone, before, began = scene.clone(), len(github.requests), time.monotonic()
        scene.start(clone, "run", env=EVENT).end().succeeded()
        requests, took = len(github.requests) - before, time.monotonic() - began
        pushes = len((files / "pushes").read_text().splitlines())
        whole = state(scene)
    chance = random.Random(19)
    kills = [
        *(("request", at, when) for at in range(1, requests + 1) for when in ("before", "after")),
        *(("push", at, when) for at in range(1, pushes + 1) for when in ("before", "after")),
        *(("time", at, f"after {chance.uniform(0, took / 2):.3f} s") for at in range(AT_RANDOM_TIMES)),
    ]
    for number, (kind, at, when) in enumerate(kills):
        for name in ("pushes", "pid"):
            (files / name).unlink(missing_ok=True)
        with undone(scene):
            clone, fault = scene.clone(), KillsClient("", "", when=when, at=at)  # type: ignore[arg-type]
            if kind == "request":
                github._faults.append(fault)
            elif kind == "push":
                arm_pushes(scene, files, at, when)
            run = fault.run = scene.start(clone, "run", env=EVENT)
            (files / "pid").write_text(str(run.pid))
            if kind == "time":
                time.sleep(float(when.split()[1]))
                run.kill()
            status = run.wait()
            went["killed" if status == -signal.SIGKILL else "ended before the kill"] += 1
            if status not in (0, -signal.SIGKILL) or (kind != "time" and status != -signal.SIGKILL):
                bad.append(f"{kind} {at} {when}: status {status}")
            github._faults.clear()
            disarm(scene)
            trouble = resumed(scene, clone, number)
            if trouble or state(scene) != whole:
                bad.append(f"{kind} {at} {when}: {trouble or 'another end'}\n{state(scene)}\n{whole}")
    figures = f"{requests} requests, {pushes} pushes, {len(kills)} kills: {dict(went)}; wrong or stuck: {len(bad)}"
    print(f"\n{case}: {figures}")  # noqa: T201
    if "FIGURES" in os.environ:
        with open(os.environ["FIGURES"], "a", encoding="utf-8") as out:
            out.write(f"{case}: {figures}\n")
    assert not bad, "\n\n".join(bad)
