from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace
from plan.clones import clone_of, plan
from repositories import Repository

from shipit.finding import Finding
from shipit.plan.model import Inputs
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.plan.views import render_plan

INPUTS = Inputs("0" * 40, "main", "")
NOTHING = Decision("", None, "1.3.0", "none", None)
TO_RELEASE = Decision(
    "", "1.4.0", "1.3.0", "minor", "v1.4.0", (CommitReason("a" * 40, "feat: search", "feat → minor"),)
)


def shown(*decisions: Decision, everything: bool = False, **fields: Any) -> str:
    made = replace(ReleasePlan(decisions=decisions, inputs=INPUTS), **fields)
    return render_plan(made, everything=everything)


def test_the_text_shows_the_version_its_bump_and_the_rule_of_every_commit() -> None:
    assert (
        shown(TO_RELEASE) == "next version 1.4.0 (after 1.3.0, minor)\n  why\n    aaaaaaa feat: search  feat → minor\n"
    )


def test_that_there_is_nothing_to_release_is_stated() -> None:
    assert shown(NOTHING) == "nothing to release since 1.3.0\n"


def test_a_first_release_is_called_the_first_release() -> None:
    first = replace(TO_RELEASE, previous=None)
    assert shown(first).startswith("next version 1.4.0 (the first release)\n")
    assert shown(replace(NOTHING, previous=None)) == "nothing to release and there is no release yet\n"


def test_unreadable_ignored_and_doubtful_commits_are_shown_with_their_reasons() -> None:
    text = shown(
        replace(
            TO_RELEASE,
            unreadable=(CommitReason("b" * 40, "stuff", "no type"),),
            ignored=(CommitReason("c" * 40, "docs: typo", "docs → no release"),),
            warnings=(CommitReason("d" * 40, "fix: a", "looks like a breaking change"),),
        )
    )
    assert "  unreadable, not counted\n    bbbbbbb stuff  no type\n" in text
    assert "  ignored\n    ccccccc docs: typo  docs → no release\n" in text
    assert "  warnings\n    ddddddd fix: a  looks like a breaking change\n" in text


def test_many_ignored_commits_are_counted_and_listed_on_demand() -> None:
    ignored = tuple(CommitReason(f"{number:040}", f"docs: {number}", "docs → no release") for number in range(6))
    decision = replace(TO_RELEASE, ignored=ignored)
    assert "  ignored: 6 commits (-v lists them)\n" in shown(decision)
    assert shown(decision, everything=True).count("docs → no release") == 6


def test_each_package_is_shown_with_its_name() -> None:
    text = shown(replace(TO_RELEASE, package="backend"), replace(NOTHING, package="web"))
    assert "backend: next version 1.4.0" in text
    assert "web: nothing to release since 1.3.0" in text


def test_findings_come_with_code_and_fix() -> None:
    text = shown(TO_RELEASE, findings=(Finding("dirty", "uncommitted changes in `a`", "git stash"),))
    assert "  error uncommitted changes in `a` [dirty]\n    fix: git stash\n" in text


def test_an_interrupted_release_is_shown_with_its_tag() -> None:
    assert shown(finishes=("v1.4.0",)).startswith("finishes the interrupted release v1.4.0; newer commits")


def test_text_of_commits_cannot_steer_the_terminal() -> None:
    evil = CommitReason("e" * 40, "feat: \x1b]0;owned\x07 \x1b[31mred\r\n", "feat → minor")
    text = shown(replace(TO_RELEASE, reasons=(evil,)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_colours_do_not_change_the_text() -> None:
    made = ReleasePlan(decisions=(TO_RELEASE, NOTHING), inputs=INPUTS, findings=(Finding("dirty", "a", "b"),))
    painted = render_plan(made, lambda text, look: f"<{look}>{text}</>")
    assert re.sub(r"<[a-z]+>|</>", "", painted) == render_plan(made)
    assert "<version>1.4.0</>" in painted


@pytest.fixture
def text(repo: Repository) -> str:
    repo.commit("feat: begin", files={"build.gradle": "version = '1.0.0'\n"})
    repo.tag("v1.0.0")
    repo.commit("feat: more")
    return render_plan(plan(clone_of(repo)))


def test_the_line_of_a_version_file_that_changes_is_shown_before_and_after(text: str) -> None:
    assert "        - version = '1.0.0'\n        + version = '1.1.0'\n" in text


def test_a_line_between_the_steps_marks_the_commit_point(text: str) -> None:
    before, line, after = text.partition(
        "      --- above this line nothing is public; below it, steps are not undone ---\n"
    )
    assert line
    assert "tag v1.1.0" in before
    assert "push" in after


def test_the_release_notes_are_shown_completely(text: str) -> None:
    assert "\nnotes\n" in text
    assert "* more" in text
