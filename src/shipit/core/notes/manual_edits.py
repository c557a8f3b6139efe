r"""The edits of people in the changelog section of a proposed release.

>>> generated = "## 1.1.0 (2026-01-30)\n\n### Features\n\n* search\n"
>>> edited = "## 1.1.0 (2026-01-30)\n\n### Features\n\n* **Search**, at last\n\nThank you all!\n"
>>> new = "## 1.1.0 (2026-01-31)\n\n### Features\n\n* filters\n* search\n\n### Bug Fixes\n\n* crash\n"
>>> print(kept_edits(generated, edited, new), end="")
## 1.1.0 (2026-01-31)
<BLANKLINE>
### Features
<BLANKLINE>
* **Search**, at last
* filters
<BLANKLINE>
Thank you all!
<BLANKLINE>
### Bug Fixes
<BLANKLINE>
* crash
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.notes.changelog import insert_section, section_of, without_section
from shipit.core.notes.merge import merged_text

_ENTRY = ("* ", "- ", "+ ")


def merged_changelog(before: str, edited: str, new: str, version: str, next_version: str) -> str | None:
    """Return the changelog `new` with the edits of a person, or None if other text than the section conflicts.

    Args:
        before: the changelog before the edit.
        edited: the changelog after it.
        new: the changelog that is proposed now.
        version: the version of the section in `before`, and in `edited` if nobody has changed its heading.
        next_version: that of the section in `new`.
    """
    edited_version = version if section_of(edited, version) else next_version
    texts = ((before, version), (edited, edited_version), (new, next_version))
    rest = merged_text(*(without_section(text, at) for text, at in texts))
    generated, section = section_of(before, version) or "", section_of(edited, edited_version)
    wanted = section_of(new, next_version) or ""
    if rest is None or (generated and section is None):  # somebody removed the section: it cannot be continued
        return None
    if section_of(rest, next_version):  # somebody wrote a second section of the version: it would be replaced
        return None
    return insert_section(rest, kept_edits(generated, section, wanted) if section else wanted, next_version)


def kept_edits(generated: str, edited: str, new: str) -> str:
    """Return the section `edited` word for word, with the entries of `new` that it lacks below their headings.

    Args:
        generated: the section that shipit wrote, and that a person edited.
        edited: the section after the edit.
        new: the section that shipit would write now.
    """
    if edited == generated:
        return new
    lines = edited.rstrip("\n").split("\n")
    if lines[0] == generated.split("\n", 1)[0]:
        lines[0] = new.split("\n", 1)[0]
    known = {entry for section in (generated, edited) for _, entry in _entries(section)}
    for heading, entry in _entries(new):
        if entry not in known:
            _insert(lines, heading, entry)
    return "\n".join(lines) + "\n"


def _entries(section: str) -> Iterator[tuple[str, str]]:
    """Yield each entry of a section with the heading above it; an entry can have several lines."""
    heading, entry = "", ""
    for line in [*section.split("\n")[1:], "#"]:
        if line.startswith(" ") and entry:
            entry += f"\n{line}"
            continue
        if entry:
            yield heading, entry
        entry = line if line.startswith(_ENTRY) else ""
        heading = line if line.startswith("#") else heading


def _insert(lines: list[str], heading: str, entry: str) -> None:
    """Insert an entry below the last one under its heading; without such a heading, at the end with the heading."""
    if heading and heading not in lines:
        lines += ["", heading, "", *entry.split("\n")]
        return
    start = lines.index(heading) if heading else 0
    end = next((at for at, line in enumerate(lines) if at > start and line.startswith("#")), len(lines))
    within = [at for at in range(start + 1, end) if lines[at].startswith(_ENTRY)]
    at = within[-1] + 1 if within else start + 1
    while within and at < end and lines[at].startswith(" "):
        at += 1
    lines[at:at] = entry.split("\n") if within else ["", *entry.split("\n")]
