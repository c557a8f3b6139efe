"""Tests that readers see the text of a commit as it was written, and that none of it works as Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from shipit.core.notes import inline, link_destination
from shipit.core.notes.links import Links
from shipit.core.notes.markdown import item

LINKS = Links("https://github.com/acme/app")

PIECES = (
    *("@user", "@org/team", "<script>", "<!--", "-->", "[x](y)", "![a](b)", "[", "]", "(", ")", "*", "**", "_", "__"),
    *("`", "``", "```", "~~", "~~~", "#", "# ", "#12", "(#12)", "&lt;", "&#64;", "&amp", "\\", "|", "---", "===", "> "),
    *("- ", "+ ", "1. ", "10) ", "https://a.b/c_d*e", "http://", "www.a.b", "\x00", "\u202e", "\u2066", "\ud800"),
    *(" ", "  ", "\t", "a", "snake_case", "가", "é", "😀", ":", "!", "=", "$x$", "\u2028", "\x85", "\ufeff"),
    "mail@a.b",
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)


def tokens(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def only_item(markdown: str) -> list[Token]:
    """Return the inline tokens of a page that must be one list with one paragraph in its only item."""
    page = tokens(f"* {markdown}\n")
    assert {token.type for token in page} <= {
        *("bullet_list_open", "list_item_open", "paragraph_open", "inline"),
        *("paragraph_close", "list_item_close", "bullet_list_close"),
    }
    inlines = [token for token in page if token.type == "inline"]
    assert len(inlines) <= 1
    return list(inlines[0].children or ()) if inlines else []


def visible(markdown: str) -> str:
    return "".join(token.content for token in only_item(markdown))


def letters(text: str) -> str:
    """Return text without spaces and backticks: a code span shows neither its own backticks nor all of its spaces."""
    return re.sub(r"[\s`]", "", text)


@pytest.mark.parametrize(
    ("written", "markdown"),
    [
        ("add a search box", "add a search box"),
        ("검색 상자를 추가한다 — “빠르게”", "검색 상자를 추가한다 — “빠르게”"),
        ("keep snake_case and 2 > 1 -> done", "keep snake_case and 2 > 1 -> done"),
        ("call __init__ of *Base*", r"call \_\_init\_\_ of \*Base\*"),
        ("quote `a*b <c> @d` as code", "quote `a*b <c> @d` as code"),
        ("lonely ` backtick", r"lonely \` backtick"),
        ("close <b>, &nbsp; & co", "close &lt;b>, &amp;nbsp; & co"),
        ("see [here](http://evil)", r"see \[here\](http://evil)"),
        ("![pixel](x) a|b ~~c~~", r"!\[pixel\](x) a\|b \~\~c\~\~"),
        ("see https://a.b/c_d/e_.", "see <https://a.b/c_d/e_>."),
        ("see https://a.b/c, fine", "see https://a.b/c, fine"),
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("1. no list", r"1\. no list"),
        ("> no quote", r"\> no quote"),
        ("+1 for this", "+1 for this"),
        (r"match \d+ and \* in C:\_tmp", r"match \d+ and \\\* in C:\\\_tmp"),
    ],
)
def test_markup_in_a_description_is_shown_as_text(written: str, markdown: str) -> None:
    assert inline(written) == markdown
    assert letters(visible(markdown)) == letters(written)


@pytest.mark.parametrize(
    ("written", "markdown"),
    [
        ("thanks @octocat!", "thanks `@octocat`!"),
        ("gives it to 가@user님", "gives it to 가`@user`님"),  # GitHub does not count this letter as part of a word
        ("move to @angular/core", "move to `@angular/core`"),
        ("write to me@example.org", "write to me@example.org"),
        ("`code`@user", "`code` `@user`"),
        ("@one@two", "`@one@two`"),
    ],
)
def test_a_user_name_in_the_text_does_not_mention_the_user(written: str, markdown: str) -> None:
    assert inline(written) == markdown


def test_issue_and_pull_request_numbers_become_links() -> None:
    assert inline("add search (#12), see #3", LINKS) == (
        "add search ([#12](https://github.com/acme/app/issues/12)), see [#3](https://github.com/acme/app/issues/3)"
    )


@pytest.mark.parametrize("written", ["other/app#12", "C#12", "#12a", "`#12`", "https://a.b/#12", "!#12"])
def test_a_number_that_is_part_of_another_token_is_not_an_issue(written: str) -> None:
    assert "issues/12" not in inline(written, LINKS)


def test_without_links_a_number_stays_text() -> None:
    assert inline("add search (#12)") == "add search (#12)"


def test_control_characters_and_text_direction_overrides_are_removed() -> None:
    assert inline("a\x00b\x1b[31m\u202ec\u2069\ufeff d\n\te") == r"ab\[31mc d e"


def test_emoji_of_several_characters_stay_unchanged() -> None:
    assert inline("지원 👩‍💻 and 🇰🇷 flags") == "지원 👩‍💻 and 🇰🇷 flags"


def test_half_of_a_surrogate_pair_becomes_the_replacement_character() -> None:
    assert inline("a\ud800b") == "a\ufffdb"


def test_a_text_of_several_lines_stays_inside_its_item() -> None:
    text = "the old way\n\n\n# is gone\n```\n- use the new one\n---"
    assert item(text) == "the old way\n\n  \\# is gone\n  \\`\\`\\`\n  \\- use the new one\n  \\---"


def test_an_address_with_parentheses_does_not_end_its_link() -> None:
    assert link_destination("https://a.b/compare/v(1)...v 2") == "https://a.b/compare/v%281%29...v%202"


@settings(max_examples=300)
@given(texts)
@example("`a`@b")
@example("@b`c`")
@example("\\`@a`")
@example("#12@b")
@example("``@a`")
@example("\\https://a.b/c_d")
def test_readers_see_any_text_as_it_was_written(text: str) -> None:
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]", "", text)
    assert letters(visible(inline(text))) == letters(re.sub(r"[\ud800-\udfff]", "\ufffd", clean))


@settings(max_examples=300)
@given(texts)
def test_only_code_addresses_and_issue_links_work_as_markdown(text: str) -> None:
    nodes = only_item(inline(text, LINKS))
    assert {node.type for node in nodes} <= {"text", "code_inline", "link_open", "link_close"}
    for before, node in zip([None, *nodes], nodes, strict=False):
        if node.type == "link_open":
            assert re.match(r"https?://[A-Za-z0-9]", str(node.attrs["href"]))
        if node.type == "text" and not (before and before.type == "link_open"):
            assert not re.search(r"(?:^|[^A-Za-z0-9_])@[A-Za-z0-9_]", node.content)


@settings(max_examples=200)
@given(st.lists(texts, max_size=5).map("\n".join))
def test_several_lines_always_stay_in_their_item(text: str) -> None:
    assert all(line.startswith("  ") or not line for line in item(text).split("\n")[1:])
    levels = [token.level for token in tokens(f"* {item(text)}\n") if token.type == "paragraph_open"]
    assert all(level == 2 for level in levels)
    assert not any(token.type in {"heading_open", "fence", "html_block", "hr"} for token in tokens(f"* {item(text)}\n"))
