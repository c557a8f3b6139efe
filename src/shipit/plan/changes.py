"""What a release writes into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shipit.config.model import Config, VersionFileConfig
from shipit.core.changelog import insert_section
from shipit.core.languages import LANGUAGES
from shipit.errors import ConfigError
from shipit.plan.due import Due
from shipit.plan.observe import Observed
from shipit.steps import WriteFile
from shipit.steps.release_commit import ReleaseCommit
from shipit.steps.write_file import text_digest
from shipit.versionfiles import FORMATS, VersionFile, VersionFileError, format_of


@dataclass(frozen=True, slots=True)
class Change:
    """One file: its text before and after the release. `left` is what a killed run made of it already."""

    path: str
    text: str
    before: str | None
    left: str | None = None
    diff: tuple[str, ...] = ()

    def step(self, commit: ReleaseCommit) -> WriteFile:
        replaced = {self.before, self.before if self.left is None else self.left}
        digests = sorted("" if text is None else text_digest(text) for text in replaced)
        return WriteFile(self.path, self.text, tuple(digests), commit, self.diff)


@dataclass(frozen=True, slots=True)
class Changes:
    """All files of a release."""

    files: tuple[Change, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(change.path for change in self.files)


def file_changes(config: Config, observed: Observed, due: Sequence[Due]) -> Changes:
    """The files that the packages in `due` change. Where nothing is written back, only what a build needs.

    Raises `ConfigError` (`VersionFileError`) when a version file has no place for the version.
    """
    if config.release.write_back == "none":
        building = due if config.release.prepare else ()
        wanted = [change for entry in building for change in _version_files(observed, entry)]
    else:
        wanted = [change for entry in due for change in _all_files(config, observed, entry)]
    return Changes(tuple(change for change in wanted if change.text != change.before))


def snapshot_changes(observed: Observed, versions: Mapping[str, str], released: Changes) -> Changes:
    """What the commit after the release writes: the next version, by package, in every version file."""
    texts = {change.path: change.text for change in released.files}
    return Changes(
        tuple(
            _version_file(file, texts.get(file.path, state.committed), version, state.left)
            for package, version in versions.items()
            for file in observed.version_files[package]
            for state in (observed.files[file.path],)
        )
    )


def _all_files(config: Config, observed: Observed, due: Due) -> Iterator[Change]:
    yield from _version_files(observed, due)
    yield _changelog(config, observed, due)


def _version_files(observed: Observed, due: Due) -> Iterator[Change]:
    for file in observed.version_files[due.verdict.history.package.name]:
        state = observed.files[file.path]
        yield _version_file(file, state.committed, due.release.version, state.left)


def _version_file(file: VersionFileConfig, before: str | None, version: str, left: str | None = None) -> Change:
    if before is None:
        raise ConfigError(
            f"the version file `{file.path}` is not committed",
            where="release.version-files",
            hint=f"git add {file.path}, or take it out of the configuration",
        )
    text = _written(file, before, version)
    return Change(file.path, text, before, left, _diff(before, text))


def _diff(old: str, new: str) -> tuple[str, ...]:
    """The lines that differ; formats never add or take away a line."""
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    return tuple(line for before, after in pairs if before != after for line in (f"- {before}", f"+ {after}"))


def _written(file: VersionFileConfig, text: str, version: str) -> str:
    try:
        return _format(file).write(text, version, file.paths)
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


def _changelog(config: Config, observed: Observed, due: Due) -> Change:
    path = due.verdict.history.package.changelog
    state = observed.files[path]
    language = LANGUAGES[config.changelog.language]
    text = insert_section(state.committed, due.notes, due.release.version, language)
    return Change(path, text, state.committed, state.left)
