r"""The changelog file: one section for each version, the newest first, between texts that users wrote.

>>> text = insert_section("# Changelog\n\nAll changes.\n", "## 1.0.0\n\n* start\n", "1.0.0")
>>> print(insert_section(text, "## 1.1.0\n\n* more\n", "1.1.0"), end="")
# Changelog
<BLANKLINE>
All changes.
<BLANKLINE>
## 1.1.0
<BLANKLINE>
* more
<BLANKLINE>
## 1.0.0
<BLANKLINE>
* start
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from shipit.core.history import Release
from shipit.core.notes.headings import OLDER, Heading, headings
from shipit.core.notes.languages import ENGLISH, Language
from shipit.core.notes.notes import Renderer

# A line that is not prose: it ends the introduction below the title of a changelog that has no section yet.
_NO_PROSE = re.compile(r"^[ ]{0,3}(?:`{3}|~{3}|[<#|]|[-*+][ \t]|\d{1,9}[.)][ \t])", re.MULTILINE)
_NUMBERS = re.compile(r"(?<![\d.])\d{1,18}\.\d{1,18}\.\d")  # within the text of a heading
# A line that might be another heading of level 1 or 2, or the heading of a version, within the notes of one version.
_OTHER_HEADING = re.compile(r"\n(?:##? |### [^\n]*\d|[ ]{0,3}(?:=+|-+)[ \t]*(?:\n|\Z))")

# A line below `Unreleased` that is no text of its own: a heading, a comment or a link target, as in keepachangelog.
_NO_TEXT = re.compile(r"#|<!--|-->|\[[^\]\n]{1,200}\]:")


def insert_section(changelog: str | None, section: str, version: str, language: Language = ENGLISH) -> str:
    """Return the changelog with the section of a version above the others, below title, introduction and "Unreleased".

    An existing section of the same version is replaced in its place. All other text stays the same, and the section
    gets the line endings of the file.

    Args:
        changelog: the text of the file; None if the file does not exist, which gives a new changelog with a title.
        section: release notes in Markdown; a heading with the version is added if they do not begin with one.
        version: without a prefix, such as `1.4.0`.
        language: the language of the title of a new changelog.
    """
    if changelog is None:
        changelog = changelog_title(language)
    newline = _newline(changelog)
    section = _section(section, version).replace("\n", newline)
    present = _find(changelog, version)
    if present:
        return changelog[: present.start] + section + changelog[present.end :]
    position = _top(changelog)
    above, below = changelog[:position], changelog[position:]
    if not below.strip("\r\n"):
        return _append(above + below, section, newline)
    first = next(headings(below), None)
    if first is None or first.start > 0 or not first.text or not first.closes_section:
        below = f"{OLDER}{newline * 2}{below}"
    return f"{above}{section}{newline * 2}{below}"


def section_of(changelog: str, version: str) -> str | None:
    """Return the section of a version, with one newline at its end; None if the changelog does not contain it."""
    section = _find(changelog, version)
    if section is None:
        return None
    return changelog[section.start : section.end].replace("\r\n", "\n") + "\n"


def latest_version(changelog: str) -> str | None:
    """Return the version of the first section; None if the changelog has no section of a version."""
    return next((heading.version for heading in headings(changelog) if heading.version), None)


def without_section(changelog: str, version: str) -> str:
    """Return the changelog without the section of a version and the empty lines below it."""
    section = _find(changelog, version)
    if section is None:
        return changelog
    return changelog[: section.start] + changelog[section.end :].lstrip("\r\n")


def has_unreleased_text(changelog: str) -> bool:
    r"""Return whether there is text below the heading "Unreleased"; comments, rules and link targets do not count.

    >>> has_unreleased_text("## [Unreleased]\n\n### Added\n\n## 1.0.0\n"), has_unreleased_text("## Unreleased\n\n* x\n")
    (False, True)
    """
    remaining = headings(changelog)
    start = next((heading.end for heading in remaining if heading.unreleased), None)
    if start is None:
        return False
    sections = (heading for heading in remaining if heading.version or (heading.level <= 2 and heading.text))
    end = next((heading.start for heading in sections), None)
    lines = map(str.strip, changelog[start:end].split("\n"))
    return any(line.strip("-*_= ") and not _NO_TEXT.match(line) for line in lines)


def render_sections(releases: Iterable[Release], renderer: Renderer) -> Iterator[str]:
    """Yield the sections of a whole changelog, without its title.

    The title and the sections together are the same text that `insert_section` makes of the releases one by one,
    beginning with the oldest.

    Args:
        releases: the newest first.
    """
    for release in releases:
        yield f"\n{_section(renderer.render(release), release.version)}\n"


def changelog_title(language: Language) -> str:
    """Return the first line of a changelog."""
    return f"# {language.title}\n"


def _newline(text: str) -> str:
    return "\r\n" if text[: text.find("\n") + 1].endswith("\r\n") else "\n"


class _Span(Struct, frozen=True):
    """A section as offsets in the text; `end` is before the newlines below the section."""

    start: int
    end: int


def _find(text: str, version: str) -> _Span | None:
    remaining = headings(text)
    for heading in remaining:
        if heading.version == version:
            end = next((below.start for below in remaining if below.closes_section), len(text))
            return _Span(heading.start, heading.start + len(text[heading.start : end].rstrip("\r\n")))
    return None


def _top(text: str) -> int:
    """Return the offset for a new section: above the first version, or without any below the introduction."""
    found = list(headings(text))
    start = 1 if text.startswith("\ufeff") else 0
    known = next((heading for heading in found if heading.version), None)
    if known:
        return next(each.start for each in found if each is known or _may_be_release(each, known.level))
    if found and found[0].level == 1 and not text[start : found[0].start].strip():
        prose = _NO_PROSE.search(text, found[0].end)
        start = prose.start() if prose else len(text)
        found = found[1:]
        start = min([start, *(heading.start for heading in found)])
    if found and found[0].unreleased and not text[start : found[0].start].strip():
        return next((below.start for below in found[1:] if below.level <= 2), len(text))
    return start


def _may_be_release(heading: Heading, level: int) -> bool:
    """Return whether a heading of the level of versions has one in it, in an unknown form such as `1.5.0.RELEASE`.

    A heading of level 1 can be the title.
    """
    return heading.level == level > 1 and not heading.unreleased and _NUMBERS.search(heading.text) is not None


def _append(text: str, section: str, newline: str) -> str:
    """Return the text with the section below it. The file ends with the same newlines as before, or without one."""
    above = text.rstrip("\r\n")
    ending = text[len(above) :]
    if not above.strip("\ufeff"):
        return f"{above}{section}{newline}{ending}"
    return f"{above}{newline * 2}{section}{ending}"


def _section(notes: str, version: str) -> str:
    """Return the notes as a section: with the heading of their version, and all other headings below level 2."""
    if "\r" in notes:  # searching one character first is ten times faster than searching two
        notes = notes.replace("\r\n", "\n")
    notes = notes.strip("\r\n")
    first = next(headings(notes), None)
    if first is None or first.version != version or not notes.startswith("#"):
        notes = f"## {version}\n\n{notes}".strip("\n")
    return _with_lower_headings(notes) if _OTHER_HEADING.search(notes) else notes


def _with_lower_headings(notes: str) -> str:
    """Return the notes with headings that would end the section replaced by ones of a lower level."""
    parts, position = [], 0
    for heading in list(headings(notes))[1:]:
        if heading.closes_section and heading.text:
            parts += [notes[position : heading.start], "####" if heading.version else "###", f" {heading.text}"]
            position = heading.end
    return "".join([*parts, notes[position:]])
