"""The versions in the version files of a package, and the check that a release does not lower them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from shipit.core import limits
from shipit.core.redact import shortened
from shipit.core.versions import Tag, Version
from shipit.errors import PreflightError
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.plan.version.package.model import ROOT_NAMES, Package
from shipit.world import Git


class DeclaredVersion(Struct, frozen=True):
    """The version in the version file `path`.

    `written` is its text, such as `1.4.0-SNAPSHOT`, and `version` the version that it announces, such as 1.4.0. It is
    None when the text is not a version of SemVer.
    """

    path: str
    written: str
    version: str | None

    def announced(self) -> str:
        """Return the announced version; raise `VersionFileError` when there is none."""
        if self.version:
            return self.version
        from shipit.versionfiles import VersionFileError  # only a first release needs it, and loading it takes time

        raise VersionFileError(
            f"`{self.path}` has `{shortened(self.written, limits.QUOTED_TEXT)}`, which is not a version of SemVer",
            hint="write it as MAJOR.MINOR.PATCH, such as `0.1.0`, or request a version: shipit release --version X.Y.Z",
        )


# Reads the versions; few decisions need them.
Declared = Callable[[], Sequence[DeclaredVersion]]


def may_have_version_files(git: Git, rev: str, package: Package) -> bool:
    """Return whether a file in the directory of `package` has the name of a version file.

    Loading the formats only to find that out would take longer than all the rest of `shipit next`. The files are read
    and not listed, because a clone answers faster that there is no such file.
    """
    return any(git.text(rev, package.inside(name)) is not None for name in ROOT_NAMES)


def is_behind(declared: Sequence[DeclaredVersion], last: Tag | None) -> bool:
    """Return whether all `declared` versions are lower than that of the release `last`."""
    if last is None:
        return False
    return all(each.version and Version.parse(each.version).finalize_version() < last.version for each in declared)


def require_not_lowered(version: Version, declared: Sequence[DeclaredVersion], history: History) -> None:
    """Raise `PreflightError` when a release of the computed `version` would lower the version in a file."""
    final = version.finalize_version()
    higher = [(each, found) for each in declared if (found := _final(each)) and found > final]
    if higher:
        raise PreflightError([_finding(str(version), *higher[0], history)], state="nothing was changed")


def _final(file: DeclaredVersion) -> Version | None:
    """Return the stable version that `file` announces; None when there is none.

    It is in the first numbers of a text that is not a version of SemVer, such as `2.0.0.dev1` or `2023.0.1.0`.

    >>> str(_final(DeclaredVersion("pom.xml", "2023.0.1.0-RC1", None)))
    '2023.0.1'
    """
    if file.version:
        return Version.parse(file.version).finalize_version()
    numbers = re.match(r"([0-9]{1,18})\.([0-9]{1,18})(?:\.([0-9]{1,18}))?(?![0-9])", file.written)
    return Version(*(int(number or 0) for number in numbers.groups())) if numbers else None


def _finding(version: str, file: DeclaredVersion, final: Version, history: History) -> Finding:
    # The footer has no pre-release part: the branch may not release pre-releases, or not these.
    package = history.package
    what = f"`{file.path}` has the version `{file.written}`, and the next version `{version}` would lower it"
    footer, lower = (f"Release-As: {package.release_name(each)}" for each in (str(final), version))
    option = "" if package.name else f", or run `shipit release --version {final}`"
    fix = (
        f"to release `{final}`, add a commit with the footer `{footer}`{option}; "
        f"to release `{version}`, do the same with `{lower}`"
    )
    if file.version:
        tag = package.format.render(Version.parse(file.version))
        fix += f"; if `{file.version}` was released without a tag: git tag {tag} COMMIT"
    return Finding("version-lowered", what, fix)
