"""The version files that other tools name, as entries of `version-files`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from shipit.importers.model import FoundKeys, RepositoryFacts
from shipit.versionfiles import FORMATS, VersionFileError, format_of

Entry = str | dict[str, Any]


class NamedFile(Struct, frozen=True):
    """A version file that another tool names.

    Attributes:
        key: the key of the tool that names it.
        path: its path.
        names: the keys or variables in it that have the version; empty for the usual one.
    """

    key: str
    path: str
    names: tuple[str, ...] = ()


def detected(repository: RepositoryFacts) -> list[str]:
    """Return the version files that shipit detects at the root."""
    names = [name for file in FORMATS.values() for name in file.patterns if "*" not in name]
    return [name for name in names if _reads(repository, name, ())]


def read_version_files(
    files: Sequence[NamedFile], found: FoundKeys, repository: RepositoryFacts, *, only: bool = False
) -> None:
    """Read the version files that a tool names, and report the key of each.

    Args:
        files: the files that the tool names.
        found: where to add the results.
        repository: the repository.
        only: True if the tool writes no other file; else those that shipit detects stay.
    """
    usual = detected(repository)
    entries: list[Entry] = [] if only else list(usual)
    for file in files:
        entry = _entry(file, repository)
        if entry is None:
            found.undecided(file.key, f"shipit finds no version in `{file.path}`: name its place in `version-files`")
        elif entry in usual:
            found.default(file.key, "shipit detects it")
            entries += [] if entry in entries else [entry]
        else:
            entries += [] if entry in entries else [entry]
            found.taken(file.key, "release.version-files", list(entries))
    if sorted(map(str, entries)) == sorted(usual):
        found.settings.get("release", {}).pop("version-files", None)
    elif entries:
        found.settings.setdefault("release", {})["version-files"] = entries


def _entry(file: NamedFile, repository: RepositoryFacts) -> Entry | None:
    """Return the entry for a file; None if shipit cannot read a version in it."""
    if not file.names and _reads(repository, file.path, ()):
        return file.path
    if file.names and _reads(repository, file.path, file.names):
        return _with_names(file, repository)
    pattern = _pattern(file.path, repository)
    return {"path": file.path, "pattern": pattern} if pattern else None


def _pattern(path: str, repository: RepositoryFacts) -> str | None:
    """Return the only line with the last version, as a pattern; None if there is no such line, or several."""
    version, text = str(repository.last), repository.read(path) or ""
    lines = [line.strip() for line in text.splitlines() if version in line] if repository.last else []
    if len(lines) != 1 or lines[0].count(version) != 1 or "{version}" in text:
        return None
    pattern = lines[0].replace(version, "{version}")
    try:
        return pattern if format_of(path, pattern=pattern).read(text) == version else None  # type: ignore[union-attr]
    except VersionFileError:
        return None


def _with_names(file: NamedFile, repository: RepositoryFacts) -> Entry:
    """Return the entry without names if the file has the version at these places anyway."""
    try:
        usual = format_of(file.path).write(repository.read(file.path) or "", "99.98.97")  # type: ignore[union-attr]
        named = format_of(file.path).write(repository.read(file.path) or "", "99.98.97", file.names)  # type: ignore[union-attr]
    except VersionFileError:
        return {"path": file.path, "paths": list(file.names)}
    return file.path if usual == named else {"path": file.path, "paths": list(file.names)}


def _reads(repository: RepositoryFacts, path: str, names: Sequence[str]) -> bool:
    """Return whether shipit reads a version from a file."""
    text, reader = repository.read(path), format_of(path)
    try:
        return text is not None and reader is not None and bool(reader.read(text, names))
    except VersionFileError as error:
        return error.computed
