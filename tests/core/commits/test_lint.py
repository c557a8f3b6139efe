"""Tests of the linter for one commit message."""

from itertools import chain

import pytest
from differential.shapes import SHAPES, Shape

from shipit.core.commits import RawCommit, Rules, read_commits
from shipit.core.commits.lint import lint_commits, lint_message
from shipit.core.commits.text.release_message import release_message

RULES = Rules.of()

FINE = [
    "feat: x",
    "feat(api)!: x\n\nbody\n\nBREAKING CHANGE: y",
    "feature: x",
    "docs: x\n",
    "Merge pull request #12 from acme/feature",
    "Merge branch 'main' into dev",
    'Revert "feat: x"\n\nThis reverts commit 0123abc.',
    'Reapply "feat: x"',
]


@pytest.mark.parametrize("message", FINE, ids=repr)
def test_a_message_in_the_standard_form_has_no_problem(message: str) -> None:
    assert lint_message(message, RULES) == ()


SPELLINGS = {
    "feat : x": "feat: x",
    "feat:x": "feat: x",
    "feat：x": "feat: x",
    "feat:  x": "feat: x",
    "Feat: x": "feat: x",
    "FEATURE(api)!: x": "feature(api)!: x",
    "✨ feat: x": "feat: x",
    ":sparkles: feat: x": "feat: x",
    "feat(): x": "feat: x",
    "feat (api): x": "feat(api): x",
}


@pytest.mark.parametrize("message", SPELLINGS)
def test_a_non_standard_spelling_is_a_warning_with_the_standard_one_as_hint(message: str) -> None:
    (problem,) = lint_message(message, RULES)
    assert (problem.severity, problem.hint) == ("warning", f"it counts, but write `{SPELLINGS[message]}`")


def test_the_hint_for_a_spelling_says_that_it_counts_only_if_it_does() -> None:
    (problem,) = lint_message("docs : x", RULES)
    assert problem.hint == "write `docs: x`"


@pytest.mark.parametrize("message", ["", "\n\n", "Update things", "feat:", "note : x"], ids=repr)
def test_a_message_that_cannot_be_read_is_an_error_with_an_example(message: str) -> None:
    (problem,) = lint_message(message, RULES)
    assert problem.severity == "error"
    assert "such as `fix:" in problem.hint


def test_a_header_without_description_is_completed_in_the_hint() -> None:
    (problem,) = lint_message("feat(api):", RULES)
    assert problem.what == "`feat(api):` has no description"
    assert problem.hint.startswith("write `feat(api): what it does`")


@pytest.mark.parametrize(
    ("header", "meant"),
    [("feat!(api): drop x", "feat(api)!: drop x"), ("refactor!(a,b) :  y", "refactor(a,b)!: y")],
)
def test_a_breaking_mark_before_the_scope_is_put_behind_it_in_the_hint(header: str, meant: str) -> None:
    (problem,) = lint_message(header, RULES)
    assert (problem.severity, problem.hint) == ("error", f"write `{meant}`")
    assert [each for each in lint_message(meant, RULES) if each.severity == "error"] == []


def test_a_body_without_a_blank_line_above_it_is_a_warning() -> None:
    (problem,) = lint_message("feat: x\nbody", RULES)
    assert (problem.severity, problem.hint) == ("warning", "put a blank line between them")


def test_a_line_that_looks_like_a_breaking_change_is_a_warning() -> None:
    (problem,) = lint_message("feat: x\n\nbreaking change: y", RULES)
    assert problem.severity == "warning"
    assert problem.what == "`breaking change: y` looks like a breaking change"
    assert problem.hint == "write `BREAKING CHANGE: y` at the start of a line"


@pytest.mark.parametrize("message", ["fixup! feat: x", "squash! feat: x", "wip", "feat: x [skip release]"])
def test_a_commit_that_would_be_ignored_is_a_warning(message: str) -> None:
    (problem,) = lint_message(message, RULES)
    assert problem.severity == "warning"
    assert problem.what.startswith("it would be ignored: ")


def test_a_mistyped_type_is_a_warning_that_suggests_a_similar_one() -> None:
    (problem,) = lint_message("faet: x", RULES)
    assert (problem.severity, problem.hint) == ("warning", "did you mean `feat`?")


def test_a_type_that_is_not_similar_to_any_is_a_warning_that_lists_the_known_ones() -> None:
    (problem,) = lint_message("zzz: x", RULES)
    assert "feat, fix" in problem.hint


def test_a_configured_type_has_no_problem() -> None:
    assert lint_message("deps: x", Rules.of({"deps": "patch"})) == ()


@pytest.mark.parametrize(
    ("value", "meant"), [("2.0", "2.0.0"), ("soon", "1.4.0"), ("V2.0.0", "2.0.0"), ("2.0.0.1", "1.4.0")]
)
@pytest.mark.parametrize("header", ["feat: x", "Merge branch 'main' into dev"])
def test_a_requested_version_that_a_release_would_refuse_is_an_error(header: str, value: str, meant: str) -> None:
    (problem,) = lint_message(f"{header}\n\nRelease-As: {value}", RULES)
    assert (problem.severity, problem.what) == ("error", f"`{value}` in `Release-As:` is not a version")
    assert problem.hint == f"write `Release-As: {meant}`"


def test_a_requested_version_may_have_the_name_of_a_package() -> None:
    packages = ["backend", "web"]
    assert lint_message("feat: x\n\nRelease-As: backend 2.0.0", RULES, packages) == ()
    (problem,) = lint_message("feat: x\n\nRelease-As: web 2.0", RULES, packages)
    assert problem.hint == "write `Release-As: web 2.0.0`"
    (problem,) = lint_message("feat: x\n\nRelease-As: wbe 2.0.0", RULES, packages)
    assert problem.hint == "write `Release-As: 1.4.0`, or name one of the packages `backend`, `web` before the version"


@pytest.mark.parametrize("value", ["2.0.0", "v2.0.0", "2.0.0-rc.1"])
def test_a_requested_version_has_no_problem(value: str) -> None:
    assert lint_message(f"feat: x\n\nRelease-As: {value}", RULES) == ()


LIST = "Add search (#12)\n\n* feat: search\n* fix: empty query"
READ_BY_PLAN = {
    "a plain title over a list of commits": LIST,
    "an unknown type over a list of commits": LIST.replace("Add search", "PROJ-12: search"),
    "a release commit with notes": release_message(
        "chore(release): 1.4.0", "### Features\n\n- x\n\nbreaking change: y"
    ),
    "a requested version": "Prepare the release\n\nRelease-As: 2.0.0",
    "a list of commits that release nothing": "Tidy up (#3)\n\n* docs: x\n* chore: y",
}


@pytest.mark.parametrize("message", tuple(READ_BY_PLAN.values()), ids=tuple(READ_BY_PLAN))
def test_a_message_that_plan_can_read_has_no_problem(message: str) -> None:
    assert lint_message(message, RULES) == ()


def test_a_warning_of_plan_about_a_list_of_commits_is_a_warning_here() -> None:
    (problem,) = lint_message("docs: x\n\n* feat: search\n* test: y", RULES)
    assert problem.what == "`feat: search` in the body does not count (feat → minor): the header decides"


@pytest.mark.parametrize("shape", tuple(chain.from_iterable(SHAPES.values())), ids=lambda shape: shape.name)
def test_lint_has_an_error_for_exactly_the_messages_that_plan_cannot_read(shape: Shape) -> None:
    commits = _history(*(step for step in shape.steps if isinstance(step, str)))[::-1]
    errors = [any(problem.severity == "error" for problem in each.problems) for each in lint_commits(commits, RULES)]
    assert errors == [reading.outcome == "unreadable" for reading in read_commits(commits, RULES).all]


def test_a_commit_that_is_not_a_merge_by_its_subject_is_one_by_its_parents() -> None:
    merge = RawCommit("a" * 40, ("b" * 40, "c" * 40), "Ada", 0, "Merged in search (pull request #3)")
    assert not lint_commits([merge], RULES)[0].problems


def test_a_reverted_commit_has_no_error() -> None:
    commits = _history(f'Revert "Update things"\n\nThis reverts commit {"1" * 40}.', "Update things")
    assert [each.problems for each in lint_commits(commits, RULES)] == [(), ()]


def _history(*messages: str) -> list[RawCommit]:
    return [RawCommit(f"{index:x}" * 40, (), "Ada", 0, message) for index, message in enumerate(messages)]


def test_a_title_that_counts_only_by_the_rule_for_others_is_a_warning() -> None:
    [problem] = lint_message("Update the README", Rules.of({"*": "patch"}))
    assert (problem.severity, problem.hint) == ("warning", "write `type: description`")
    assert lint_message("chore: update", Rules.of({"*": "patch"})) == ()
