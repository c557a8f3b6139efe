"""The sample of `propose-release`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.samples import NOTES, Sample, planned

from shipit.steps.base import Done, Step
from shipit.steps.branches import KeptEdit, ProposedFile, ProposeRelease

BRANCH = "shipit/release/main"


def proposed(clone: Clone) -> ProposeRelease:
    commit = replace(planned(clone), branch=BRANCH)
    return ProposeRelease(commit, NOTES, (ProposedFile("VERSION", "1.1.0"),), "c0ffee")


def propose_release(clone: Clone) -> Step:
    step = proposed(clone)
    before = clone.git.commit_files(clone.git.write_files(step.commit.parent, {}), step.commit.parent, "docs: by hand")
    clone.git.push(branch=BRANCH, commit=before, expected=None, tags=())
    clone.git.fetch()
    return replace(step, expected=before, edits=(KeptEdit(before, "docs: by hand", {"notes.txt": "by hand"}),))


def push_to_the_branch_meanwhile(clone: Clone) -> None:
    other = clone.another()
    other.check_out(BRANCH, str(other.git.tracked(BRANCH)))
    other.commit("docs: meanwhile", {"meanwhile.txt": "there"})
    other.push()


SAMPLE = Sample(propose_release, (push_to_the_branch_meanwhile,))


def test_the_edits_of_people_are_on_top_of_the_commit_with_their_messages(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    step = propose_release(clone)
    made = step.apply(clone.world)["commit"]
    head = clone.git.commit(clone.git.remote_refs().branches[BRANCH])
    assert head
    assert (head.message, head.parents) == ("docs: by hand\n", (made,))
    assert clone.git.text(head.id, "notes.txt") == "by hand"
    assert clone.git.text(head.id, "VERSION") == "1.1.0"


def test_a_push_on_top_of_the_current_commit_is_no_contradiction(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    step = propose_release(clone)
    step.apply(clone.world)
    clone.git.fetch()
    push_to_the_branch_meanwhile(clone)
    clone.git.fetch()
    assert isinstance(step.check(clone.world), Done)
