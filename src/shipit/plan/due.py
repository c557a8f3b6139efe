"""A package that is released: its verdict, its release, and its notes."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.release import Release
from shipit.core.version import Version
from shipit.plan.decide import Verdict


class Due(Struct, frozen=True):
    """`notes` are Markdown, ending with a newline; `announcement` is as much of them as a forge takes."""

    verdict: Verdict
    release: Release
    notes: str
    announcement: str

    @property
    def version(self) -> Version:
        return Version.parse(self.release.version)

    @property
    def name(self) -> str:
        """The version as the release commit spells it."""
        return self.verdict.history.package.named(self.release.version)
