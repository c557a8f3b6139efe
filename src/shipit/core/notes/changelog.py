r"""The changelog file: one section for each version, newest on top, among text that people wrote.

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
from shipit.core.notes.headings import OLDER, headings
from shipit.core.notes.languages import ENGLISH, Language
from shipit.core.notes.notes import Renderer

# What ends the introduction below the title of a changelog that has no section yet.
_NO_PROSE = re.compile(r"^[ ]{0,3}(?:`{3}|~{3}|[<#|]|[-*+][ \t]|\d{1,9}[.)][ \t])", re.MULTILINE)
# What could make a second heading of level 1 or 2, or of a version, out of a section.
_OTHER_HEADING = re.compile(r"\n(?:##? |### [^\n]*\d|[ ]{0,3}(?:=+|-+)[ \t]*(?:\n|\Z))")


def insert_section(changelog: str | None, section: str, version: str, language: Language = ENGLISH) -> str:
    """Put the section of a version on top of the others, below title, introduction and "Unreleased".

    A section of the same version is replaced where it stands. Nothing else changes: every other character
    stays, and the section takes over the line ends of the file. Without a changelog there will be one with
    a title.

    Args:
        changelog: the file as it is, None when there is none.
        section: release notes in Markdown; without a heading of their version they get one.
        version: without a prefix, as in `1.4.0`.
    """
    if changelog is None:
        changelog = changelog_title(language)
    newline = _newline(changelog)
    section = _section(section, version).replace("\n", newline)
    present = _find(changelog, version)
    if present:
        return changelog[: present.start] + section + changelog[present.end :]
    at = _top(changelog)
    above, below = changelog[:at], changelog[at:]
    if not below.strip("\r\n"):
        return _append(above + below, section, newline)
    first = next(headings(below), None)
    if first is None or first.start > 0 or not first.text or not first.closes_section:
        below = f"{OLDER}{newline * 2}{below}"
    return f"{above}{section}{newline * 2}{below}"


def remove_section(changelog: str, version: str) -> str:
    """Undo `insert_section`: what was there before it, character for character."""
    section = _find(changelog, version)
    if section is None:
        return changelog
    newline = _newline(changelog)
    above, below = changelog[: section.start], changelog[section.end :]
    if below.strip("\r\n"):
        below = below.lstrip("\r\n").removeprefix(OLDER + newline * 2)
        return above + below
    if not above.strip("\ufeff"):
        return above + below.removeprefix(newline)
    return above.removesuffix(newline * 2) + below


def section_of(changelog: str, version: str) -> str | None:
    """The section of a version, ending with one newline, or None when the changelog has none."""
    section = _find(changelog, version)
    if section is None:
        return None
    return changelog[section.start : section.end].replace("\r\n", "\n") + "\n"


def render_sections(releases: Iterable[Release], renderer: Renderer) -> Iterator[str]:
    """What follows the title of a whole changelog, from releases with the newest first.

    With the title it is what `insert_section` makes of the same releases one by one, the oldest first.
    """
    for release in releases:
        yield f"\n{_section(renderer.render(release), release.version)}\n"


def changelog_title(language: Language) -> str:
    """The first line of a changelog."""
    return f"# {language.title}\n"


def _newline(text: str) -> str:
    return "\r\n" if text[: text.find("\n") + 1].endswith("\r\n") else "\n"


class _Span(Struct, frozen=True):
    start: int
    end: int  # before the newlines that follow


def _find(text: str, version: str) -> _Span | None:
    found = headings(text)
    for heading in found:
        if heading.version == version:
            end = next((below.start for below in found if below.closes_section), len(text))
            return _Span(heading.start, heading.start + len(text[heading.start : end].rstrip("\r\n")))
    return None


def _top(text: str) -> int:
    """Where a new section goes: above the first version, or below what introduces a changelog without any."""
    found = list(headings(text))
    start = 1 if text.startswith("\ufeff") else 0
    for heading in found:
        if heading.version:
            return heading.start
    if found and found[0].level == 1 and not text[start : found[0].start].strip():
        prose = _NO_PROSE.search(text, found[0].end)
        start = prose.start() if prose else len(text)
        found = found[1:]
        start = min([start, *(heading.start for heading in found)])
    if found and found[0].unreleased and not text[start : found[0].start].strip():
        return next((below.start for below in found[1:] if below.level <= 2), len(text))
    return start


def _append(text: str, section: str, newline: str) -> str:
    """Below the text, whose own last newlines, or their absence, end the file as before."""
    above = text.rstrip("\r\n")
    ending = text[len(above) :]
    if not above.strip("\ufeff"):
        return f"{above}{section}{newline}{ending}"
    return f"{above}{newline * 2}{section}{ending}"


def _section(notes: str, version: str) -> str:
    """The notes without newlines around them, opened by the heading of their version and with none above level 3."""
    if "\r" in notes:  # a look for one character takes a tenth of the time of one for two
        notes = notes.replace("\r\n", "\n")
    notes = notes.strip("\r\n")
    first = next(headings(notes), None)
    if first is None or first.version != version or not notes.startswith("#"):
        notes = f"## {version}\n\n{notes}".strip("\n")
    return _deepened(notes) if _OTHER_HEADING.search(notes) else notes


def _deepened(notes: str) -> str:
    """Headings that would end the section become part of it."""
    parts, at = [], 0
    for heading in list(headings(notes))[1:]:
        if heading.closes_section and heading.text:
            parts += [notes[at : heading.start], "####" if heading.version else "###", f" {heading.text}"]
            at = heading.end
    return "".join([*parts, notes[at:]])
