"""Tests of workflow commands, which are parsed here like the runner of GitHub Actions parses them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shipit.core.workflow_command import annotation, resume, stop, workflow_command

ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Return name, properties and text, by the rules of ActionCommand.cs: split first, then decode the escapes."""
    found = re.fullmatch(r"::([^ :]+)(?: (.*?))?::(.*)", line, re.DOTALL)
    assert found
    properties = dict(pair.split("=", 1) for pair in (found[2] or "").split(",") if pair)
    return found[1], {key: decoded(value) for key, value in properties.items()}, decoded(found[3])


def decoded(text: str) -> str:
    for escape, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, letter)
    return text


@given(ANYTHING, ANYTHING)
def test_the_runner_reads_the_same_text_and_properties(text: str, title: str) -> None:
    line = annotation("warning", text, title=title, file="a b.toml", line=3)
    assert not {"\r", "\n"} & set(line)
    expected = {"title": title} if title else {}
    assert read(line) == ("warning", {**expected, "file": "a b.toml", "line": "3"}, text)


def test_empty_properties_are_left_out() -> None:
    assert annotation("error", "no", title="", file=None, line=None) == "::error::no"
    assert workflow_command("endgroup") == "::endgroup::"


def test_commands_are_stopped_and_resumed_by_a_token() -> None:
    assert (stop("t0ken"), resume("t0ken")) == ("::stop-commands::t0ken", "::t0ken::")
