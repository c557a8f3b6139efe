"""Tests of line breaks for a narrow terminal."""

import pytest
from click import style, unstyle

from shipit.cli.wrap import wrapped

PLAN = "    ebffff0 feat(api): find messages by their text  feat → minor"


def test_a_line_breaks_at_spaces_and_keeps_its_indentation() -> None:
    assert wrapped(PLAN, 40) == "    ebffff0 feat(api): find messages by\n      their text  feat → minor"


def test_korean_characters_take_two_columns() -> None:
    assert wrapped("닉네임 앞뒤 공백 제거", 12) == "닉네임 앞뒤\n  공백 제거"


def test_colours_take_no_columns() -> None:
    line = f"error: {style('find', fg='red')} messages by their text"
    assert unstyle(wrapped(line, 22)) == wrapped(unstyle(line), 22) == "error: find messages\n  by their text"


@pytest.mark.parametrize(
    "line", ["  hint: git pull --rebase origin main", "    fix: git stash --keep-index", "+ a b c d"]
)
def test_a_command_stays_in_one_piece(line: str) -> None:
    assert wrapped(line, 10) == line


def test_a_word_that_is_too_long_is_not_broken() -> None:
    assert wrapped("https://github.com/acme/app", 10) == "https://github.com/acme/app"


def test_lines_that_fit_stay_as_they_are() -> None:
    text = "a b\n\n  c  d\n"
    assert wrapped(text, 10) == text
