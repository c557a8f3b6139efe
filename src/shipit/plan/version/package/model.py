"""The packages of a repository: the whole repository, or the configured parts of it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import BranchConfig, Config, PackageConfig, VersionFileConfig
from shipit.core.versions import TagFormat
from shipit.finding import Finding

# The names of the version files that are looked for below the root of a repository without packages. Lock files are
# not among them: they repeat a version.
NESTED_NAMES = (
    "build.gradle",
    "build.gradle.kts",
    "gradle.properties",
    "pom.xml",
    "package.json",
    "pyproject.toml",
    "Cargo.toml",
    "Chart.yaml",
)
# The names of the version files that are looked for in the directory of a package. Below the root, a file VERSION is
# mostly that of a copied library.
ROOT_NAMES = (*NESTED_NAMES, "version.txt", "VERSION")


class Package(Struct, frozen=True):
    """A part of the repository with a version of its own; `name` and `paths` are empty for the whole repository.

    `paths` are the directories and files whose changes count for the package, from the root of the repository and
    without a slash at the end, and `exclude` those inside them whose changes do not count. `format` is the tag format
    and `changelog` a path. `version_files` is None when they have to be detected. `names` are the names of all
    packages, and `depends_on` those of the packages that this one depends on. `format_is_configured` is False when
    `format` is only the default. `proposed` is True when pull requests propose its releases: then the message of a tag
    names the commit that its notes end at.
    """

    name: str
    paths: tuple[str, ...]
    format: TagFormat
    version_files: tuple[VersionFileConfig, ...] | None
    changelog: str
    format_is_configured: bool = False
    names: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    proposed: bool = False

    @property
    def directory(self) -> str:
        """The directory of the package, the first of its paths; empty for the root of the repository."""
        return self.paths[0] if self.paths else ""

    def inside(self, path: str) -> str:
        """Return the path, from the root of the repository, of the file `path` in the directory of the package."""
        return f"{self.directory}/{path}".lstrip("/")

    def release_name(self, version: str) -> str:
        """Return `version` as it is written in the subject of the release commit: "1.4.0", or "web 1.4.0"."""
        return f"{self.name} {version}".lstrip()


def packages(config: Config) -> tuple[Package, ...]:
    """Return the configured packages; without any, one package for the whole repository."""
    if not config.packages:
        release = config.release
        files, format = _version_files(release.version_files), TagFormat(release.tag_format)
        proposed = release.write_back.proposes
        return (Package("", (), format, files, config.changelog.file, release.tag is not None, proposed=proposed),)
    return tuple(_package(config, name, package) for name, package in config.packages.items())


def _package(config: Config, name: str, settings: PackageConfig) -> Package:
    paths, exclude = map(_plain, (settings.paths or (settings.path or "",), settings.exclude))
    files, format = _version_files(settings.version_files), TagFormat(config.package_tag(name))
    configured, names = settings.tag is not None, frozenset(config.packages)
    package = Package(
        name,
        paths,
        format,
        files,
        settings.changelog or "",
        configured,
        names,
        exclude,
        settings.depends_on,
        config.release.write_back.proposes,
    )
    return package if package.changelog else replace(package, changelog=package.inside("CHANGELOG.md"))


def _plain(paths: Iterable[str]) -> tuple[str, ...]:
    """Return each path without a slash at the end, and without `.`."""
    return tuple("/".join(part for part in path.split("/") if part not in ("", ".")) for path in paths)


def _version_files(entries: tuple[str | VersionFileConfig, ...] | None) -> tuple[VersionFileConfig, ...] | None:
    if entries is None:
        return None
    return tuple(VersionFileConfig(path=entry) if isinstance(entry, str) else entry for entry in entries)


def channel(config: Config, branch: str | None, default: str | None) -> BranchConfig | None:
    """Return the settings of `branch` as a release branch; None when it is none.

    Args:
        config: the configuration.
        branch: the name of a branch; None when HEAD is detached.
        default: the release branch when the configuration names none. None for `branch` itself, as in a repository
            without a remote; empty if it is not known, so that no branch is a release branch.
    """
    channels = config.release.channels or (BranchConfig(name=(branch or "") if default is None else default),)
    return next((entry for entry in channels if entry.name == branch), None)


def unknown_default_branch(branch: str) -> Finding:
    """Return the finding for a remote that does not say which of its branches is the release branch."""
    what = f"it is not known whether `{branch}` is the release branch: HEAD of the remote names no branch"
    fix = 'set `branch = "main"`, or the name of your release branch, in `[release]` of shipit.toml'
    return Finding("no-default-branch", what, fix)


def main_channel(config: Config, default: str | None) -> BranchConfig:
    """Return the settings of the first release branch; on other branches, versions are computed with these.

    Args:
        config: the configuration.
        default: the release branch when the configuration names none.
    """
    return (config.release.channels or (BranchConfig(name=default or ""),))[0]
