"""What is released: the repository as a whole, or each of its packages."""

from __future__ import annotations

from msgspec import Struct

from shipit.config.model import BranchConfig, Config, VersionFileConfig
from shipit.core.versions import TagFormat


class Package(Struct, frozen=True):
    """One thing with a version of its own; `name` and `path` are empty for the whole repository.

    `version_files` is None where they are to be detected.
    """

    name: str
    path: str
    format: TagFormat
    version_files: tuple[VersionFileConfig, ...] | None
    changelog: str

    def named(self, version: str) -> str:
        """The version as the release commit spells it."""
        return f"{self.name} {version}".lstrip()


def packages(config: Config) -> tuple[Package, ...]:
    """Every package of the configuration."""
    if not config.packages:
        files = _version_files(config.release.version_files)
        return (Package("", "", TagFormat(config.release.tag), files, config.changelog.file),)
    return tuple(
        Package(
            name,
            package.path.rstrip("/"),
            TagFormat(config.package_tag(name)),
            _version_files(package.version_files),
            package.changelog or f"{package.path.rstrip('/')}/CHANGELOG.md",
        )
        for name, package in config.packages.items()
    )


def _version_files(entries: tuple[str | VersionFileConfig, ...] | None) -> tuple[VersionFileConfig, ...] | None:
    if entries is None:
        return None
    return tuple(VersionFileConfig(path=entry) if isinstance(entry, str) else entry for entry in entries)


def channel(config: Config, branch: str | None, default: str | None) -> BranchConfig | None:
    """How `branch` releases; None when it does not.

    Args:
        default: the branch that releases when the configuration names none.
    """
    channels = config.release.channels or (BranchConfig(name=default or branch or ""),)
    return next((entry for entry in channels if entry.name == branch), None)


def main_channel(config: Config, default: str | None) -> BranchConfig:
    """How the first releasing branch releases: what a preview elsewhere is computed for."""
    return (config.release.channels or (BranchConfig(name=default or ""),))[0]
