import pytest

from shipit.core.commits import Rules
from shipit.core.commits.lint import lint_message

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
def test_a_proper_message_gets_no_remark(message: str) -> None:
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
def test_a_lenient_spelling_is_a_warning_with_the_right_one_as_hint(message: str) -> None:
    (remark,) = lint_message(message, RULES)
    assert (remark.severity, remark.hint) == ("warning", f"write `{SPELLINGS[message]}`")


@pytest.mark.parametrize("message", ["", "\n\n", "Update things", "feat:", "note : x"], ids=repr)
def test_a_message_that_cannot_be_read_is_an_error_with_an_example(message: str) -> None:
    (remark,) = lint_message(message, RULES)
    assert remark.severity == "error"
    assert "such as `fix:" in remark.hint


def test_a_header_without_description_is_completed_in_the_hint() -> None:
    (remark,) = lint_message("feat(api):", RULES)
    assert remark.what == "`feat(api):` has no description"
    assert remark.hint.startswith("write `feat(api): what it does`")


def test_a_body_that_follows_at_once_is_a_warning() -> None:
    (remark,) = lint_message("feat: x\nbody", RULES)
    assert (remark.severity, remark.hint) == ("warning", "put a blank line between them")


def test_a_look_alike_of_a_breaking_change_is_a_warning() -> None:
    (remark,) = lint_message("feat: x\n\nbreaking change: y", RULES)
    assert remark.severity == "warning"
    assert remark.what == "`breaking change: y` looks like a breaking change"
    assert remark.hint == "write `BREAKING CHANGE: y` at the start of a line"


@pytest.mark.parametrize("message", ["fixup! feat: x", "squash! feat: x", "wip", "feat: x [skip release]"])
def test_a_commit_that_would_be_ignored_is_a_warning(message: str) -> None:
    (remark,) = lint_message(message, RULES)
    assert remark.severity == "warning"
    assert remark.what.startswith("it would be ignored: ")


def test_a_mistyped_type_is_a_warning_that_names_the_near_one() -> None:
    (remark,) = lint_message("faet: x", RULES)
    assert (remark.severity, remark.hint) == ("warning", "did you mean `feat`?")


def test_a_type_that_is_like_no_other_is_answered_with_the_known_ones() -> None:
    (remark,) = lint_message("zzz: x", RULES)
    assert "feat, fix" in remark.hint


def test_a_configured_type_is_as_good_as_the_others() -> None:
    assert lint_message("deps: x", Rules.of({"deps": "patch"})) == ()
