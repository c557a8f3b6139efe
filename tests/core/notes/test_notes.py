"""Tests of the release notes of one version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from growth import growth
from hypothesis import given, settings
from hypothesis import strategies as st

from shipit.core.commits import Commit, Entry, Footer, parse_commit
from shipit.core.history import Release
from shipit.core.notes import Renderer, cut_notes
from shipit.core.notes.languages import ENGLISH, KOREAN, Language
from shipit.core.notes.links import Links
from shipit.core.notes.notes import sections
from shipit.errors import ConfigError

LINKS = Links("https://github.com/acme/app")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LINKED = f"([0123456](https://github.com/acme/app/commit/{COMMIT}))"

LINE_BY_LINE = "{{ version }}\n{% for section in sections %}{% for change in section.changes %}"


def entry(header: str, scope: str | None = None, *, breaking: tuple[str, ...] = (), closes: str = "") -> Entry:
    type, _, description = header.partition(": ")
    footers = (Footer("Closes", closes),) if closes else ()
    return Entry(COMMIT, "Kim @kim", Commit(type, scope, description, footers=footers, breaking=breaking))


def release(*entries: Entry, previous: str | None = "v1.3.0", includes: tuple[str, ...] = ()) -> Release:
    return Release("1.4.0", "v1.4.0", dt.date(2026, 1, 31), entries, previous, includes)


def grouped(*entries: Entry, shown: tuple[str, ...] = ("feat", "fix", "perf", "revert")) -> list[tuple[str, list[str]]]:
    found = sections(release(*entries), ENGLISH, shown=shown)
    return [(section.title, [change.title for change in section.changes]) for section in found]


def test_the_work_grows_as_the_breaking_changes_of_one_commit_do() -> None:
    def rendering(count: int) -> Callable[[], object]:
        footers = "\n".join(f"BREAKING CHANGE: gone {number}" for number in range(count))
        commit = parse_commit(f"feat: x\n\n{footers}\nCloses #1")
        assert isinstance(commit, Commit)
        release = Release("1.0.0", "v1.0.0", dt.date(2026, 1, 1), (Entry("a" * 40, "Ada", commit),))
        return lambda: [section.lines for section in sections(release)]

    assert growth(rendering, 500) < 2.3


def test_breaking_changes_are_first_and_other_sections_have_a_fixed_order() -> None:
    entries = [entry(f"{type}: x") for type in ("revert", "perf", "fix", "feat")]
    assert [title for title, _ in grouped(*entries, entry("fix: y", breaking=("z",)))] == [
        *("BREAKING CHANGES", "Features", "Bug Fixes", "Performance Improvements", "Reverts")
    ]


def test_types_that_release_nothing_are_left_out() -> None:
    assert grouped(entry("chore: x"), entry("docs: y")) == []


def test_a_breaking_change_is_listed_for_any_type() -> None:
    assert grouped(entry("refactor: drop v1", breaking=("drop v1",))) == [("BREAKING CHANGES", ["drop v1"])]


def test_a_breaking_change_without_a_text_of_its_own_is_listed_once() -> None:
    assert grouped(entry("feat: drop v1", breaking=("drop v1",))) == [("BREAKING CHANGES", ["drop v1"])]


def test_a_breaking_change_with_a_text_of_its_own_is_also_listed_under_its_type() -> None:
    assert grouped(entry("feat: add v2", "api", breaking=("v1 is removed", "v0 is removed"))) == [
        ("BREAKING CHANGES", ["**api:** v1 is removed", "**api:** v0 is removed"]),
        ("Features", ["**api:** add v2"]),
    ]


def test_a_type_with_a_configured_bump_has_a_section() -> None:
    assert grouped(entry("refactor: x"), shown=("feat", "refactor")) == [("Code Refactoring", ["x"])]


def test_only_the_scope_with_a_configured_bump_is_listed() -> None:
    entries = [entry("docs: x", "README"), entry("docs: y")]
    assert grouped(*entries, shown=("feat", "docs(README)")) == [("Documentation", ["**README:** x"])]


@pytest.mark.parametrize("links", [LINKS, None])
def test_a_line_names_scope_commit_and_the_issues_it_closes(links: Links | None) -> None:
    fix = entry("fix: close the stream (#7)", "api", closes="#7, #12, other/app#3")
    (section,) = sections(release(fix), ENGLISH, links=links)
    (plain, linked) = (
        "**api:** close the stream (#7) (0123456), closes #12",
        "**api:** close the stream ([#7](https://github.com/acme/app/issues/7)) "
        f"{LINKED}, closes [#12](https://github.com/acme/app/issues/12)",
    )
    assert section.lines == [linked if links else plain]


def test_a_footer_that_only_refers_to_an_issue_closes_nothing() -> None:
    mention = Entry(COMMIT, "Kim", Commit("fix", None, "x", footers=(Footer("Refs", "#12"),)))
    assert sections(release(mention), ENGLISH)[0].lines == ["x (0123456)"]


def test_text_in_scope_and_author_is_escaped_like_the_description() -> None:
    (section,) = sections(release(entry("fix: <b>", "a*b")), ENGLISH)
    (change,) = section.changes
    assert (change.scope, change.description, change.author) == (r"a\*b", "&lt;b>", "Kim `@kim`")


def test_a_template_can_use_the_variables_that_its_guide_lists() -> None:
    template = (
        "{{ version }} {{ tag }} {{ previous_tag }} {{ date }} {{ compare_url }} {{ includes }} {{ words.added }}"
        "{% for section in sections %} {{ section.key }} {{ section.title }}"
        "{% for change in section.changes %} {{ change.scope }} {{ change.description }} {{ change.author }}"
        " {{ change.commit }} {{ change.closes | join }} {{ change.title }} / {{ change.line }}{% endfor %}{% endfor %}"
    )
    notes = Renderer(template).render(release(entry("fix: x", "api", closes="#1"), includes=("v1.3.1",)))
    assert notes == (
        "1.4.0 v1.4.0 v1.3.0 2026-01-31 None Includes v1.3.1 Added fix Bug Fixes"
        " api x Kim `@kim` 0123456 #1 **api:** x / **api:** x (0123456), closes #1\n"
    )


def test_merged_releases_are_named_in_the_language_of_the_notes() -> None:
    included = release(includes=("v1.3.1", "v1.3.2"))
    assert Renderer("{{ includes }}", language=KOREAN).render(included) == "v1.3.1, v1.3.2 포함\n"
    assert Renderer("{{ includes }}", links=LINKS).render(included) == (
        "Includes [v1.3.1](https://github.com/acme/app/releases/tag/v1.3.1), "
        "[v1.3.2](https://github.com/acme/app/releases/tag/v1.3.2)\n"
    )


def test_the_first_release_has_no_comparison() -> None:
    assert Renderer("{{ compare_url }}", links=LINKS).render(release(previous=None)) == "None\n"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{{ version }}\n{{ verzion }}", 2),
        ("{{ version }}\n\n{% for x in sections %}", 3),
        ("{{ version.__class__.__mro__ }}", 1),
        ("\n\n{{ 1 / 0 }}", 3),
        ("{{ version }}\n{% include 'other' %}", 2),
        ("{{ version }}\n{{ range(10 ** 9) | list }}", 2),
    ],
)
def test_a_mistake_in_a_template_is_an_error_that_names_the_line(template: str, line: int) -> None:
    with pytest.raises(ConfigError) as error:
        Renderer(template, name="notes.md.j2").render(release())
    assert error.value.where == f"notes.md.j2, line {line}"
    assert "`notes.md.j2`" in error.value.what


def test_notes_within_the_limit_stay_unchanged() -> None:
    assert cut_notes("x" * 100, "CHANGELOG.md", limit=100) == "x" * 100


def test_notes_that_are_too_long_end_before_a_section_with_a_link_to_the_rest() -> None:
    notes = "## 1.4.0\n\n### Features\n\n" + "* abcdef\n" * 20 + "\n### Bug Fixes\n\n" + "* x\n" * 15
    assert cut_notes(notes, "[CHANGELOG.md](u)", limit=len(notes) - 1) == (
        notes[: notes.index("\n\n### Bug")] + "\n\nThe rest is in [CHANGELOG.md](u).\n"
    )


def test_a_single_section_that_is_too_long_ends_before_an_item() -> None:
    notes = "## 1.4.0\n\n### 새로운 기능\n\n* " + "\n* ".join("가나다" for _ in range(40)) + "\n"
    cut = cut_notes(notes, "CHANGELOG.md", limit=120, language=KOREAN)
    assert cut.endswith("* 가나다\n\n나머지는 CHANGELOG.md에 있습니다.\n")


@given(st.text("ab \n#*", max_size=300), st.integers(60, 300))
def test_cut_notes_are_never_longer_than_the_limit(notes: str, limit: int) -> None:
    assert len(cut_notes(notes, "CHANGELOG.md", limit=limit)) <= limit


anything = st.text(max_size=30) | st.text("@#*_`<>[]()\\\n -", max_size=30)
types = st.from_regex(r"[a-z][\w-]{0,9}", fullmatch=True)


@settings(max_examples=200)
@given(types, st.none() | anything, anything, st.lists(anything, max_size=2), st.sampled_from([ENGLISH, KOREAN]))
def test_any_commit_text_can_be_rendered(
    type: str, scope: str | None, description: str, breaking: list[str], language: Language
) -> None:
    footers = (Footer("Fixes", description),)
    change = Entry(COMMIT, description, Commit(type, scope, description, footers=footers, breaking=tuple(breaking)))
    renderer = Renderer(
        LINE_BY_LINE + "{{ change.line }} {{ change.author }}{% endfor %}{% endfor %}",
        language=language,
        links=LINKS,
        shown=(type,),
    )
    assert renderer.render(release(change)).startswith("1.4.0")
