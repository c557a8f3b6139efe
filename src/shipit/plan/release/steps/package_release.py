"""A package that is released: its next_release, its release, and its notes."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.history import Release
from shipit.core.versions import Version
from shipit.plan.version import NextRelease


class PackageRelease(Struct, frozen=True):
    """`notes` are Markdown, ending with a newline; `release_body` is as much of them as a forge takes."""

    next_release: NextRelease
    release: Release
    notes: str
    release_body: str

    @property
    def version(self) -> Version:
        return Version.parse(self.release.version)

    @property
    def name(self) -> str:
        """The version as the release commit spells it."""
        return self.next_release.history.package.named(self.release.version)
