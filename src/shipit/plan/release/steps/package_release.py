"""The release of one package, with its notes."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.history import Release
from shipit.core.notes import kept_edits, section_of
from shipit.core.versions import Version
from shipit.plan.version import NextRelease


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


def with_kept_section(notes: str, changelog: str | None, version: str) -> str:
    """Return the release notes with the section of the version that a person wrote ahead of its release.

    The section is kept word for word, and the entries that it lacks are added below their headings.

    Args:
        notes: the release notes, rendered from the commits.
        changelog: the committed text of the changelog; None if the file does not exist.
        version: the version to release, without a prefix.
    """
    section = section_of(changelog, version) if changelog else None
    return kept_edits("", section, notes) if section else notes
