"""Tests of the sections of versions between texts that users wrote."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shipit.core.commits import Commit, Entry
from shipit.core.history import Release
from shipit.core.notes import Renderer, changelog_title, insert_section, render_sections, section_of
from shipit.core.notes.headings import OLDER, headings
from shipit.core.notes.languages import ENGLISH, KOREAN, Language
from shipit.core.notes.links import Links

NOTES = "## 1.4.0 (2026-01-31)\n\n### Features\n\n* search\n"
OLD = "## [1.3.0](https://a.b) (2025-12-01)\n\n### Features\n\n* old\n"


def inserted(changelog: str | None) -> str:
    return insert_section(changelog, NOTES, "1.4.0")


def without_section(changelog: str) -> str:
    """Return the changelog to which `inserted` added the section, character for character."""
    newline = "\r\n" if changelog[: changelog.find("\n") + 1].endswith("\r\n") else "\n"
    above, section, below = changelog.partition(NOTES.rstrip("\n").replace("\n", newline))
    assert section
    if below.strip("\r\n"):
        return above + below.lstrip("\r\n").removeprefix(OLDER + newline * 2)
    if not above.strip("\ufeff"):
        return above + below.removeprefix(newline)
    return above.removesuffix(newline * 2) + below


@pytest.mark.parametrize(
    "above",
    [
        "",
        "# Changelog\n\n",
        "# 변경 이력\n\n이 프로젝트의 모든 변경.\n\n",
        "Changelog\n=========\n\n",
        "# Changelog\n\nAll notable changes.\n\n* a rule\n\n## [Unreleased]\n\n### Added\n\n- soon\n\n",
        "\ufeff# Changelog\n\n",
        "## How to read this\n\nFrom top to bottom.\n\n```\n## 1.0.0\n```\n\n",
    ],
)
def test_a_section_is_inserted_above_the_newest_version_and_below_the_introduction(above: str) -> None:
    assert inserted(above + OLD) == f"{above}{NOTES}\n{OLD}"


@pytest.mark.parametrize(
    "above",
    [
        "# Changelog",
        "# Changelog\n\nAll notable changes.\nReally all.",
        "# Changelog\n\n## [Unreleased]",
        "## Unreleased\n\n- soon",
        "# Changelog\n\n## [Unreleased](https://a.b/compare/v1...HEAD)\n\n- soon",
        "# 변경 이력\n\n## 미배포\n\n- soon",
        "# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n- soon\n\n[unreleased]: https://a.b",
    ],
)
@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_the_first_section_is_inserted_below_title_introduction_and_unreleased(above: str, ending: str) -> None:
    assert inserted(above + ending) == f"{above}\n\n{NOTES[:-1]}{ending}"


@pytest.mark.parametrize(
    "newest", ["[1.45.0/0.67.0] - 2026-08-03", "acme 1.5.0", "1.5.0.RELEASE", "[v1.5.0](http://x) by @a"]
)
@pytest.mark.parametrize("above", ["", "# Changelog\n\nAll of it.\n\n## Rules\n\n- 1\n\n## [Unreleased]\n\n- soon\n\n"])
def test_a_section_is_inserted_above_a_newest_version_in_an_unknown_form(above: str, newest: str) -> None:
    older = f"## {newest}\n\n- new\n\n{OLD}"
    assert inserted(above + older) == f"{above}{NOTES}\n{older}"


@pytest.mark.parametrize(("above", "older"), [("", "Once upon a time.\n"), ("# Changelog\n\n", "* 2019: first\n")])
def test_text_without_headings_stays_below_the_first_section(above: str, older: str) -> None:
    assert inserted(above + older) == f"{above}{NOTES}\n{OLDER}\n\n{older}"


def test_sections_without_a_version_stay_below_the_first_one_with_a_version() -> None:
    assert inserted("# Changelog\n\n## Summer\n\n* x\n") == f"# Changelog\n\n{NOTES}\n## Summer\n\n* x\n"


@pytest.mark.parametrize(("language", "title"), [(ENGLISH, "# Changelog"), (KOREAN, "# 변경 이력")])
def test_a_missing_changelog_is_created_with_a_title(language: Language, title: str) -> None:
    assert insert_section(None, NOTES, "1.4.0", language) == f"{title}\n\n{NOTES}"


@pytest.mark.parametrize("blank", ["", "\n", "\ufeff"])
def test_an_empty_file_begins_with_the_section(blank: str) -> None:
    assert inserted(blank).strip("\n\ufeff") == NOTES.strip("\n")
    assert inserted(blank).startswith(("## ", "\ufeff## "))


def test_a_file_with_windows_line_endings_has_only_these_afterwards() -> None:
    text = f"# Changelog\n\n{OLD}".replace("\n", "\r\n")
    assert inserted(text) == f"# Changelog\n\n{NOTES}\n{OLD}".replace("\n", "\r\n")


def test_an_anchor_stays_with_its_heading() -> None:
    old = f'<a name="1.3.0"></a>\n{OLD}'
    assert inserted(old) == f"{NOTES}\n{old}"


@pytest.mark.parametrize("below", ["", f"\n{OLD}", f"\n{OLDER}\n\nOnce.\n"])
def test_a_section_of_the_same_version_is_replaced_in_its_place(below: str) -> None:
    first = insert_section(f"# Changelog\n\n{NOTES}{below}", "## 1.4.0\n\n* other\n", "1.4.0")
    assert first == f"# Changelog\n\n## 1.4.0\n\n* other\n{below}"


def test_a_heading_is_added_to_notes_without_the_heading_of_their_version() -> None:
    assert insert_section(OLD, "* search\n", "1.4.0") == f"## 1.4.0\n\n* search\n\n{OLD}"


def test_headings_inside_the_notes_never_end_their_section() -> None:
    notes = "# Release 1.4.0\n\n## Features\n\n#### api\n\n* x\n\nFixes\n-----\n\n### [1.3.0](x)\n"
    text = insert_section(OLD, notes, "1.4.0")
    assert section_of(text, "1.4.0") == (
        "# Release 1.4.0\n\n### Features\n\n#### api\n\n* x\n\n### Fixes\n\n#### [1.3.0](x)\n"
    )


def test_the_section_of_a_version_is_found_up_to_the_next_heading() -> None:
    text = f"# Changelog\r\n\r\n{NOTES}\n{OLD}".replace("\n", "\r\n")
    assert section_of(text, "1.3.0") == OLD
    assert section_of(text, "1.4.0") == NOTES
    assert section_of(text, "1.2.0") is None


PIECES = (
    *("# Changelog", "## 1.3.0", "### 1.4.0", "## [Unreleased]", "## Old", "# Old", "### x", "text", "* x", "1. x"),
    *("```", "~~~", "  ```", "<!--", "-->", OLDER, "===", "---", "1.2.0", "\ufeff", "\ufeff# T"),
    *('<a name="x"></a>', "| a |"),
)
lines = st.sampled_from(PIECES) | st.text("#-= `<\r\ufeff1.x", max_size=8)
changelogs = st.builds(
    lambda lines, newline, end: newline.join(lines) + end,
    st.lists(lines | st.just(""), max_size=10),
    st.sampled_from(["\n", "\n\n", "\r\n"]),
    st.sampled_from(["", "\n", "\n\n", "\r\n", "\r"]),
)


@settings(max_examples=300)
@given(changelogs)
@example("")
@example("\n")
@example("# Changelog")
@example("```\nnever closed")
@example("## Unreleased\n\n<!-- never closed")
@example(f"{OLDER}\n\ntext")
def test_all_text_around_a_new_section_stays_the_same(changelog: str) -> None:
    assume(all(heading.version != "1.4.0" for heading in headings(changelog)))
    assert without_section(inserted(changelog)) == changelog


@settings(max_examples=300)
@given(changelogs)
@example('## [Unreleased]\n<a name="x"></a>')
def test_inserting_a_section_twice_is_the_same_as_once(changelog: str) -> None:
    once = inserted(changelog)
    assert inserted(once) == once
    assert section_of(once, "1.4.0") == NOTES
    assert [heading.version for heading in headings(once)].count("1.4.0") == 1


def releases() -> list[Release]:
    entries = tuple(
        Entry("0123456789abcdef", "Kim", Commit(type, None, f"change {type} (#1)", breaking=breaking))
        for type, breaking in [("feat", ()), ("fix", ("the old\n# way",)), ("chore", ())]
    )
    dates = [dt.date(2026, 1, day) for day in (1, 2, 3)]
    versions = [("1.0.0", None), ("1.0.1", "v1.0.0"), ("1.1.0", "v1.0.1")]
    return [
        Release(version, f"v{version}", date, entries, previous)
        for (version, previous), date in zip(versions, dates, strict=True)
    ]


@pytest.mark.parametrize(
    "template", ["## {{ version }}\n{{ sections[0].lines | join }}", "# News\n\n## More\n{{ date }}"]
)
@pytest.mark.parametrize("language", [ENGLISH, KOREAN])
def test_a_whole_changelog_is_the_same_as_inserting_each_release(template: str, language: Language) -> None:
    renderer = Renderer(template, language=language, links=Links("https://github.com/acme/app"))
    written = None
    for release in releases():
        written = insert_section(written, renderer.render(release), release.version, language)
    assert "".join([changelog_title(language), *render_sections(reversed(releases()), renderer)]) == written
