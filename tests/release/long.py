"""Releases that are disturbed at random moments, for minutes; `make test` leaves this file out, because of its name.

.venv/bin/pytest -n 0 -s tests/release/long.py                   both
.venv/bin/pytest -n 0 -s tests/release/long.py -k receiver       50 releases whose remote kills the process that receives
.venv/bin/pytest -n 0 -s tests/release/long.py -k random_time    200 releases that SIGKILL ends at a random time
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from release.runs import Driver, Run, StartedRun, hook
from release.scene import End, Scene, on_github
from release.test_crash import BUILD
from standin.server import GitHubStandIn

RECEIVERS, KILLS, REPEATS = 50, 200, 8
WAYS = {"local": BUILD, "local, snapshot": f"snapshot = true\n{BUILD}", "github": BUILD}
# Where a push can end: before anything changed, while the references change, and before the answer is sent.
HOOKS = ("pre-receive", "update", "reference-transaction", "post-receive")
# Kills the program that runs the hook after a while. It does so once.
KILL_RECEIVER = 'rm -f "$0"; (sleep {delay:.3f}; kill -KILL $PPID) >/dev/null 2>&1 &'
pytestmark = pytest.mark.timeout(7200)


class Tally:
    """The number of releases by the way they went, and a line for each that is wrong or stuck."""

    def __init__(self) -> None:
        self.went: Counter[str] = Counter()
        self.bad: list[str] = []

    def finish(self, scene: Scene, place: Path, whole: End, trial: str) -> None:
        """Run the same command again until it succeeds, and compare the result with an undisturbed release."""
        for repeat in range(REPEATS):
            run = scene.release(place)
            if run.status == 0:
                self.went[f"finished by run {repeat + 2}"] += 1
                break
            self.judge(scene, run, trial)
            self.follow(scene, run)
        else:
            self.bad.append(f"stuck: {trial}\n{run.err}")
            return
        # What a kill left on the remote, or in another clone until a run there, is not for this run to remove.
        left = [line for line in scene.leftovers(place) if not line.startswith("/") or line.startswith(str(place))]
        if scene.end() != whole or left:
            self.bad.append(f"wrong: {trial}\n{scene.end()}\n{left}")

    def judge(self, scene: Scene, run: Run, trial: str) -> None:
        """Note a run that ends like a bug, gives no hint, or says of a public release that nothing was pushed."""
        if run.status == 70 or not re.search("hint:|fix:", run.err):
            self.bad.append(f"wrong: {trial}: status {run.status}\n{run.err}")
        if "state: nothing was pushed" in run.err and "v1.1.0" in scene.end().tags:
            self.bad.append(f"wrong: {trial}: the tag is public\n{run.err}")

    def follow(self, scene: Scene, run: Run) -> None:
        """Remove the locks that the message of a run names, as it says."""
        for path in re.findall(r"rm (\S+\.lock)", run.err):
            self.went["a lock had to be removed"] += 1
            (scene.remote / path).unlink(missing_ok=True)  # an absolute path replaces that of the remote

    def report(self, title: str) -> None:
        print(f"\n{title}: {dict(self.went)}, wrong or stuck: {len(self.bad)}")  # noqa: T201
        assert not self.bad, "\n\n".join(self.bad)


@contextmanager
def new_scene(driver: Driver, root: Path, way: str) -> Iterator[Scene]:
    """Make a scene whose releases go this way; it is removed at the end."""
    with ExitStack() as stack:
        if way.startswith("github"):
            scene = on_github(driver, root, stack.enter_context(GitHubStandIn(root / "acme" / "app.git")))
        else:
            scene = Scene(driver, root, root / "remote.git")
        yield scene.begin(f"[release]\n{WAYS[way]}")
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def undisturbed(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[End, float]]:
    """The result of a release that nothing disturbs, and its time in seconds, by the way that it goes."""
    results = {}
    for way in WAYS:
        with new_scene(driver, tmp_path_factory.mktemp("undisturbed") / "scene", way) as scene:
            clone, started = scene.clone(), time.monotonic()
            assert scene.start(clone).end().status == 0
            results[way] = scene.end(), time.monotonic() - started
    return results


def test_a_release_whose_receiver_is_killed_is_finished_by_the_same_command(
    driver: Driver, tmp_path: Path, undisturbed: Mapping[str, tuple[End, float]]
) -> None:
    chance, tally = random.Random(15), Tally()
    for number in range(RECEIVERS):
        way, name = chance.choice([*WAYS]), HOOKS[number % len(HOOKS)]
        delay = chance.choice([0, chance.uniform(0, 0.05)])
        trial = f"{number} {way}: {name} after {delay:.3f} s"
        with new_scene(driver, tmp_path / str(number), way) as scene:
            clone = scene.clone()
            hook(scene.remote, name, KILL_RECEIVER.format(delay=delay) + ("" if delay else "\nsleep 1"))
            run = scene.release(clone)
            tally.went[f"{name}: {'failed' if run.status else 'not noticed, or found done'}"] += 1
            if run.status:
                tally.judge(scene, run, trial)
                tally.follow(scene, run)
            tally.finish(scene, scene.clone_afresh() if number % 3 == 2 else clone, undisturbed[way][0], trial)
    tally.report(f"{RECEIVERS} killed receivers")


def test_a_release_killed_at_a_random_time_is_finished_by_the_same_command(
    driver: Driver, tmp_path: Path, undisturbed: Mapping[str, tuple[End, float]]
) -> None:
    chance, tally = random.Random(16), Tally()
    number = 0
    while tally.went["killed"] < KILLS:
        number += 1
        way = chance.choice([*WAYS])
        whole, seconds = undisturbed[way]
        delay, group = chance.uniform(0.1, 1.0) * seconds, chance.random() < 0.5
        with new_scene(driver, tmp_path / str(number), way) as scene:
            clone = scene.clone()
            killed = kill_after(scene.start(clone), delay, group)
            tally.went["killed" if killed else "ended before"] += 1
            place = scene.clone_afresh() if number % 3 == 2 else clone
            tally.finish(scene, place, whole, f"{number} {way}: after {delay:.2f} s, {group=}")
    tally.report(f"{KILLS} kills at random times")


def kill_after(process: StartedRun, delay: float, group: bool) -> bool:
    """End a process, or its group, after `delay` seconds; return whether it still ran."""
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile, or has not made its group yet
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    return process.end().killed
