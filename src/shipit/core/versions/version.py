"""Calculation of the next version.

>>> str(bumped_version(Version.parse("1.3.0"), Bump.MINOR))
'1.4.0'

While major is 0, a breaking change bumps minor, unless the user chose otherwise:

>>> str(bumped_version(Version.parse("0.3.1"), Bump.MAJOR))
'0.4.0'
>>> str(bumped_version(Version.parse("0.3.1"), Bump.MAJOR, major_on_zero=True))
'1.0.0'

A pre-release has the number of the last one plus 1. The number restarts at 1 when a higher version is next:

>>> beta = [Version.parse("1.4.0-beta.2")]
>>> str(bumped_version(Version.parse("1.3.0"), Bump.MINOR, channel="beta", channel_versions=beta))
'1.4.0-beta.3'
>>> str(bumped_version(Version.parse("1.3.0"), Bump.MAJOR, channel="beta", channel_versions=beta))
'2.0.0-beta.1'
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from semver import Version

from shipit.core import limits
from shipit.core.versions.bump import Bump, effective_bump
from shipit.errors import ConflictError

__all__ = ["Version", "VersionRange", "build_version", "bump_between", "bumped_version", "channel_of", "first_version"]


def bumped_version(
    previous: Version,
    bump: Bump,
    *,
    major_on_zero: bool = False,
    channel: str | None = None,
    channel_versions: Iterable[Version] = (),
) -> Version:
    """Return the version after `previous` (SemVer 2.0.0 items 6 to 9).

    Args:
        previous: the last stable release.
        bump: the strongest change since `previous`.
        major_on_zero: whether a breaking change raises 0.x to 1.0.0.
        channel: the pre-release identifier, such as `beta`; None for a stable release.
        channel_versions: the existing versions of that channel.
    """
    target = _raise(previous, bump, major_on_zero)
    if channel is None:
        return target
    return _in_channel(target, channel, [version for version in channel_versions if version > previous])


def first_version(initial: Version, channel: str | None, channel_versions: Iterable[Version] = ()) -> Version:
    """Return the version of a first release: `initial`, or in a channel the next pre-release of it."""
    return initial if channel is None else _in_channel(initial, channel, list(channel_versions))


def bump_between(old: Version, new: Version) -> Bump:
    """Return the bump from one stable version to a higher one.

    >>> bump_between(Version.parse("1.2.3"), Version.parse("3.0.0")).name
    'MAJOR'
    """
    if new.major != old.major:
        return Bump.MAJOR
    return Bump.MINOR if new.minor != old.minor else Bump.PATCH


def build_version(coming: Version, commits: int, id: str) -> Version:
    """Return the version of a build of a branch without a release.

    Args:
        coming: the version that the next release would have; a pre-release identifier in it is left out.
        commits: number of commits since the last release.
        id: full id of the commit that is built.

    >>> str(build_version(Version.parse("1.4.0"), 7, "0a1b2c3d4e5f"))
    '1.4.0-dev.7+0a1b2c3'

    By SemVer 2.0.0 item 11 it is lower than the version of the next release:

    >>> build_version(Version.parse("1.4.0"), 7, "0a1b2c3d4e5f") < Version.parse("1.4.0")
    True
    """
    # An identifier of digits alone must not begin with 0 in a pre-release; in build metadata it may (item 10).
    return coming.finalize_version().replace(prerelease=f"dev.{commits}", build=id[:7])


def _raise(version: Version, bump: Bump, major_on_zero: bool) -> Version:
    bump = effective_bump(bump, major=version.major, major_on_zero=major_on_zero)
    if bump is Bump.MAJOR:
        return version.bump_major()
    if bump is Bump.MINOR:
        return version.bump_minor()
    return version.bump_patch() if bump is Bump.PATCH else version


def _in_channel(target: Version, channel: str, existing: list[Version]) -> Version:
    target = max([target, *(version.finalize_version() for version in existing)])
    numbers = [_prerelease_number(version) for version in existing if version.finalize_version() == target]
    return target.replace(prerelease=f"{channel}.{max(numbers, default=0) + 1}")


_NUMBERS = re.compile(r"(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})")


def is_version(text: str) -> bool:
    """Return whether `text` is a version of SemVer 2.0.0 that shipit can compare.

    Python refuses to compare numbers of thousands of digits, so a version has at most 255 characters, which is also
    the longest name of a file and so of most tags.

    >>> is_version("1.4.0-rc.1"), is_version("1.4"), is_version("1.4.0-rc." + "9" * 300)
    (True, False, False)
    """
    return len(text) <= limits.VERSION_LENGTH and Version.is_valid(text)


def version_of(text: str) -> Version | None:
    """Parse a version; return None for any other text.

    Three numbers take a fast path, because nearly all of thousands of tags are such versions.

    >>> str(version_of("1.4.0-rc.1")), version_of("1.4")
    ('1.4.0-rc.1', None)
    """
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        return Version(*map(int, numbers.groups()))
    return Version.parse(text) if text[:1].isdigit() and is_version(text) else None


def precedence(version: Version) -> tuple[int, int, int, bool, Version | None]:
    """Return a key that sorts versions by precedence (SemVer 2.0.0 item 11), much faster than comparing versions.

    >>> sorted(map(Version.parse, ("1.10.0", "1.9.0", "1.10.0-rc.1")), key=precedence)[0].minor
    9
    """
    stable = version.prerelease is None
    return version.major, version.minor, version.patch, stable, None if stable else version


def channel_of(version: Version) -> str | None:
    """Return the pre-release identifier of a version without its number; None for a stable version.

    >>> channel_of(Version.parse("2.0.0-beta.3"))
    'beta'
    """
    return version.prerelease.rpartition(".")[0] or version.prerelease if version.prerelease else None


def _prerelease_number(version: Version) -> int:
    last = (version.prerelease or "").rpartition(".")[2]
    return int(last) if last.isdigit() else 0


class VersionRange(Struct, frozen=True):
    """The versions that a maintenance branch can release: branch `1.x` all of major 1, branch `1.2.x` all of 1.2.

    >>> VersionRange.of_branch("1.2.x").holds(Version.parse("1.2.9"))
    True
    >>> VersionRange.of_branch("1.2.x").holds(Version.parse("1.3.0"))
    False
    >>> VersionRange.of_branch("main") is None
    True
    """

    name: str
    major: int
    minor: int | None

    @classmethod
    def of_branch(cls, name: str) -> VersionRange | None:
        """Return the range of a branch by its name; None if it is not a maintenance branch."""
        found = re.fullmatch(r"(\d+)(?:\.(\d+))?\.[xX]", name)
        if not found:
            return None
        return cls(name, int(found[1]), int(found[2]) if found[2] else None)

    def holds(self, version: Version) -> bool:
        """Return whether `version` is in the range."""
        return version.major == self.major and self.minor in (None, version.minor)

    @property
    def first(self) -> Version:
        """The lowest version of the range."""
        return Version(self.major, self.minor or 0, 0)

    def require(self, version: Version, footer: str) -> None:
        """Raise `ConflictError` if `version` is not in the range.

        Args:
            version: the next version.
            footer: the footer of a commit that requests a version, with `{}` for it.
        """
        if version < self.first:
            raise ConflictError(
                f"`{version}` is below the range of the maintenance branch `{self.name}`",
                hint=f"to begin the range, add a commit with the footer `{footer.format(self.first)}`; "
                "or release from the branch of the lower versions",
            )
        if not self.holds(version):
            raise ConflictError(
                f"`{version}` leaves the range of the maintenance branch `{self.name}`",
                hint="release that change from the main branch, or keep it out of this one",
            )
