"""GitHub in trouble while a release runs: the run says so, and once it is over the same command finishes one release."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from release.fault_matrix import LIMITS, REQUESTS, representative, spoil
from release.runs import Run
from release.scene import Scene
from standin.faults import Fault
from standin.server import INSTALLATION, READ_ONLY

BUILD = 'prepare = ["install -D -m 644 build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'
WAYS = {"push": BUILD, "api": f'write-back = "api"\nsnapshot = true\n{BUILD}'}
PUSH = ["POST /releases$", "POST /assets$", "PATCH /releases/"]
API = ["POST /git/trees$", "POST /git/commits$", "PATCH /git/refs/", "POST /git/tags$", "POST /git/refs$"]
WRITES = [("push", write) for write in PUSH] + [("api", write) for write in API]
USED_UP = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}
HASTY = {"REQUESTS": '{"timeout": 1}'}
READS = ["GET /releases$", "GET /repos/acme/app$"]


def begin(scene: Scene, way: str) -> Scene:
    if way == "api":  # the token of an App; tests/adapters/github/ has the other way, by the token of a user
        scene.env["GITHUB_TOKEN"] = INSTALLATION
    return scene.begin(f"[release]\n{WAYS[way]}")


def finishes(scene: Scene, way: str) -> None:
    """After the trouble: one release, one tag, one commit, nothing left and, by `Scene.in_step`, nothing more to do."""
    place = scene.root / "clone"
    scene.release(place).succeeded()
    end = scene.end()
    made = [subject for subject in end.subjects if subject.startswith("chore(release)")]
    begun = ["chore(release): begin 1.1.1-SNAPSHOT"] if way == "api" else []
    assert made == [*begun, "chore(release): 1.1.0"]
    assert end.tags == {"v1.0.0": "chore: begin", "v1.1.0": "chore(release): 1.1.0"}
    (release,) = end.releases
    assert (release.tag, release.draft, end.latest) == ("v1.1.0", False, "v1.1.0")
    assert release.assets == ("app.jar plugins {\n    id 'java'\n}\n\nversion = '1.1.0'\n",)
    assert release.body.strip() in end.files["CHANGELOG.md"]
    assert scene.leftovers(place) == []
    assert scene.in_step(place)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_after_a_finished_release_has_nothing_to_do(github_scene: Scene, way: str) -> None:
    scene = begin(github_scene, way)
    scene.clone()
    finishes(scene, way)
    assert scene.release(scene.root / "clone").err == "nothing to release\n"


def told(run: Run) -> bool:
    """Whether an error names its cause, the way out and the state."""
    return all(field in run.err for field in ("error: ", "hint: ", "state: ")) and "github" in run.err.lower()


def fail(scene: Scene, operation: str, **how: Any) -> None:
    assert scene.github
    method, pattern = operation.split()
    scene.github.fail(method, pattern, **how)


LASTING: dict[str, tuple[dict[str, Any], int]] = {
    "401": ({"status": 401}, 4),
    "403": ({"status": 403, "message": "Resource not accessible by integration"}, 4),
    "404": ({"status": 404}, 5),
    "409": ({"status": 409, "message": "Conflict"}, 5),
    "422": ({"status": 422, "message": "Validation Failed"}, 5),
    "429": ({"status": 429, "times": 9, "headers": {"Retry-After": "86400"}}, 5),
    "limit": ({"status": 403, "times": 9, "message": "API rate limit exceeded", "headers": USED_UP}, 5),
    "502": ({"status": 502, "times": 9}, 5),
    "502-after": ({"status": 502, "times": 9, "when": "after"}, 5),
    "cut": ({"cut": True, "times": 9}, 5),
}
PASSING: dict[str, dict[str, Any]] = {
    "502": {"status": 502},
    "500 twice": {"status": 500, "times": 2},
    "502-after": {"status": 502, "when": "after"},
    "cut": {"cut": True},
    "cut-after": {"cut": True, "when": "after"},
    "429": {"status": 429, "headers": {"Retry-After": "0"}},
    "secondary": {
        "status": 403,
        "message": "You have exceeded a secondary rate limit",
        "headers": {"Retry-After": "1"},
    },
}


def everywhere(troubles: Iterable[str], *some: str) -> list[tuple[str, str, str]]:
    """All of `troubles` before and at the commit point; at every other write, of which one is as another, `some`.

    `pytest -n 2 tests/release/long_github_faults.py` has troubles at all requests.
    """
    all_of_them = [("push", "POST /releases$"), ("api", "PATCH /git/refs/")]
    return [
        (way, write, trouble)
        for way, write in WRITES
        for trouble in (troubles if (way, write) in all_of_them else some)
    ]


@pytest.mark.parametrize(("way", "write", "trouble"), everywhere(LASTING, "422", "502-after"))
def test_a_release_that_github_stopped_is_finished_later(
    github_scene: Scene, way: str, write: str, trouble: str
) -> None:
    scene = begin(github_scene, way)
    clone, (how, status) = scene.clone(), LASTING[trouble]
    fail(scene, write, **how)
    run = scene.release(clone)
    effect_was_found = run.status == 0 and trouble in ("502-after", "cut")
    assert effect_was_found or (run.status == status and told(run)), run.err
    assert scene.github
    scene.github._faults.clear()
    finishes(scene, way)


@pytest.mark.parametrize(("way", "write", "trouble"), everywhere(PASSING, "502-after", "cut"))
def test_trouble_that_passes_is_borne(github_scene: Scene, way: str, write: str, trouble: str) -> None:
    scene = begin(github_scene, way)
    clone = scene.clone()
    fail(scene, write, **PASSING[trouble])
    scene.release(clone).succeeded()
    finishes(scene, way)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_question_that_github_does_not_answer_changes_nothing(github_scene: Scene, read: str, status: int) -> None:
    scene = begin(github_scene, "push")
    clone = scene.clone()
    fail(scene, read, status=status, times=99)
    run = scene.release(clone)
    assert run.status in (3, 4, 5), run.err
    assert scene.github
    assert scene.github.writes == []
    scene.github._faults.clear()
    finishes(scene, "push")


@dataclass
class NthWrite(Fault):
    """Strikes at the n-th request that writes, and leaves the client waiting."""

    nth: int = 1
    struck: list[str] = field(default_factory=list)

    def strikes(self, method: str, path: str) -> bool:
        if method == "GET":
            return False
        self.nth -= 1
        if self.nth == 0:
            self.struck.append(f"{method} {path}")
        return self.nth == 0


def writing_requests(way: str) -> int:
    return {"push": 3, "api": 11}[way]


def kills(way: str) -> list[tuple[str, int, str]]:
    """Before a request that writes, all is as after the one before it: see `test_nothing_changes_between_two_writes`."""
    return [(way, 1, "before"), *((way, nth, "after") for nth in range(1, writing_requests(way) + 1))]


@pytest.mark.parametrize(("way", "nth", "when"), [*kills("push"), *kills("api")])
def test_a_release_killed_at_any_request_is_finished(github_scene: Scene, way: str, nth: int, when: Any) -> None:
    """Killed while it waits for the answer to one of its writes, which took effect or did not."""
    scene = begin(github_scene, way)
    assert scene.github
    fault = NthWrite("", "", when=when, hang=30, nth=nth)
    scene.github._faults.append(fault)
    clone = scene.clone()
    process = scene.start(clone)
    while not fault.struck:
        assert process.poll() is None, process.end()
        time.sleep(0.005)
    while len(scene.github.writes) < nth:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.end()
    scene.github._faults.clear()
    finishes(scene, way)


@pytest.mark.parametrize("way", WAYS)
def test_the_requests_that_are_killed_are_all_there_are(github_scene: Scene, way: str) -> None:
    scene = begin(github_scene, way)
    scene.release(scene.clone()).succeeded()
    assert scene.github
    assert len(scene.github.writes) == writing_requests(way)


@pytest.mark.parametrize("way", WAYS)
def test_a_time_out_is_an_error_with_a_way_out(github_scene: Scene, way: str) -> None:
    scene = begin(github_scene, way)
    clone = scene.clone()
    fail(scene, "POST /releases$", hang=30, times=9)
    run = scene.release(clone, env=HASTY)
    assert (run.status, told(run)) == (5, True), run.err
    assert scene.github
    scene.github._faults.clear()
    finishes(scene, way)


def test_a_time_out_after_the_effect_makes_no_second_draft(github_scene: Scene) -> None:
    scene = begin(github_scene, "push")
    clone = scene.clone()
    fail(scene, "POST /releases$", hang=30, when="after")
    scene.release(clone, env=HASTY).succeeded()
    finishes(scene, "push")


@pytest.mark.parametrize("token", [READ_ONLY, "expired-token-0123456789"])
def test_a_token_that_does_not_suffice_changes_nothing(github_scene: Scene, token: str) -> None:
    scene = begin(github_scene, "push")
    clone = scene.clone()
    run = scene.release(clone, env={"GITHUB_TOKEN": token})
    assert (run.status, "`GITHUB_TOKEN`" in run.err, token in run.err) == (4, True, False), run.err
    assert scene.github
    assert scene.github.writes == []
    finishes(scene, "push")


def test_a_token_of_an_app_suffices(github_scene: Scene) -> None:
    scene = begin(github_scene, "api")
    scene.env["GITHUB_TOKEN"] = INSTALLATION
    scene.clone()
    finishes(scene, "api")


@pytest.mark.parametrize(("fault", "first", "when"), representative(REQUESTS["push"]))
def test_a_release_whose_answers_go_wrong_ends_with_an_error_and_is_finished_later(
    github_scene: Scene, fault: str, first: int, when: str
) -> None:
    """Each fault and each request; `pytest -n 2 tests/release/long_github_faults.py` runs all pairs."""
    scene = begin(github_scene, "push")
    clone = scene.clone()
    spoil(scene, fault, first, when)
    run = scene.release(clone, env=LIMITS)
    assert run.status in (4, 5), run.err
    assert "bug in shipit" not in run.err
    assert scene.github
    scene.github._faults.clear()
    finishes(scene, "push")


@pytest.mark.parametrize("way", WAYS)
def test_the_requests_whose_answers_go_wrong_are_all_there_are(github_scene: Scene, way: str) -> None:
    scene = begin(github_scene, way)
    scene.release(scene.clone()).succeeded()
    assert scene.github
    assert len(scene.github.requests) == REQUESTS[way]
