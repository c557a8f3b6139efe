"""Which files hold a package's version, and the version they announce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shipit.config.model import VersionFileConfig
from shipit.finding import Finding
from shipit.plan.version.package import Package
from shipit.versionfiles import FORMATS, VersionFileError, declared, detect, format_of
from shipit.versionfiles.maven_modules import followers
from shipit.world import Git


def version_files(git: Git, rev: str, package: Package) -> tuple[VersionFileConfig, ...]:
    """The configured ones; else those detected at `rev` that hold a version, and those that repeat it."""
    if package.version_files is not None:
        return package.version_files
    found = [file for file in _detected(git, rev, package) if _version(file, git.text(rev, file.path))]
    return tuple(entry for file in found for entry in (file, *_modules(git, rev, file)))


def unwritten(git: Git, rev: str, package: Package) -> Iterator[Finding]:
    """A warning where files are detected and none can be read, so that the version is written nowhere."""
    if package.version_files is not None:
        return
    found = {file.path: _read(file, git.text(rev, file.path)) for file in _detected(git, rev, package)}
    errors = {path: error for path, error in found.items() if isinstance(error, VersionFileError)}
    if errors and len(errors) == len(found):
        wrong = "; ".join(f"`{path}`{_told(error)}" for path, error in errors.items())
        hints = [error.hint for error in errors.values() if error.hint]
        fix = "; ".join((*hints[:1], "where no file holds the version, set version-files = []"))
        yield Finding("version-file", f"the version will be written into no file: {wrong}", fix, "warning")


def declared_version(git: Git, rev: str, files: Iterable[VersionFileConfig]) -> str | None:
    """The version that the first readable file names, without `-SNAPSHOT`: 0.0.1-SNAPSHOT announces 0.0.1."""
    versions = (_version(file, git.text(rev, file.path)) for file in files)
    first = next(filter(None, versions), None)
    return declared(first) if first else None


def declared_versions(git: Git, rev: str, files: Mapping[str, tuple[VersionFileConfig, ...]]) -> dict[str, str]:
    """`declared_version` of every package that has one."""
    found = {name: declared_version(git, rev, entries) for name, entries in files.items()}
    return {name: version for name, version in found.items() if version}


def _detected(git: Git, rev: str, package: Package) -> list[VersionFileConfig]:
    prefix = f"{package.path}/" if package.path else ""
    below = [path.removeprefix(prefix) for path in git.paths(rev) if path.startswith(prefix)]
    return [VersionFileConfig(path=prefix + path) for path in detect(below)]


def _modules(git: Git, rev: str, file: VersionFileConfig) -> Iterator[VersionFileConfig]:
    """The poms of a Maven project that repeat the version of this one."""
    if format_of(file.path) is FORMATS["maven"]:
        committed = set(git.paths(rev))
        for path, paths in followers(file.path, lambda path: git.text(rev, path) if path in committed else None):
            yield VersionFileConfig(path=path, format="maven", paths=paths)


def _version(file: VersionFileConfig, text: str | None) -> str | None:
    found = _read(file, text)
    return found if isinstance(found, str) else None


def _read(file: VersionFileConfig, text: str | None) -> str | VersionFileError | None:
    """The version, or why it cannot be read; None where there is no such file or format."""
    format = format_of(file.path, file.format)
    try:
        return format.read(text, file.paths) if format and text is not None else None
    except VersionFileError as error:
        return error


def _told(error: VersionFileError) -> str:
    return f", {error.where}: {error.what}" if error.where else f": {error.what}"
