"""The reading of version files in a commit, with the settings that the configuration has for them."""

from __future__ import annotations

from collections.abc import Callable

from shipit.config.model import VersionFileConfig
from shipit.versionfiles import VersionFile, VersionFileError, format_of
from shipit.world import Git


def committed(git: Git, rev: str) -> Callable[[str], str | None]:
    """Return the function that reads a file of the commit `rev`."""
    paths = set(git.paths(rev))
    return lambda path: git.text(rev, path) if path in paths else None


def version_in(file: VersionFileConfig, text: str | None) -> str | None:
    """Return the version in `text`, the content of `file`; None when there is no version that can be read."""
    version = version_or_error(file, text)
    return version if isinstance(version, str) else None


def version_or_error(file: VersionFileConfig, text: str | None) -> str | VersionFileError | None:
    """Return the version in `text`, or the error when it cannot be read; None without a file or a known format."""
    format = version_format(file)
    try:
        return format.read(text, file.paths) if format and text is not None else None
    except VersionFileError as error:
        return error


def version_format(file: VersionFileConfig) -> VersionFile | None:
    return format_of(file.path, file.format, file.pattern)
