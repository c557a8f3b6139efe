"""Every request of a release × every fault, before and after its effect: 992 releases. Only its name starts it:

    pytest -n 2 -s tests/release/long_github_faults.py

RESULTS=FILE gets a line for each release: the way, the fault, the request, the exit status, seconds and MiB.
"""

from __future__ import annotations

import os
import time

import pytest
from release.fault_matrix import FAULTS, LIMITS, REQUESTS, spoil
from release.scene import Scene
from release.test_github_faults import WAYS, begin, finishes

LARGEST = 300  # MiB
# The limits of requests as users have them, except for the time: so the memory is that of users.
LARGE = {
    "REQUESTS": LIMITS["REQUESTS"]
    .replace(', "answer_size": 1000000', "")
    .replace('"answer_time": 2', '"answer_time": 8')
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("way", "first"), [(way, at) for way in WAYS for at in range(1, REQUESTS[way] + 1)])
def test_a_release_whose_answers_go_wrong_ends_with_an_error_and_is_finished_later(
    github_scene: Scene, way: str, first: int, fault: str, when: str
) -> None:
    scene = begin(github_scene, way)
    clone, memory = scene.clone(), scene.root / "memory"
    spoil(scene, fault, first, when)
    began = time.monotonic()
    run = scene.release(clone, env={**(LARGE if fault == "endless" else LIMITS), "MEMORY": str(memory)})
    took, size = time.monotonic() - began, int(memory.read_text()) // 1024
    with open(os.environ.get("RESULTS", os.devnull), "a", encoding="utf-8") as results:
        results.write(f"{way}\t{fault}\t{when}\t{first}\t{run.status}\t{took:.1f}\t{size}\n")
    assert run.status in (4, 5), run.err
    assert "bug in shipit" not in run.err
    assert size <= LARGEST
    assert scene.github
    scene.github._faults.clear()
    finishes(scene, way)
