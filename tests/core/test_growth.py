"""Twice as much text, or twice as many tags, takes twice the time."""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from growth import time_growth
from semver import Version

from shipit.config.reading.validity import is_valid
from shipit.config.vocabulary import Branch, EnvironmentName, TagTemplate
from shipit.core.commits import Commit, Entry, Rules, parse_commit
from shipit.core.commits.text.footers import split_footers
from shipit.core.history import Release
from shipit.core.images.tags import Source, image_tag
from shipit.core.notes import Renderer
from shipit.core.notes.changelog import insert_section, section_of
from shipit.core.notes.links import Links
from shipit.core.versions.floating_tags import floating_tag_target
from shipit.core.versions.tag import TagFormat, mismatched_tags, suggested_format, version_tags
from shipit.core.versions.tag_family import tag_families
from shipit.core.versions.version import version_of

TAGS = TagFormat("v{version}")
LINKS = Links("https://github.com/acme/app")
BUILT_IN = sorted((Path(__file__).parents[2] / "templates/changelog").glob("*.md.j2"))


def text(part: str, start: str = "") -> Callable[[int], str]:
    return lambda size: start + part * (size // len(part))


def tags(name: str) -> Callable[[int], dict[str, str]]:
    return lambda size: {name.format(number): "a" * 40 for number in range(size // 20)}


def changed(changelog: str) -> object:
    return section_of(changelog, "9.9.9"), insert_section(changelog, "* x", "9.9.9")


MESSAGES = {
    "prose": text("some words\n", "feat: x\n\n"),
    "paragraphs": text("some words\n\n", "feat: x\n\n"),
    "breaking changes": text("BREAKING CHANGE: gone\n", "feat: x\n\n"),
    "paragraphs of breaking changes": text("BREAKING CHANGE: gone\n\n", "feat: x\n\n"),
    "requested versions": text("Release-As: 1.2.3\n", "feat: x\n\n"),
    "unknown trailers": text("Reviewed-by: Ada\n", "feat: x\n\n"),
    "values of many lines": text("Refs: #1\n and more\n", "feat: x\n\n"),
    "a long subject": text("x ", "feat: "),
    "a long scope": text("x,", "feat("),
    "fences": text("```\n~~~\n", "feat: x\n\n"),
}
CHANGELOGS = {
    "versions": text("## 1.2.3\n\n* x\n\n"),
    "underlined versions": text("1.2.3\n---\n\n"),
    "other headings": text("# x\n"),
    "sections": text("### x\n"),
    "comments": text("<!--\n"),
    "open code blocks": text(" ```x\n"),
    "a long heading": text("1.1-", "## "),
}
NAMES = {
    "versions": tags("v1.{}.0"),
    "pre-releases": tags("v1.0.0-rc.{}"),
    "other versions": tags("1.{}.0"),
    "packages": tags("app{}-1.0.0"),
    "no versions": tags("nightly-{}"),
}
TEMPLATES = {
    "text": text("some words\n"),
    "variables": text("{{ version }}\n"),
    "conditions": text("{% if version %}x{% endif %}\n"),
    "comments": text("{# x #}\n"),
    "open comments": text("{ #"),
    "blanks": text(" \n"),
}
REFS = {
    "letters": text("x"),
    "slashes": text("x/"),
    "double slashes": text("//"),
    "dots": text("."),
    "locks": text(".lock"),
    "hyphens": text("-"),
    "syllables": text("로"),
}


def rendered(template: Path) -> Callable[[Release], object]:
    return Renderer(template.read_text(encoding="utf-8"), links=LINKS).render


def changes(size: int) -> Release:
    commits = [parse_commit(f"feat(api): do {number}\n\nCloses #{number}") for number in range(size // 20)]
    entries = tuple(Entry("a" * 40, "Ada", commit) for commit in commits if isinstance(commit, Commit))
    return Release("1.4.0", "v1.4.0", dt.date(2026, 1, 31), entries, "v1.3.0")


def chain_of_aliases(size: int) -> dict[str, str]:
    return {f"a{number}": f"a{number + 1}" for number in range(size // 20)}


def names_of(kind: object) -> Callable[[str], object]:
    """Return the check of a value of `shipit.toml`, which accepts or refuses the text."""
    return partial(is_valid, type_=kind)


def pushed(branch: str) -> str:
    return image_tag("{branch}-{sha}", Source(Version.parse("1.4.0"), "a" * 40, branch))


WORK: dict[str, tuple[Callable[[int], object], Callable[..., object]]] = {
    **{f"message: {name}": (make, parse_commit) for name, make in MESSAGES.items()},
    **{f"changelog: {name}": (make, changed) for name, make in CHANGELOGS.items()},
    **{f"tags in the format: {name}": (make, lambda tags: version_tags(tags, TAGS)) for name, make in NAMES.items()},
    **{f"tags of others: {name}": (make, lambda tags: mismatched_tags(tags, [TAGS])) for name, make in NAMES.items()},
    **{f"tag families: {name}": (make, tag_families) for name, make in NAMES.items()},
    **{f"template: {name}": (make, Renderer) for name, make in TEMPLATES.items()},
    **{f"changes in the template {path.name}": (changes, rendered(path)) for path in BUILT_IN},
    **{f"branch: {name}": (make, names_of(Branch)) for name, make in REFS.items()},
    **{f"tag format: {name}": (make, names_of(TagTemplate)) for name, make in REFS.items()},
    **{f"environment: {name}": (make, names_of(EnvironmentName)) for name, make in REFS.items()},
    **{f"image tag of a branch: {name}": (make, pushed) for name, make in REFS.items()},
    **{
        f"moving tag: {name}": (make, lambda tags: floating_tag_target("v1", TAGS, tags))
        for name, make in NAMES.items()
    },
    "aliases of aliases": (chain_of_aliases, lambda aliases: Rules.of(aliases=aliases)),
    "a tag of digits": (text("1", "v"), TAGS.parse),
    "a tag of numbers": (text("1.", "v"), suggested_format),
    "a version of digits": (text("1", "1.0."), version_of),
}


@pytest.mark.parametrize("name", WORK)
def test_twice_the_size_takes_twice_the_time(name: str) -> None:
    make, work = WORK[name]

    def sized(size: int) -> Callable[[], object]:
        value = make(size)
        return lambda: work(value)

    assert time_growth(sized, 2_000) < 2.3


def test_many_footers_take_little_more_memory_than_their_lines() -> None:
    message = text("BREAKING CHANGE: gone\n")(200_000)
    tracemalloc.start()
    split_footers(message)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 12 * len(message)


def test_a_disturbance_of_a_second_is_not_taken_for_growth() -> None:
    quiet = time.monotonic() + 0.6

    def sized(size: int) -> Callable[[], object]:
        return lambda: sum(range(size * (8 if size > 2_000 and time.monotonic() < quiet else 1)))

    assert time_growth(sized, 2_000) < 2.3


def test_quadratic_time_is_seen() -> None:
    assert time_growth(lambda size: lambda: sum(range(size * size)), 40) > 3
