"""The rules of commitlint. The results were compared with commitlint 20 itself; docs/guides/commits.md says what differs."""

from __future__ import annotations

from typing import Any

import pytest

from shipit.core.commits.message_rules import MessageRule, broken_rules, is_checked


def broken(name: str, message: str, value: Any = None, *, required: bool = True) -> str:
    """Return the problem of `message` with one rule; empty if it has none."""
    return "; ".join(each.what for each in broken_rules(message, [MessageRule(name, "error", required, value)]))


@pytest.mark.parametrize(
    ("name", "value", "good", "bad", "sentence"),
    [
        ("type-enum", ["feat", "fix"], "feat: x", "docs: x", "the type must be one of `feat`, `fix`"),
        ("type-case", "lower-case", "feat: x", "Feat: x", "the type must be in `lower-case`"),
        ("type-max-length", 4, "feat: x", "chore: x", "the type must have at most 4 characters"),
        ("type-min-length", 4, "feat: x", "fix: x", "the type must have at least 4 characters"),
        ("scope-enum", ["api", "web"], "feat(api/web): x", "feat(ios): x", "the scope must be one of `api`, `web`"),
        ("scope-case", ["kebab-case", "upper-case"], "feat(API): x", "feat(apiWeb): x", "the scope must be in `kebab-case`, `upper-case`"),
        ("scope-empty", None, "feat: x", "feat(api): x", "the scope must be empty"),
        ("subject-case", "sentence-case", "feat: Search", "feat: search", "the subject must be in `sentence-case`"),
        ("subject-max-length", 6, "feat: search", "feat: searches", "the subject must have at most 6 characters"),
        ("subject-min-length", 3, "feat: add", "feat: x", "the subject must have at least 3 characters"),
        ("subject-exclamation-mark", None, "feat!: x", "feat: x", "the header must have `!` before its colon"),
        ("header-max-length", 10, "feat: four", "feat: seven", "the header must have at most 10 characters"),
        ("header-trim", None, "feat: x", "feat: x ", "the header must be without white space at its ends"),
        ("header-full-stop", ".", "feat: x.", "feat: x", "the header must end with `.`"),
        ("body-leading-blank", None, "feat: x\n\nbody", "feat: x\nbody", "the body must have a blank line above it"),
        ("body-empty", None, "feat: x\n\nRefs: #1", "feat: x\n\nbody", "the body must be empty"),
        ("body-max-length", 4, "feat: x\n\nbody", "feat: x\n\nlonger", "the body must have at most 4 characters"),
        ("body-max-line-length", 4, "feat: x\n\nbody\nbody", "feat: x\n\nlonger", "the body must have only lines of at most 4 characters"),
        ("footer-max-line-length", 8, "feat: x\n\nlonger body\n\nRefs: #1", "feat: x\n\nRefs: #123", "the footer must have only lines of at most 8 characters"),
        ("signed-off-by", "Signed-off-by:", "feat: x\n\nSigned-off-by: A", "feat: x", "the message must have a line that begins with `Signed-off-by:`"),
    ],
)  # fmt: skip
def test_a_rule_holds_or_is_broken_with_its_sentence(name: str, value: Any, good: str, bad: str, sentence: str) -> None:
    assert is_checked(name)
    assert broken(name, good, value) == ""
    assert broken(name, bad, value) == f"`{name}`: {sentence}"
    assert broken(name, bad, value, required=False) == ""


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("type-empty", None, "update stuff"),
        ("subject-empty", None, "feat:search"),
        ("type-empty", None, "기능: 로그인"),
        ("subject-case", ["sentence-case", "upper-case"], "feat: Search"),
        ("subject-full-stop", ".", "feat: search."),
    ],
)
def test_a_rule_with_never_is_broken_if_its_check_holds(name: str, value: Any, message: str) -> None:
    assert broken(name, message, value, required=False).startswith(f"`{name}`: ")


@pytest.mark.parametrize("subject", ["로그인", "123 hits", "`Search` works", "iOS app"])
def test_a_subject_without_a_case_has_every_case(subject: str) -> None:
    never = ["sentence-case", "start-case", "pascal-case", "upper-case"]
    assert broken("subject-case", f"feat: {subject}", never, required=False) == ""


def test_a_long_line_with_an_address_is_allowed() -> None:
    assert broken("body-max-line-length", "feat: x\n\nsee https://example.com/a/long/path", 10) == ""


@pytest.mark.parametrize(
    "message",
    [
        "Merge branch 'dev'",
        "Merge pull request #1 from a/b",
        'Revert "feat: x"',
        "fixup! feat: x",
        "v1.2.3",
        "chore(release): 1.2.3",
        "chore: release 1.2.3 now\n\nReleased-by: shipit\nRelease-Of: 1.2.3\n",
    ],
)
def test_nothing_is_required_of_messages_that_programs_write(message: str) -> None:
    assert broken("type-enum", message, ["none"]) == broken("type-empty", message, required=False) == ""


@pytest.mark.parametrize("name", ["", "type", "references-empty", "subject-enum", "mark-empty", "function-rules/type"])
def test_a_rule_without_a_check_is_known_as_such(name: str) -> None:
    assert not is_checked(name)
