"""What a release writes into files, and which uncommitted edits a killed run left there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shipit.config.model import Config, VersionFileConfig
from shipit.core.changelog import insert_section, remove_section
from shipit.core.languages import LANGUAGES
from shipit.errors import ConfigError
from shipit.plan.due import Due
from shipit.plan.observe import FileState, Observed
from shipit.steps import WriteFile
from shipit.steps.release_commit import ReleaseCommit
from shipit.steps.write_file import text_digest
from shipit.versionfiles import FORMATS, VersionFile, VersionFileError, format_of


@dataclass(frozen=True, slots=True)
class Change:
    """One file: its text after the release.

    `undone` takes what a release changes out of a text: equal results mean that only a release differs.
    """

    path: str
    text: str
    state: FileState
    undone: Callable[[str], str]
    diff: tuple[str, ...] = ()

    @property
    def is_leftover(self) -> bool:
        """Whether the working tree differs from the base by nothing but the edit of a killed run."""
        current, committed = self.state.current, self.state.committed
        if current is None or current == committed:
            return False
        return current == self.text or self.undone(current) == self.undone(self.text)

    def step(self, commit: ReleaseCommit) -> WriteFile:
        replaced = {self.state.committed, self.state.current if self.is_leftover else self.state.committed}
        digests = sorted("" if text is None else text_digest(text) for text in replaced)
        return WriteFile(self.path, self.text, tuple(digests), commit, self.diff)


@dataclass(frozen=True, slots=True)
class Changes:
    """All files of a release."""

    files: tuple[Change, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(change.path for change in self.files)

    @property
    def leftover(self) -> tuple[str, ...]:
        """Files that a killed run wrote already."""
        return tuple(change.path for change in self.files if change.is_leftover)


def file_changes(config: Config, observed: Observed, due: Sequence[Due]) -> Changes:
    """The files that the packages in `due` change. Where nothing is written back, only what a build needs.

    Raises `ConfigError` (`VersionFileError`) when a version file has no place for the version.
    """
    if config.release.write_back == "none":
        building = due if config.release.prepare else ()
        wanted = [change for entry in building for change in _version_files(observed, entry)]
    else:
        wanted = [change for entry in due for change in _all_files(config, observed, entry)]
    return Changes(tuple(change for change in wanted if change.text != change.state.committed))


def snapshot_changes(observed: Observed, due: Sequence[Due], released: Changes) -> Changes:
    """What the commit after the release writes: the next version as `-SNAPSHOT`, in every version file."""
    texts = {change.path: change.text for change in released.files}
    wanted = []
    for entry in due:
        for file in observed.version_files[entry.verdict.history.package.name]:
            state = FileState(texts.get(file.path, observed.files[file.path].committed), None)
            wanted.append(_version_file(file, state, entry.snapshot))
    return Changes(tuple(wanted))


def _all_files(config: Config, observed: Observed, due: Due) -> Iterator[Change]:
    yield from _version_files(observed, due)
    yield _changelog(config, observed, due)


def _version_files(observed: Observed, due: Due) -> Iterator[Change]:
    package = due.verdict.history.package
    for file in observed.version_files[package.name]:
        yield _version_file(file, observed.files[file.path], due.release.version)


def _version_file(file: VersionFileConfig, state: FileState, version: str) -> Change:
    format = _format(file)
    if state.committed is None:
        raise ConfigError(
            f"the version file `{file.path}` is not committed",
            where="release.version-files",
            hint=f"git add {file.path}, or take it out of the configuration",
        )
    text = _written(file, format, state.committed, version)
    return Change(file.path, text, state, _without_version(file, format), _diff(state.committed, text))


def _diff(old: str, new: str) -> tuple[str, ...]:
    """The lines that differ; formats never add or take away a line."""
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    return tuple(line for before, after in pairs if before != after for line in (f"- {before}", f"+ {after}"))


def _written(file: VersionFileConfig, format: VersionFile, text: str, version: str) -> str:
    try:
        return format.write(text, version, file.paths)
    except VersionFileError as error:
        error.where = f"{file.path}, {error.where}" if error.where else file.path
        raise


def _format(file: VersionFileConfig) -> VersionFile:
    format = format_of(file.path, file.format)
    if format is None:
        known = ", ".join(FORMATS)
        raise ConfigError(
            f"`{file.path}`: there is no version file format for it",
            where="release.version-files",
            hint=f"name one of these as its `format`: {known}",
        )
    return format


def _without_version(file: VersionFileConfig, format: VersionFile) -> Callable[[str], str]:
    def undone(text: str) -> str:
        try:
            return format.write(text, "0.0.0", file.paths)
        except VersionFileError:
            return text

    return undone


def _changelog(config: Config, observed: Observed, due: Due) -> Change:
    path, version = due.verdict.history.package.changelog, due.release.version
    state = observed.files[path]
    text = insert_section(state.committed, due.notes, version, LANGUAGES[config.changelog.language])
    return Change(path, text, state, lambda text: remove_section(text, version))
