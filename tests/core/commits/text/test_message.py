"""Tests of the parser of one message: each rule of the specification, and laws that hold for any text."""

import re
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shipit.core.commits import Commit, parse_commit, subject
from shipit.core.commits.text.message import KNOWN_TYPES, Unreadable, header


def read(message: str | bytes) -> Commit:
    commit = parse_commit(message)
    assert isinstance(commit, Commit), commit
    return commit


HEADERS = {
    "feat: x": Commit("feat", None, "x"),
    "feat(api)!: x": Commit("feat", "api", "x", breaking=("x",)),
    "feat!: x": Commit("feat", None, "x", breaking=("x",)),
    "Feat: x": Commit("feat", None, "x"),
    "FIX: x": Commit("fix", None, "x"),
    "feature: x": Commit("feat", None, "x"),
    "Bugfix: x": Commit("fix", None, "x"),
    "hotfix(db): x": Commit("fix", "db", "x"),
    "features: x": Commit("features", None, "x"),
    "feat:x": Commit("feat", None, "x"),
    "feat : x": Commit("feat", None, "x"),
    "feat : 로그인 추가": Commit("feat", None, "로그인 추가"),
    "feat：x": Commit("feat", None, "x"),
    "feat:\tx": Commit("feat", None, "x"),
    "feat:\u00a0x": Commit("feat", None, "x"),
    "feat:  x": Commit("feat", None, "x"),
    "Feat(api) : x": Commit("feat", "api", "x"),
    "feat (api)!: x": Commit("feat", "api", "x", breaking=("x",)),
    "✨ feat: x": Commit("feat", None, "x"),
    "🐛 fix(ui): x": Commit("fix", "ui", "x"),
    "♻️ refactor: x": Commit("refactor", None, "x"),
    ":sparkles: feat: x": Commit("feat", None, "x"),
    ":bug::fire: fix: x": Commit("fix", None, "x"),
    "feat: :bug: x": Commit("feat", None, ":bug: x"),
    "\ufefffeat: x": Commit("feat", None, "x"),
    "\n \n\nfeat: x": Commit("feat", None, "x"),
    "feat: x\r\n\r\nwhy\r\nnot\r\n": Commit("feat", None, "x", body="why\nnot"),
    "feat: x   \n\n": Commit("feat", None, "x"),
    "feat(사용자): 로그인 ✅": Commit("feat", "사용자", "로그인 ✅"),
    "fix(@scope/pkg.name_a-b): x": Commit("fix", "@scope/pkg.name_a-b", "x"),
    "fix(two words): x": Commit("fix", "two words", "x"),
    "feat(a): b (c): d": Commit("feat", "a", "b (c): d"),
    "feat(): x": Commit("feat", None, "x"),
    "feat( ): x": Commit("feat", None, "x"),
    "fixture: x": Commit("fixture", None, "x"),
    "기능: x": Commit("기능", None, "x"),
    "feat: x\n\nnote!: y": Commit("feat", None, "x", footers=(), body="note!: y"),
    "docs: x\n\nfeat!: y\nmore": Commit("docs", None, "x", body="feat!: y\nmore"),
    "feat: x\nbody at once": Commit("feat", None, "x", body="body at once"),
}


@pytest.mark.parametrize("message", HEADERS, ids=repr)
def test_a_header_is_read_by_the_specification_and_in_other_spellings_for_known_types(message: str) -> None:
    assert parse_commit(message) == HEADERS[message]


REASONS = {
    "": "the message is empty",
    " \n\t\n\ufeff": "the message is empty",
    "feat:": "`feat:` has no description",
    "feat(api)!: ": "`feat(api)!:` has no description",
    "feat:\n\nbody": "`feat:` has no description",
    "Update things": "it does not begin with `type: description`",
    "feat add login": "it does not begin with `type: description`",
    "feat(api: x": "it does not begin with `type: description`",
    "fix::scope is kept": "it does not begin with `type: description`",
    "note : x": "`note` is not a known type, so it must be written exactly `note: x`",
    "note(a)!:x": "`note` is not a known type, so it must be written exactly `note(a)!: x`",
    "✨ note: x": "`note` is not a known type, so it must be written exactly `note: x`",
    "https://example.org/x": "`https` is not a known type, so it must be written exactly `https: //example.org/x`",
}


@pytest.mark.parametrize("message", REASONS, ids=repr)
def test_an_unreadable_message_has_a_reason(message: str) -> None:
    commit = parse_commit(message)
    assert isinstance(commit, Unreadable)
    assert commit.reason == REASONS[message]


BREAKING = {
    "feat: x\n\nBREAKING CHANGE: y": ("y",),
    "feat: x\n\nBREAKING-CHANGE: y": ("y",),
    "feat: x\n\nBREAKING CHANGE #y": ("y",),
    "feat: x\nBREAKING CHANGE: y": ("y",),
    "feat: x\n\nprose\nBREAKING CHANGE: y\nmore of y": ("y\nmore of y",),
    "feat: x\n\nRefs: #1\nBREAKING CHANGE: y\nSigned-off-by: A": ("y",),
    "feat: x\n\nBREAKING CHANGE: y\n\nBREAKING CHANGE: z": ("y", "z"),
    "feat: x\n\nBREAKING CHANGE: y\nBREAKING-CHANGE: z\nCloses #3": ("y", "z"),
    "feat!: x\n\nBREAKING CHANGE: y": ("y",),
    "feat: x\n\nBREAKING CHANGE:\n\nlong\n\nstory": ("long\n\nstory",),
    "feat: x\n\nBREAKING CHANGE: y\n\nmigrate first\n\nCloses #4": ("y\n\nmigrate first",),
    "feat: x\n\nBREAKING CHANGE: y\nRefs: #1\n\nprose": ("y",),
    "feat: x\n\n~~~\n```\n~~~\nBREAKING CHANGE: y": ("y",),
    "feat: x\n\nBREAKING CHANGE:y": ("y",),
    "feat: x\n\nBREAKING CHANGE：y": ("y",),
    "feat: x\n\nBREAKING CHANGE:": ("x",),
    "fix: x\n\n* BREAKING CHANGE: y\n* other": ("y",),
    "fix: x\n\n- BREAKING CHANGE: y\n\nprose": ("y",),
    "fix: x\n\n* feat: a\n\nBREAKING CHANGE: y\n\n* fix: b\n\nwhy b": ("y",),
    "fix: x\n\n* a\n\nBREAKING CHANGE: y\n\n---------\n\nCo-authored-by: A <a@b>": ("y",),
    "feat: x\n\nbreaking change: y": (),
    "feat: x\n\nBREAKING CHANGE y": (),
    "feat: x\n\nBREAKING: y": (),
    "feat: x\n\n> BREAKING CHANGE: y": (),
    "feat: x\n\n```\nBREAKING CHANGE: y\n```": (),
    "feat: x\n\n~~~text\nBREAKING CHANGE: y\n~~~\nmore": (),
    "feat: x\n\nthis is no BREAKING CHANGE: y": (),
    "feat: BREAKING CHANGE: y": (),
}


@pytest.mark.parametrize("message", BREAKING, ids=repr)
def test_a_breaking_change_is_announced_at_the_start_of_a_line_in_capitals(message: str) -> None:
    assert read(message).breaking == BREAKING[message]


LOOKALIKES = {
    "breaking change: y": "breaking change: y",
    "Breaking Changes: y": "Breaking Changes: y",
    "BREAKING CHANGE y": "BREAKING CHANGE y",
    "BREAKING CHANGES: y": "BREAKING CHANGES: y",
    "BREAKING: y": "BREAKING: y",
    "**BREAKING CHANGE**: y": "**BREAKING CHANGE**: y",
    "  BREAKING CHANGE: y": "BREAKING CHANGE: y",
    "- breaking: y": "- breaking: y",
}


def test_the_same_lookalike_gives_one_warning() -> None:
    assert len(read("feat: x\n\nBREAKING: y\nBREAKING: y").warnings) == 1


@pytest.mark.parametrize("line", LOOKALIKES)
def test_a_line_that_only_looks_like_a_breaking_change_is_a_warning(line: str) -> None:
    commit = read(f"feat: x\n\nprose\n\n{line}\n")
    assert commit.breaking == ()
    assert commit.warnings == (
        f"`{LOOKALIKES[line]}` looks like a breaking change; write `BREAKING CHANGE: y` at the start of a line",
    )


@pytest.mark.parametrize(
    "body",
    [
        "BREAKING CHANGE: y",
        "* BREAKING CHANGE: y",
        "breaking changes were avoided",
        "> BREAKING: y",
        "```\nBREAKING: y\n```",
    ],
)
def test_an_announced_breaking_change_and_prose_about_one_give_no_warning(body: str) -> None:
    assert read(f"feat: x\n\n{body}").warnings == ()


FOOTERS = {
    "Closes #12": [("Closes", "#12")],
    "Refs: a, b": [("Refs", "a, b")],
    "Reviewed-by: Z\nRefs: #123": [("Reviewed-by", "Z"), ("Refs", "#123")],
    "Co-authored-by: 김 <kim@example.org>": [("Co-authored-by", "김 <kim@example.org>")],
    "Note: one\n  two\nRefs: #3": [("Note", "one\n  two"), ("Refs", "#3")],
    "Refs: #1\n\nCo-authored-by: A": [("Refs", "#1"), ("Co-authored-by", "A")],
    "Refs: #1\n\n---------\n\nCo-authored-by: A": [("Refs", "#1"), ("Co-authored-by", "A")],
    "Release-As: 2.0.0": [("Release-As", "2.0.0")],
    "release-as: 2.0.0\n\nmore prose": [("release-as", "2.0.0\n\nmore prose")],
    "BREAKING CHANGE: y\nRefs: #1": [("BREAKING CHANGE", "y"), ("Refs", "#1")],
    "```\ncode\n```\n\nRefs: #1": [("Refs", "#1")],
    "note: a footer\n\nbut prose below it": [],
    "see https://example.org: fine": [],
}


@pytest.mark.parametrize("text", FOOTERS, ids=repr)
def test_footers_are_at_the_end_and_their_values_can_have_several_lines(text: str) -> None:
    commit = read(f"feat: x\n\nThe reason.\n\n{text}\n")
    assert [(footer.token, footer.value) for footer in commit.footers] == FOOTERS[text]
    assert commit.body.startswith("The reason.")
    assert not any(footer.token in commit.body for footer in commit.footers)


lines_of_a_body = st.lists(
    st.sampled_from(
        ["", "", "Why.", "Refs: #1", "Closes #2", "closes  #3 ", "Co-authored-by: K <k@example.org>", "Token: ", "Token:", "a b: c",
         "BREAKING CHANGE: y", "BREAKING-CHANGE #4", "BREAKING: z", "  indented: no", "---", "* item: x", "* BREAKING CHANGE: w", "key: v\x0b"]
    )
)  # fmt: skip


@given(lines_of_a_body)
def test_a_code_block_above_the_footers_does_not_change_them(lines: list[str]) -> None:
    body = "\n".join(lines)
    assert read(f"feat: x\n\n```\ncode\n```\n\n{body}").footers == read(f"feat: x\n\nText.\n\n{body}").footers


def test_a_body_keeps_its_paragraphs_and_loses_its_footers() -> None:
    commit = read("feat: x\n\none\n\ntwo: three\nfour\n\nfive\n\nRefs: #1\n")
    assert commit.body == "one\n\ntwo: three\nfour\n\nfive"


def test_text_below_the_horizontal_rule_of_a_squash_body_is_not_part_of_a_footer() -> None:
    commit = read("fix: x\n\nBREAKING CHANGE: y\n\n---------\n\nsquashed by hand\n")
    assert commit.breaking == ("y",)
    assert "squashed by hand" in commit.body


def test_the_caller_gives_aliases_and_known_types() -> None:
    commit = parse_commit("Oops : x", aliases={"oops": "fix"}, known=frozenset({"fix"}))
    assert commit == Commit("fix", None, "x")
    assert isinstance(parse_commit("feat : x", known=frozenset({"fix"})), Unreadable)


def test_bytes_are_decoded_as_utf_8_and_invalid_ones_are_replaced() -> None:
    assert read("feat: 로그인".encode()) == read("feat: 로그인")
    assert read(b"feat: \xff\x00y").description == "\ufffd\x00y"


@given(st.one_of(st.text(), st.binary(), st.text("feat(!): \n#*-`~BREAKING CHANGE\r\0：").map("feat: x\n\n".__add__)))
@example("feat: \0")
def test_parsing_never_raises(message: str | bytes) -> None:
    assert isinstance(parse_commit(message), Commit | Unreadable)


words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"], exclude_characters="()\ufeff:："), min_size=1)


@given(st.sampled_from(sorted(KNOWN_TYPES)), st.none() | words, words, st.booleans())
def test_a_rendered_header_is_parsed_to_the_same_commit(
    type: str, scope: str | None, text: str, breaking: bool
) -> None:
    commit = Commit(type, scope, text, breaking=(text,) if breaking else ())
    assert parse_commit(header(commit)) == commit


@given(st.lists(words, min_size=1, max_size=5))
def test_each_breaking_change_keeps_its_own_text(texts: list[str]) -> None:
    footers = "\n".join(f"BREAKING CHANGE: {text}" for text in texts)
    assert read(f"feat: x\n\n{footers}").breaking == tuple(texts)


HOSTILE = [
    "a(",
    "\n",
    "BREAKING CHANGE",
    "BREAKING CHANGE: x\n",
    "breaking: x\n",
    ":",
    ": ",
    " ",
    "a: b\n\n",
    "feat",
    "```\n",
    "~~~\n```\n",
]
HOSTILE += ["* feat: x\n", "---\n\n", "✨", ":a", "(#1", "commit 0123abc\n", "\ufeff\n", "\r", "fixes #1 ", 'Revert "']


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
@pytest.mark.parametrize("start", ["", "feat: ", "feat: x\n\n", "feat: x\n\nprose\n\nRefs: #1"], ids=repr)
def test_a_megabyte_of_repeated_text_takes_linear_time(start: str, piece: str) -> None:
    message = start + piece * (1_000_000 // len(piece)) + ")"
    begin = time.process_time()
    parse_commit(message)
    assert time.process_time() - begin < 5


def test_the_reason_and_the_subject_are_one_line_each() -> None:
    commit = parse_commit("note : x\n\nbody")
    assert isinstance(commit, Unreadable)
    assert not re.search(r"\n", commit.reason + commit.subject)


def test_the_subject_begins_with_the_header_below_any_white_space() -> None:
    blanks = [blank for blank in map(chr, range(sys.maxunicode + 1)) if re.match(r"[\s\ufeff]", blank)]
    assert {subject(f"{blank}\n{blank}feat: x{blank}\n\nWhy.") for blank in blanks if blank != "\ufeff"} == {"feat: x"}
    assert {read(f"{blank}\n{blank}feat: x").description for blank in blanks} == {"x"}
