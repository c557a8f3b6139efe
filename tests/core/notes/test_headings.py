"""Tests of the headings with which the section of a version begins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from growth import time_growth
from hypothesis import example, given
from hypothesis import strategies as st

from shipit.core.notes.headings import headings


@pytest.mark.parametrize(
    "line",
    [
        "## [1.2.3](https://github.com/a/b/compare/v1.2.2...v1.2.3) (2026-01-31)",  # conventional-changelog, release-please
        "# [1.2.3](https://github.com/a/b/compare/v1.2.2...v1.2.3) (2026-01-31)",  # its angular preset, semantic-release
        "### [1.2.3](https://github.com/a/b/compare/v1.2.2...v1.2.3) (2026-01-31)",  # standard-version, a patch
        "### 1.2.3 (2026-01-31)",
        "## 1.2.3 (2026-01-31)",
        "## 1.2.3",  # changesets
        "## v1.2.3",
        "## [v1.2.3] - 2026-01-31",
        "## [1.2.3] - 2026-01-31",  # keepachangelog
        "## [1.2.3] - 2026-01-31 [YANKED]",
        "## [1.2.3](https://a.b/compare/v1%281%29) - 2026년 1월 31일",
        "## 1.2.3 (2026년 1월 31일)",
        "## 1.2.3 / 2026-01-31",
        "## 1.2.3 — Foxglove",
        "## Version 1.2.3",
        "## Release v1.2.3 (2026-01-31)",
        "## backend-v1.2.3 (2026-01-31)",
        "## @acme/app@1.2.3",
        "## 📦 1.2.3",
        "## What's Changed in 1.2.3",
        "## 1.2.3 변경 사항",
        "## 1.2.3 ##",
        "1.2.3 (2026-01-31)\n------------------",
        "v1.2.3\n======",
        '<a name="1.2.3"></a>\n## [1.2.3](https://a.b) (2026-01-31)',
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_heading_of_a_version_is_recognized_in_every_spelling(line: str, newline: str) -> None:
    text = f"# Changelog\n\n{line}\n\n* x\n".replace("\n", newline)
    assert [(heading.version, heading.start) for heading in headings(text)] == [
        (None, 0),
        ("1.2.3", text.index(line.replace("\n", newline))),
    ]


@pytest.mark.parametrize("version", ["1.4", "2.0.0-beta.1", "1.0.0-rc.1+build.5", "2026.1.31"])
def test_the_whole_version_is_read(version: str) -> None:
    assert [heading.version for heading in headings(f"## [{version}] - 2026-01-31\n")] == [version]


@pytest.mark.parametrize(
    "text",
    [
        "```\n## 1.2.3\n```",
        "~~~~ md\n```\n## 1.2.3\n~~~\n## 1.2.3\n~~~~",
        "* like this:\n\n  ```\n  ## 1.2.3\n  ```",
        "   ```\n## 1.2.3\n   ```",
        "```\n## 1.2.3\n",
        "<!--\n## 1.2.3\n-->",
        "    ## 1.2.3",
        "### 1.2.3",
        "#### [1.2.3](x) (2026-01-31)",
        "## 1.2.3 was a mistake",
        "## Migrating from 1.2.3",
        "## 2.0 migration guide",
        "##1.2.3",
        "we released 1.2.3",
        "* 1.2.3\n---",
        "text\n1.2.3\n---",
    ],
)
def test_text_that_only_looks_like_the_heading_of_a_version_is_ignored(text: str) -> None:
    assert [heading.version for heading in headings(text) if heading.version] == []


@given(st.text("#`~-=<!> 1.2[]()\r\nx\ufeff", max_size=60))
@example("\ufeff# a\n\n---\n")
def test_headings_are_in_order_and_do_not_overlap_in_any_text(text: str) -> None:
    last_end = 0
    for heading in headings(text):
        assert last_end <= heading.start <= heading.end <= len(text)
        last_end = heading.end


@pytest.mark.parametrize("unit", ["a-1.1-", "1.1-", "a", "1.", "a ", "-", "@", "[", "(", "1.1.1+a"])
@pytest.mark.parametrize("end", [" x", "]", "(x", "\x01"])
def test_a_hostile_heading_of_100_kb_is_read(unit: str, end: str) -> None:
    (heading,) = headings(f"## {unit * (100_000 // len(unit))}{end}\n")
    assert heading.version is None or heading.version in heading.text


PARTS = [
    "```x\n",
    " ```x\n",
    "  ~~~ x\n",
    "````\n```\n",
    "<!--\n",
    "a\n---\n",
    "# 1.1.1\n",
    "<a n></a>\n## 1.1.1\n",
    "\n",
]


@pytest.mark.parametrize("part", PARTS)
def test_twice_the_changelog_takes_twice_the_time(part: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        text = part * (size // len(part))
        return lambda: [heading.version for heading in headings(text)]

    assert time_growth(reading, 1_000) < 2.3
