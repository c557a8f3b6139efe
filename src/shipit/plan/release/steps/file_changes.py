"""The changes that a release makes to files: to version files and changelogs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from shipit.config.model import CONFIG_FILES, Config, VersionFileConfig
from shipit.core.notes import LANGUAGES, insert_section
from shipit.errors import ConfigError
from shipit.plan.release.observe import FileState, Observed, Unfinished
from shipit.plan.release.steps.package_release import PackageRelease
from shipit.steps.repository import ReleaseCommit, WriteFile, text_digest
from shipit.versionfiles import FORMATS, VersionFile, VersionFileError, format_of

_ANY_VERSION = "1.0.0"  # to find out whether a version can be written into a file


class FileChange(Struct, frozen=True):
    """The change of one file, from the text `before` (None for a new file) to `text`.

    `replaceable_text` is another text in the working tree that may be overwritten (None when there is none), and `diff`
    the changed lines as the plan shows them.
    """

    path: str
    text: str
    before: str | None
    replaceable_text: str | None = None
    diff: tuple[str, ...] = ()

    def step(self, commit: ReleaseCommit | None) -> WriteFile:
        """Return the step that writes the file, over the text `before` or `replaceable_text` only.

        `commit` is the release commit; None for a file that is only written for a build.
        """
        replaceable = {self.before, self.before if self.replaceable_text is None else self.replaceable_text}
        digests = sorted("" if text is None else text_digest(text) for text in replaceable)
        return WriteFile(self.path, self.text, tuple(digests), commit, self.diff)


class FileChanges(Struct, frozen=True):
    """All files that one commit changes."""

    files: tuple[FileChange, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(change.path for change in self.files)


class _Edit(Struct, frozen=True):
    """One edit of one file: `new_text` returns its new text from the old one. Several edits may follow each other."""

    path: str
    new_text: Callable[[str | None], str]
    show_diff: bool = True  # False for a changelog: the plan shows the release notes already


def file_changes(config: Config, observed: Observed, releases: Sequence[PackageRelease]) -> FileChanges:
    """Return the changes of the version files and changelogs of the packages in `releases`.

    With `write-back = "none"` no changelog is changed, and version files only when there are `prepare` commands, which
    may read the version from them.

    Raises `ConfigError` or its subclass `VersionFileError` when a version file is missing or cannot be edited.
    """
    versions = {entry.next_release.history.package.name: entry.release.version for entry in releases}
    if not config.release.write_back.commits:
        return _apply(_version_edits(observed, versions) if config.release.prepare else (), observed, {})
    changelogs = (_changelog_edit(config, observed, entry) for entry in releases)
    return _apply((*_version_edits(observed, versions), *changelogs), observed, {})


def unfinished_changes(observed: Observed, unfinished: Unfinished) -> tuple[FileChange, ...]:
    """Return the changes that write the version of `unfinished` for its build, if its commit does not have it."""
    texts = dict(unfinished.texts)
    for file in observed.version_files[unfinished.package.name]:
        if file.path in texts:
            texts[file.path] = _write_version(file, texts[file.path], unfinished.version)
    return tuple(
        FileChange(path, text, before, observed.files[path].replaceable_text, _diff(before, text))
        for path, before in unfinished.texts.items()
        if (text := texts[path]) != before
    )


def version_file_errors(config: Config, observed: Observed, packages: Iterable[str]) -> Iterator[ConfigError]:
    """Yield the error that a release of each of `packages` would raise for its version files, if there is one."""
    writes = config.release.write_back.commits or config.release.prepare
    for package in packages if writes else ():
        try:
            for file in observed.version_files[package]:
                state = observed.files[file.path]
                _with_version(file, _ANY_VERSION, state, state.committed)
        except ConfigError as error:
            yield error


def snapshot_changes(observed: Observed, versions: Mapping[str, str], released: FileChanges) -> FileChanges:
    """Return the changes of the commit after the release, which writes the next version into the version files.

    Args:
        observed: the facts, from `observe_release`.
        versions: the version to write, by the name of the package.
        released: the changes of the release itself, which come before these.
    """
    texts = {change.path: change.text for change in released.files}
    return _apply(_version_edits(observed, versions), observed, texts)


def _apply(edits: Iterable[_Edit], observed: Observed, start: Mapping[str, str]) -> FileChanges:
    """Return the files that differ after all edits.

    Args:
        edits: the edits, in order.
        observed: the facts; the edits begin with the committed text of each file.
        start: the texts by path to begin with instead of the committed ones.
    """
    before: dict[str, str | None] = {}
    after: dict[str, str] = {}
    with_diff = set()
    for edit in edits:
        before.setdefault(edit.path, start.get(edit.path, observed.files[edit.path].committed))
        after[edit.path] = edit.new_text(after.get(edit.path, before[edit.path]))
        with_diff.update([edit.path] if edit.show_diff else [])
    return FileChanges(
        tuple(
            FileChange(
                path,
                text,
                old,
                observed.files[path].replaceable_text,
                _diff(old or "", text) if path in with_diff else (),
            )
            for path, text in after.items()
            if text != (old := before[path])
        )
    )


def _version_edits(observed: Observed, versions: Mapping[str, str]) -> Iterator[_Edit]:
    for package, version in versions.items():
        for file in observed.version_files[package]:
            yield _Edit(file.path, partial(_with_version, file, version, observed.files[file.path]))


def _with_version(file: VersionFileConfig, version: str, state: FileState, text: str | None) -> str:
    """Return `text` with `version`; raises `ConfigError` if the file, whose state is `state`, is not committed."""
    if text is None:
        path = shlex.quote(file.path)
        what, hint = f"there is no file `{file.path}`", "correct the path, or remove it from the configuration"
        if state.current is not None:
            what = f"the version file `{file.path}` is not committed"
            hint = f"git add {path} && git commit, or remove it from the configuration"
        if state.similar:
            hint = f"did you mean `{state.similar}`?"
        raise ConfigError(what, where="release.version-files", hint=hint, state="nothing was changed")
    return _write_version(file, text, version)


def _diff(old: str, new: str) -> tuple[str, ...]:
    """Return the lines that differ; writing a version never adds or removes a line."""
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    return tuple(line for before, after in pairs if before != after for line in (f"- {before}", f"+ {after}"))


def _write_version(file: VersionFileConfig, text: str, version: str) -> str:
    try:
        return _format(file).write(text, version, file.paths)
    except VersionFileError as error:
        error.where = f"{file.path}, {error.where}" if error.where else file.path
        raise


def _format(file: VersionFileConfig) -> VersionFile:
    format = format_of(file.path, file.format, file.pattern)
    if format is None:
        known = ", ".join(FORMATS)
        raise ConfigError(
            f"the format of the version file `{file.path}` is not known",
            where="release.version-files",
            hint=f"set its `format` to one of these: {known}",
        )
    return format


def _changelog_edit(config: Config, observed: Observed, release: PackageRelease) -> _Edit:
    """Return the edit of a changelog; raises `ConfigError` if its text would damage a file with another purpose."""
    language, version = LANGUAGES[config.changelog.language], release.release.version
    changelog = release.next_release.history.package.changelog
    version_files = {file.path for files in observed.version_files.values() for file in files}
    if changelog in version_files or changelog in CONFIG_FILES:
        other = "version file" if changelog in version_files else "configuration"
        what = f"the changelog is also the {other} `{changelog}`"
        raise ConfigError(what, where="changelog.file", hint="set another path, such as `CHANGELOG.md`")

    def with_section(text: str | None) -> str:
        if text and "\0" in text:
            what = f"the changelog `{changelog}` has NUL bytes: it is not text in UTF-8"
            raise ConfigError(what, where="changelog.file", hint=f"save `{changelog}` as UTF-8 and commit it")
        return insert_section(text, release.notes, version, language)

    return _Edit(changelog, with_section, show_diff=False)
