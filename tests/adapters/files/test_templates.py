"""The built-in changelog templates, and templates of the user."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from shipit.adapters.files.templates import template_text
from shipit.core.commits import Commit, Entry
from shipit.core.history import Release
from shipit.core.notes import Renderer, insert_section, section_of
from shipit.core.notes.languages import ENGLISH, KOREAN, Language
from shipit.core.notes.links import Links
from shipit.errors import ConfigError

BUILT_IN = ("default", "keepachangelog", "github")
APP = "https://github.com/acme/app"


def entry(type: str, scope: str | None, description: str, *breaking: str) -> Entry:
    return Entry("0123456789abcdef", "Kim", Commit(type, scope, description, breaking=breaking))


RELEASE = Release(
    "1.4.0",
    "v1.4.0",
    dt.date(2026, 1, 31),
    (
        entry("feat", "api", "add search (#12)"),
        entry("fix", None, "close the stream"),
        entry("perf", None, "answer faster"),
        entry("chore", None, "drop v1", "v1 is gone"),
    ),
    "v1.3.0",
    ("v1.3.1",),
)


def notes(template: str, language: Language, links: Links | None) -> str:
    return Renderer(template_text(template, "."), name=template, language=language, links=links).render(RELEASE)


def test_the_default_reads_like_conventional_changelog() -> None:
    commit = f"([0123456]({APP}/commit/0123456789abcdef))"
    assert notes("default", ENGLISH, Links(APP)) == (
        f"## [1.4.0]({APP}/compare/v1.3.0...v1.4.0) (2026-01-31)\n\n"
        f"Includes [v1.3.1]({APP}/releases/tag/v1.3.1)\n\n"
        f"### BREAKING CHANGES\n\n* v1 is gone {commit}\n\n"
        f"### Features\n\n* **api:** add search ([#12]({APP}/issues/12)) {commit}\n\n"
        f"### Bug Fixes\n\n* close the stream {commit}\n\n"
        f"### Performance Improvements\n\n* answer faster {commit}\n"
    )


def test_the_default_template_can_be_korean_and_needs_no_links() -> None:
    assert notes("default", KOREAN, None) == (
        "## 1.4.0 (2026년 1월 31일)\n\nv1.3.1 포함\n\n"
        "### 호환되지 않는 변경\n\n* v1 is gone (0123456)\n\n"
        "### 새로운 기능\n\n* **api:** add search (#12) (0123456)\n\n"
        "### 버그 수정\n\n* close the stream (0123456)\n\n"
        "### 성능 개선\n\n* answer faster (0123456)\n"
    )


def test_keepachangelog_has_its_own_headings_with_breaking_changes_first() -> None:
    assert notes("keepachangelog", ENGLISH, None) == (
        "## [1.4.0] - 2026-01-31\n\nIncludes v1.3.1\n\n"
        "### Changed\n\n- **Breaking:** v1 is gone (0123456)\n- answer faster (0123456)\n\n"
        "### Added\n\n- **api:** add search (#12) (0123456)\n\n"
        "### Fixed\n\n- close the stream (0123456)\n"
    )


def test_github_looks_like_the_notes_github_generates_and_mentions_nobody() -> None:
    assert notes("github", ENGLISH, Links(APP)) == (
        "## What's Changed in 1.4.0\n\n"
        f"Includes [v1.3.1]({APP}/releases/tag/v1.3.1)\n\n"
        "### BREAKING CHANGES\n\n* v1 is gone\n\n"
        f"### Features\n\n* **api:** add search ([#12]({APP}/issues/12))\n\n"
        "### Bug Fixes\n\n* close the stream\n\n"
        "### Performance Improvements\n\n* answer faster\n\n"
        f"**Full Changelog**: [v1.3.0...v1.4.0]({APP}/compare/v1.3.0...v1.4.0)\n"
    )


@pytest.mark.parametrize("template", BUILT_IN)
@pytest.mark.parametrize("language", [ENGLISH, KOREAN])
@pytest.mark.parametrize("links", [Links(APP), None])
def test_the_section_of_every_template_is_found_again(template: str, language: Language, links: Links | None) -> None:
    written = notes(template, language, links)
    assert section_of(insert_section(None, written, "1.4.0", language), "1.4.0") == written


@pytest.mark.parametrize("template", BUILT_IN)
def test_a_release_without_changes_worth_listing_is_only_a_heading(template: str) -> None:
    empty = Release("1.0.0", "v1.0.0", dt.date(2026, 1, 31), ())
    assert Renderer(template_text(template, ".")).render(empty).count("\n") == 1


def test_the_template_in_the_guide_works() -> None:
    guide = Path(__file__).parents[3] / "docs" / "changelog.md"
    template = guide.read_text("utf-8").partition("```markdown\n")[2].partition("```")[0]
    assert "\n### Features\n\n* **api:** add search (#12) (Kim)\n" in Renderer(template).render(RELEASE)


def test_a_template_of_the_user_is_read_from_the_repository(tmp_path: Path) -> None:
    (tmp_path / "notes.md.j2").write_text("새 버전 {{ version }}", "utf-8")
    assert template_text("notes.md.j2", tmp_path) == "새 버전 {{ version }}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("defalt", "did you mean `default`?"),
        (
            "my/own.md.j2",
            "name one of `default`, `github`, `keepachangelog`, or the path of a template of your own",
        ),
    ],
)
def test_an_unknown_template_is_an_error_with_a_suggestion(tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=f"no changelog template `{name}`") as error:
        template_text(name, tmp_path)
    assert (error.value.where, error.value.hint) == ("changelog.template", hint)


def test_a_template_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.md.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"`notes\.md\.j2` cannot be read"):
        template_text("notes.md.j2", tmp_path)


@pytest.mark.parametrize("name", ["../notes.md.j2", "link.md.j2", "{place}/notes.md.j2"])
def test_a_template_outside_the_repository_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.md.j2").write_text("outside")
    root = tmp_path / "repository"
    root.mkdir()
    (root / "link.md.j2").symlink_to("../notes.md.j2")
    asked = name.format(place=tmp_path)
    with pytest.raises(ConfigError, match=f"`{asked}` is outside the repository") as error:
        template_text(asked, root)
    assert error.value.hint
