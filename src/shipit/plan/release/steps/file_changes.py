"""What a release writes into files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from shipit.config.model import Config, VersionFileConfig
from shipit.core.notes import LANGUAGES, insert_section
from shipit.errors import ConfigError
from shipit.plan.release.observe import Observed
from shipit.plan.release.steps.package_release import PackageRelease
from shipit.steps import WriteFile
from shipit.steps.release_commit import ReleaseCommit
from shipit.steps.write_file import text_digest
from shipit.versionfiles import FORMATS, VersionFile, VersionFileError, format_of


class FileChange(Struct, frozen=True):
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


class FileChanges(Struct, frozen=True):
    """All files of a release."""

    files: tuple[FileChange, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(change.path for change in self.files)


class _Edit(Struct, frozen=True):
    """What becomes of one file; several edits of one file build on each other."""

    path: str
    text_of: Callable[[str | None], str]
    shown: bool = True  # whether people see the lines that differ; the notes tell what a changelog gets


def file_changes(config: Config, observed: Observed, releases: Sequence[PackageRelease]) -> FileChanges:
    """The files that the packages in `releases` change. Where nothing is written back, only what a build needs.

    Raises `ConfigError` (`VersionFileError`) when a version file has no place for the version.
    """
    versions = {entry.next_release.history.package.name: entry.release.version for entry in releases}
    if not config.release.write_back.commits:
        return _carried_out(_version_edits(observed, versions) if config.release.prepare else (), observed, {})
    changelogs = (_changelog_edit(config, entry) for entry in releases)
    return _carried_out((*_version_edits(observed, versions), *changelogs), observed, {})


def snapshot_changes(observed: Observed, versions: Mapping[str, str], released: FileChanges) -> FileChanges:
    """What the commit after the release writes: the next version, by package, in every version file."""
    texts = {change.path: change.text for change in released.files}
    return _carried_out(_version_edits(observed, versions), observed, texts)


def _carried_out(edits: Iterable[_Edit], observed: Observed, begin: Mapping[str, str]) -> FileChanges:
    """The files that differ after all edits; `begin` are texts other than the committed ones to begin with."""
    before: dict[str, str | None] = {}
    after: dict[str, str] = {}
    shown = set()
    for edit in edits:
        before.setdefault(edit.path, begin.get(edit.path, observed.files[edit.path].committed))
        after[edit.path] = edit.text_of(after.get(edit.path, before[edit.path]))
        shown.update([edit.path] if edit.shown else [])
    return FileChanges(
        tuple(
            FileChange(path, text, old, observed.files[path].left, _diff(old or "", text) if path in shown else ())
            for path, text in after.items()
            if text != (old := before[path])
        )
    )


def _version_edits(observed: Observed, versions: Mapping[str, str]) -> Iterator[_Edit]:
    for package, version in versions.items():
        for file in observed.version_files[package]:
            yield _Edit(file.path, partial(_with_version, file, version))


def _with_version(file: VersionFileConfig, version: str, text: str | None) -> str:
    if text is None:
        raise ConfigError(
            f"the version file `{file.path}` is not committed",
            where="release.version-files",
            hint=f"git add {file.path}, or take it out of the configuration",
        )
    return _written(file, text, version)


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


def _changelog_edit(config: Config, release: PackageRelease) -> _Edit:
    language, version = LANGUAGES[config.changelog.language], release.release.version

    def with_section(text: str | None) -> str:
        return insert_section(text, release.notes, version, language)

    return _Edit(release.next_release.history.package.changelog, with_section, shown=False)
