"""The result of a replay, as data."""

from __future__ import annotations

from msgspec import Struct

from shipit.finding import Finding
from shipit.plan.replay.setting import Setting
from shipit.plan.version import CommitReason


class ReplayedRelease(Struct, frozen=True):
    """A past release, and the version that shipit would have released in its place.

    Attributes:
        before: the tag of the highest release in its history, the only tag that the decision sees.
        tag: the tag of the release.
        released: its version.
        shipit: the version that shipit decides; None when it would release nothing.
        reason: the reason for the difference, in words; empty when both versions are equal.
        commits: the commits that make the difference, each with the rule that shipit applies to it.
        setting: the setting with which shipit decides the released version; None when no setting does that.
    """

    before: str
    tag: str
    released: str
    shipit: str | None
    reason: str = ""
    commits: tuple[CommitReason, ...] = ()
    setting: Setting | None = None

    @property
    def agrees(self) -> bool:
        """True when shipit would have released the same version."""
        return self.shipit == self.released


class Effect(Struct, frozen=True):
    """A setting, and the number of releases that would agree with it."""

    setting: Setting
    agreeing: int


class Replay(Struct, frozen=True):
    """The replayed releases; those of a package are together, the lowest version first.

    `effects` are the settings that would make more of all releases agree, the best one first. `prereleases` is the
    number of pre-releases in the repository, which are not replayed. `findings` are the reasons why none could be
    replayed.
    """

    releases: tuple[ReplayedRelease, ...] = ()
    effects: tuple[Effect, ...] = ()
    prereleases: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def agreeing(self) -> int:
        """The number of releases for which shipit decides the same version."""
        return sum(each.agrees for each in self.releases)
