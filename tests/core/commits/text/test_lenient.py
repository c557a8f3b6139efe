"""Titles as teams write them: with a type in brackets, with tickets, and with a part of the project."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.commits import Commit, RawCommit, Rules, Unreadable, parse_commit, read_commits
from shipit.core.commits.lint import lint_message
from shipit.core.history import columns
from shipit.core.history.scan import HistoryScan

RULES = Rules.of()

READ = {
    "[Feat] 로그인": "feat: 로그인",
    "[Feat]로그인": "feat: 로그인",
    "[Feat]: 로그인": "feat: 로그인",
    "[Feat] : 로그인 (#34)": "feat: 로그인 (#34)",
    "✨ [Feat] 로그인": "feat: 로그인",
    "[✨ Feat] 로그인": "feat: 로그인",
    "[feat/#12] x": "feat: x #12",
    "[Feat #12] x": "feat: x #12",
    "[Feat(#12)] x": "feat: x #12",
    "[FEAT] #12 - x": "feat: x #12",
    "[FEAT] #12 x": "feat: x #12",
    "[FEAT] (#12) x": "feat: x #12",
    "feat/#12: x": "feat: x #12",
    "feat #12: x": "feat: x #12",
    "#12 feat: x": "feat: x #12",
    "#12: feat: x": "feat: x #12",
    "[#12] feat: x": "feat: x #12",
    "[#12][Feat] x": "feat: x #12",
    "[PROJ-42] feat: x": "feat: x PROJ-42",
    "CHAT-18 feat: x": "feat: x CHAT-18",
    "[BE] feat: x": "feat(BE): x",
    "[백엔드] fix(auth): x": "fix(auth): x",
    "[BE][Feat] x": "feat(BE): x",
    "[Feat/auth] x": "feat(auth): x",
    "[Fix(auth)] x": "fix(auth): x",
    "[Fix] UTF-8 지원": "fix: UTF-8 지원",
    "[Docs] x": "docs: x",
    "[Hotfix] x": "fix: x",
    "!HOTFIX: x": "fix: x",
    "Feat(#12) : x": "feat(#12): x",
}
NOT_READ = [
    "[WIP] x",
    "[공지] x",
    "[Release] v1.2",
    "[Release] feat: x",
    "[Snyk] Security upgrade",
    "[Snyk] Fix for 3 vulnerabilities",
    "[skip ci] feat: x",
    "[Feat request] x",
    "[Feat][Fix] x",
    "[Feat] fix: x",
    "[CI] fix: x",
    "[Refactor/Feat] x",
    "[fix](http://example.org) the link",
    "[x] feat: done",
    "[1.x] fix: x",
    "[Revert] feat: x",
    "[Merge] feat: x",
    "[Feat]",
    "[Feat] ",
    "[]feat: x",
    "#12 x",
    "#12 fix the list",
    "Feat 로그인",
    "feat 로그인: x",
    "see [feat] x",
    "!feat: x",
    "[PROJ-42] x",
]


def standard(title: str, rules: Rules = RULES) -> str | None:
    parsed = rules.parse(title)
    if isinstance(parsed, Unreadable):
        return None
    scope = f"({parsed.scope})" if parsed.scope else ""
    return " ".join((f"{parsed.type}{scope}: {parsed.description}", *(each.value for each in parsed.footers)))


@pytest.mark.parametrize(("title", "meaning"), READ.items())
def test_a_title_with_a_known_type_is_read(title: str, meaning: str) -> None:
    assert standard(title) == meaning


@pytest.mark.parametrize("title", NOT_READ)
def test_a_title_without_a_clear_meaning_is_unreadable(title: str) -> None:
    assert standard(title) is None


@pytest.mark.parametrize("title", READ)
def test_lint_still_reports_a_title_that_is_read(title: str) -> None:
    (problem,) = lint_message(title, RULES)
    assert (problem.severity, problem.what) == ("warning", "non-standard spelling")


def test_lint_shows_where_the_ticket_of_a_title_belongs() -> None:
    (problem,) = lint_message("[feat/#12] login", RULES)
    assert problem.hint == "it counts, but write `feat: login`, and below it `Refs: #12`"


@pytest.mark.parametrize("title", [*(title for title in READ if title != "Feat(#12) : x"), "feat : x", "Feat：x"])
def test_only_the_standard_spelling_is_read_when_lenient_is_false(title: str) -> None:
    strict = Rules.of(lenient=False)
    assert standard(title, strict) is None
    assert lint_message(title, strict)[0].severity == "error"
    assert standard("Feat(api): x", strict) == "feat(api): x"


def test_the_reason_of_a_strict_reader_shows_the_standard_spelling() -> None:
    parsed = Rules.of(lenient=False).parse("Feat : x")
    assert parsed == Unreadable("Feat : x", "`lenient` is false, so it must be written exactly `feat: x`")


def test_korean_words_are_types_by_alias() -> None:
    korean = Rules.of(aliases={"기능": "feat", "수정": "fix", "문서": "docs"})
    assert [standard(title, korean) for title in ("기능: x", "[수정] x", "[기능/#3] x", "문서 : x", "[공지] x")] == [
        "feat: x",
        "fix: x",
        "feat: x #3",
        "docs: x",
        None,
    ]
    assert standard("[기능] x") is None


def test_a_type_of_the_bump_rules_is_known_in_brackets_too() -> None:
    assert standard("[Deps] x", Rules.of({"deps": "patch"})) == "deps: x"


def test_body_footers_and_breaking_changes_are_those_of_the_message() -> None:
    parsed = parse_commit("[Feat!] x\n\nWhy.\n\nBREAKING CHANGE: y\nCloses #3")
    assert isinstance(parsed, Commit)
    assert (parsed.body, parsed.breaking) == ("Why.", ("y",))
    assert parse_commit("[Feat]! x") == parse_commit("feat!: x")


def raw(message: str) -> RawCommit:
    return RawCommit("a" * 40, (), "Ada", 0, message)


def test_a_title_in_brackets_counts_and_a_task_list_below_an_unclear_title_does_not() -> None:
    (title,) = read_commits([raw("[Feat] 로그인 (#3)\n\n* fix: a")], RULES).all
    (tasks,) = read_commits([raw("로그인\n\n- [x] feat: a\n- [BE] feat: b\n- [Feat] c")], RULES).all
    (items,) = read_commits([raw("로그인\n\n- feat : a")], RULES).all
    assert (title.reason, tasks.outcome, items.reason) == ("feat → minor", "unreadable", "feat → minor")


def test_work_in_progress_stays_ignored() -> None:
    (reading,) = read_commits([raw("[WIP] feat: x")], RULES).all
    assert (reading.outcome, reading.reason) == ("ignored", "work in progress")


@pytest.mark.parametrize("title", READ)
def test_the_scan_of_a_long_history_reads_the_same_entries(title: str) -> None:
    scan = HistoryScan(RULES)
    for part in columns([f"c\0b\0Ada\0{0}\0{title}\n\nWhy.\0b\0\0Bo\0\0{title}\0".encode()]):
        scan.add(part)
    (reading,) = read_commits([raw(title)], RULES).all
    assert scan.entries(1) == reading.entries


@given(st.text(st.sampled_from("[]()#!:- /fFeEaAtTxX1WIP-2\u3000✨기"), max_size=40))
def test_every_title_is_read_or_not_and_a_read_one_has_its_standard_form(title: str) -> None:
    parsed = parse_commit(title)
    if isinstance(parsed, Commit):
        assert parsed.type and parsed.description == parsed.description.strip() != ""
