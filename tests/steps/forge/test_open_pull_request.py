"""The sample of `open-pull-request`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.branches.test_propose_release import BRANCH, proposed
from steps.samples import Sample

from shipit.steps.base import Step, Todo
from shipit.steps.forge import OpenPullRequest


def open_pull_request(clone: Clone) -> Step:
    proposed(clone).apply(clone.world)
    return OpenPullRequest(BRANCH, "main", "chore(release): 1.1.0", "Merging this releases 1.1.0.\n")


SAMPLE = Sample(open_pull_request, local_forge=False)


def test_another_text_is_a_reason_to_update_the_pull_request(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    step = open_pull_request(clone)
    step.apply(clone.world)
    assert isinstance(step, OpenPullRequest)
    assert replace(step, title="chore(release): 1.2.0").check(clone.world) == Todo("its title or its body differs")
