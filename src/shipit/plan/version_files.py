"""Which files hold a package's version, and the version they announce."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shipit.config.model import VersionFileConfig
from shipit.plan.packages import Package
from shipit.versionfiles import VersionFileError, announced, detect, format_of
from shipit.world import Git


def version_files(git: Git, rev: str, package: Package) -> tuple[VersionFileConfig, ...]:
    """The configured ones; else those detected at `rev` that hold a version."""
    if package.version_files is not None:
        return package.version_files
    prefix = f"{package.path}/" if package.path else ""
    below = [path.removeprefix(prefix) for path in git.paths(rev) if path.startswith(prefix)]
    found = (VersionFileConfig(path=prefix + path) for path in detect(below))
    return tuple(file for file in found if _version(file, git.text(rev, file.path)))


def announced_version(git: Git, rev: str, files: Iterable[VersionFileConfig]) -> str | None:
    """The version that the first readable file names, without `-SNAPSHOT`: 0.0.1-SNAPSHOT announces 0.0.1."""
    versions = (_version(file, git.text(rev, file.path)) for file in files)
    first = next(filter(None, versions), None)
    return announced(first) if first else None


def announced_versions(git: Git, rev: str, files: Mapping[str, tuple[VersionFileConfig, ...]]) -> dict[str, str]:
    """`announced_version` of every package that has one."""
    found = {name: announced_version(git, rev, entries) for name, entries in files.items()}
    return {name: version for name, version in found.items() if version}


def _version(file: VersionFileConfig, text: str | None) -> str | None:
    format = format_of(file.path, file.format)
    try:
        return format.read(text, file.paths) if format and text is not None else None
    except VersionFileError:
        return None
