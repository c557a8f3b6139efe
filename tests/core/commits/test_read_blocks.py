"""Tests of the blocks in a commit message, as release-please has them: each message in them counts once."""

import time

import pytest

from shipit.core.commits import RawCommit, Reading, Rules, read_commits, requested_version, version_requests
from shipit.core.commits.lint import lint_message
from shipit.core.commits.text.blocks import messages_in
from shipit.core.versions import Bump

RULES = Rules.of()


def read(message: str) -> Reading:
    commits = [RawCommit("a" * 40, ("p",), "Ada", 0, message)]
    (reading,) = read_commits(commits, RULES).all
    assert requested_version(commits, RULES).bump == reading.bump
    return reading


def nested(*messages: str) -> str:
    return "\n\n".join(f"BEGIN_NESTED_COMMIT\n{message}\nEND_NESTED_COMMIT" for message in messages)


def override(*messages: str) -> str:
    return "\n\n".join(f"BEGIN_COMMIT_OVERRIDE\n{message}\nEND_COMMIT_OVERRIDE" for message in messages)


def entries(message: str) -> list[str]:
    """Return the descriptions of the notes in the order of the message."""
    return [entry.description for entry in reversed(read(message).entries)]


TRAIN = (
    f"chore: merge train\n\n{nested(override('feat: create #3', 'feat: list #4', ''))}\n\nOther changes:\n1. chore: a"
)


def test_nested_messages_count_beside_the_message_around_them() -> None:
    message = f"fix: login (#7)\n\n{nested('feat: search', 'docs: typo')}\n\nCo-authored-by: Bo <bo@x>"
    reading = read(message)
    assert (reading.subject, reading.outcome, reading.reason, reading.bump) == (
        "fix: login (#7)",
        "counted",
        "feat → minor",
        Bump.MINOR,
    )
    assert entries(message) == ["login (#7)", "search"]
    assert reading.entries[-1].footers[0].token == "Co-authored-by"
    assert reading.warnings == (
        "its blocks `BEGIN_NESTED_COMMIT` are read as further messages (1 feat → minor, 1 docs → no release)",
    )


def test_the_messages_of_a_merge_train_count_although_its_own_header_releases_nothing() -> None:
    reading = read(TRAIN)
    assert (reading.subject, reading.reason, entries(TRAIN)) == (
        "chore: merge train",
        "feat → minor",
        ["create #3", "list #4"],
    )


def test_a_message_in_an_override_counts_in_place_of_the_message_around_it() -> None:
    message = f"feat!: by mistake\n\nRelease-As: 9.0.0\n\n{override('fix: login')}\n\nBREAKING CHANGE: no"
    reading = read(message)
    assert (reading.bump, reading.release_as, entries(message)) == (Bump.PATCH, None, ["login"])
    assert reading.subject == "feat!: by mistake"
    assert reading.warnings == (
        "the message is read from `BEGIN_COMMIT_OVERRIDE`, and not from `feat!: by mistake` (1 fix → patch)",
    )


def test_an_override_can_have_several_messages_and_nested_ones() -> None:
    assert entries(f"chore: x\n\n{override('feat: one' + chr(10) + 'fix: two')}") == ["one", "two"]
    assert entries(f"feat!: x\n\n{override(nested('feat: one', 'fix: two'))}") == ["one", "two"]


def test_a_message_that_is_there_twice_counts_once() -> None:
    assert entries(f"feat: search (#7)\n\n{nested('feat: search', 'fix: a', 'fix: a')}") == ["search (#7)", "a"]


def test_an_override_without_a_message_removes_nothing() -> None:
    reading = read(f"feat: search\n\n{override('')}")
    assert (reading.bump, len(reading.entries)) == (Bump.MINOR, 1)
    assert reading.warnings == ("`BEGIN_COMMIT_OVERRIDE` has no text, so it replaces nothing",)


def test_nested_messages_in_an_override_without_an_end_count() -> None:
    message = f"chore: x\n\nBEGIN_COMMIT_OVERRIDE\n{nested('feat: one', 'fix: two')}\nEND_COMMIMT_OVERRIDE"
    assert entries(message) == ["one", "two"]
    assert "`BEGIN_COMMIT_OVERRIDE` has no `END_COMMIT_OVERRIDE` below it, so it replaces nothing" in (
        read(message).warnings
    )


@pytest.mark.parametrize(
    ("body", "remark"),
    [
        ("BEGIN_NESTED_COMMIT\nfix: a", "has no `END_NESTED_COMMIT`: the block has all lines below it"),
        (f"{nested('fix: a')}\nEND_NESTED_COMMIT", "`END_NESTED_COMMIT` has no line above it that begins the block"),
        (override("fix: a", "fix: b"), "only the first `BEGIN_COMMIT_OVERRIDE` counts"),
        (f"{nested('fix: b')}\n{override('fix: a')}", "`BEGIN_NESTED_COMMIT` outside `BEGIN_COMMIT_OVERRIDE` does not"),
        (f"{nested('fix: a')}\n```\n{nested('fix: b')}\n```", "`BEGIN_NESTED_COMMIT` in a code block or a quote does"),
        (nested("fix: a", "fxi: b"), "`fxi: b` in a block does not count: fxi is not a known type"),
        (nested("fix: a", "see below"), "`see below` in a block does not count: it does not begin with"),
    ],
)
def test_what_does_not_count_in_blocks_has_a_warning_of_the_plan_and_of_lint(body: str, remark: str) -> None:
    message = f"chore: x\n\n{body}"
    assert entries(message) == ["a"]
    assert [warning for warning in read(message).warnings if remark in warning]
    assert [problem for problem in lint_message(message, RULES) if remark in f"{problem.what}; {problem.hint}"]


def test_a_block_in_a_quote_changes_nothing() -> None:
    message = f"fix(deps): update x\n\n<details>\n{override('feat!: drop v1')}\n</details>"
    assert (read(message).bump, entries(message)) == (Bump.PATCH, ["update x"])


def test_breaking_changes_and_requested_versions_in_blocks_count() -> None:
    message = f"chore: x\n\n{nested('feat: a' + chr(10) * 2 + 'BREAKING CHANGE: b', 'fix: c' + chr(10) * 2 + 'Release-As: 3.0.0')}"
    assert (read(message).bump, read(message).release_as) == (Bump.MAJOR, "3.0.0")
    assert [each.version for each in version_requests(message)] == ["3.0.0"]


def test_reverts_are_found_alike_for_the_version_and_the_plan_in_a_message_that_begins_with_a_block() -> None:
    messages = ('Revert "feat: a"', nested("feat: a", "fix!: b"))
    commits = [RawCommit(str(at) * 40, ("p",), "Ada", 0, message) for at, message in enumerate(messages)]
    assert read_commits(commits, RULES).requested == requested_version(commits, RULES)


def test_the_mark_that_skips_a_release_skips_all_messages() -> None:
    assert read(f"chore: x [skip release]\n\n{nested('feat: a')}").outcome == "ignored"


def test_lint_looks_at_each_message_in_the_blocks() -> None:
    found = lint_message(f"chore: x\n\n{nested('Feat : a')}", RULES)
    assert ("non-standard spelling", "it counts, but write `feat: a`") in [(each.what, each.hint) for each in found]


@pytest.mark.parametrize(
    "mark", ["BEGIN_NESTED_COMMIT", "BEGIN_COMMIT_OVERRIDE", "BEGIN_COMMIT_OVERRIDE\nfix: a\nEND_NESTED_COMMIT"]
)
def test_blocks_without_an_end_are_read_in_linear_time(mark: str) -> None:
    message = f"feat: x\n\n{(mark + chr(10)) * 20_000}"
    start = time.process_time()
    messages_in(message)
    assert time.process_time() - start < 2
