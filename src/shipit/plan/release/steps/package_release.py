"""The release of one package, with its notes."""

from __future__ import annotations

import re

from msgspec import Struct

from shipit.core.commits.text.release_message import notes_of, versions_of
from shipit.core.history import Release
from shipit.core.notes import kept_edits, section_of
from shipit.core.versions import Version
from shipit.plan.version import History, NextRelease


class PackageRelease(Struct, frozen=True):
    """The release of one package, and the decision `next_release` that it is made from.

    `notes` are Markdown that ends with a newline; `release_body` is the same, shortened to the limit of the forge.
    """

    next_release: NextRelease
    release: Release
    notes: str
    release_body: str

    @property
    def version(self) -> Version:
        return Version.parse(self.release.version)

    @property
    def name(self) -> str:
        """The version as it is written in the subject of the release commit: "1.4.0", or "web 1.4.0"."""
        return self.next_release.history.package.release_name(self.release.version)


def with_kept_section(notes: str, changelog: str | None, history: History, version: str) -> str:
    """Return the release notes with the section of the version that a person wrote ahead of its release.

    The text is kept word for word below the new heading, and the entries that it lacks are added below their headings.
    What shipit wrote for an earlier release of the version, which was removed, is replaced.

    Args:
        notes: the release notes, rendered from the commits.
        changelog: the committed text of the changelog; None if the file does not exist.
        history: the history of the package.
        version: the version to release, without a prefix.
    """
    section = section_of(changelog, version) if changelog else None
    if section is None:
        return notes
    section = re.sub(r"\A([^\n]*\n)[=-]+[ \t]*\n", r"\1", section)  # the line below a heading without `#`
    name = history.package.name
    earlier = (each.message for each in history.since.commits if versions_of(each.message).get(name) == version)
    generated = section_of(notes_of(next(earlier, "")), version)
    return kept_edits(generated or section.split("\n", 1)[0] + "\n", section, notes)
