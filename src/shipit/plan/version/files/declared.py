"""The versions in the version files of a package, and the check that a release does not lower them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from shipit.core.versions import Tag, Version
from shipit.errors import PreflightError
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.plan.version.package.model import NESTED_NAMES, Package
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
        from shipit.versionfiles import declared  # only a first release needs it, and loading it takes time

        return self.version or declared(self.written)


# Reads the versions; few decisions need them.
Declared = Callable[[], Sequence[DeclaredVersion]]


def may_have_version_files(git: Git, rev: str, package: Package) -> bool:
    """Return whether a file in the directory of `package` has the name of a version file.

    Loading the formats only to find that out would take longer than all the rest of `shipit next`. The files are read
    and not listed, because a clone answers faster that there is no such file.
    """
    return any(git.text(rev, package.inside(name)) is not None for name in NESTED_NAMES)


def is_behind(declared: Sequence[DeclaredVersion], last: Tag | None) -> bool:
    """Return whether all `declared` versions are lower than that of the release `last`."""
    if last is None:
        return False
    return all(each.version and Version.parse(each.version).finalize_version() < last.version for each in declared)


def require_not_lowered(version: Version, declared: Sequence[DeclaredVersion], history: History) -> None:
    """Raise `PreflightError` when a release of the computed `version` would lower the version in a file."""
    final = version.finalize_version()
    higher = [each for each in declared if each.version and Version.parse(each.version).finalize_version() > final]
    if higher:
        raise PreflightError([_finding(str(version), higher[0], history)], state="nothing was changed")


def _finding(version: str, file: DeclaredVersion, history: History) -> Finding:
    package, announced = history.package, str(file.version)
    final = Version.parse(announced).finalize_version()  # the branch may not release pre-releases, or not these
    what = f"`{file.path}` has the version `{file.written}`, and the next version `{version}` would lower it"
    footer, lower = (f"Release-As: {package.release_name(each)}" for each in (str(final), version))
    option = "" if package.name else f", or run `shipit release --version {final}`"
    tag = package.format.render(announced)
    fix = (
        f"to release `{final}`, add a commit with the footer `{footer}`{option}; "
        f"to release `{version}`, do the same with `{lower}`; "
        f"if `{announced}` was released without a tag: git tag {tag} COMMIT"
    )
    return Finding("version-lowered", what, fix)
