"""The decision about the next version of a package: a pure function of its history and the configuration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.config.model import BranchConfig, Config
from shipit.core import limits
from shipit.core.commits import (
    Entry,
    Reading,
    Readings,
    RequestedVersion,
    Rules,
    read_commits,
    requested_version,
    version_request,
)
from shipit.core.history import Release
from shipit.core.redact import shortened
from shipit.core.versions import (
    Bump,
    Version,
    VersionRange,
    bump_between,
    bumped_version,
    channel_of,
    first_version,
    is_version,
    meant_version,
)
from shipit.errors import ConflictError, UsageError
from shipit.plan.version.decision import CommitReason, Decision, Dependency, NextVersion
from shipit.plan.version.files.declared import Declared, DeclaredVersion, require_not_lowered
from shipit.plan.version.history import History
from shipit.plan.version.tag_check import MisplacedTag


class NextRelease(Struct, frozen=True):
    """A decision about the next version, with the facts that the release notes are made from."""

    decision: Decision
    history: History
    entries: tuple[Entry, ...]
    dependencies: tuple[Dependency, ...] = ()

    @property
    def version(self) -> str | None:
        """The next version; None when there is nothing to release."""
        return self.decision.version


def rules_of(config: Config) -> Rules:
    """Return the configured rules for reading commits: the bump of each type, and the aliases of types."""
    commits = config.commits
    return Rules.of(config.bump, commits.aliases, lenient=commits.lenient, breaking=commits.breaking)


def decide_version(
    history: History,
    config: Config,
    branch: BranchConfig,
    *,
    taken: Collection[str] = (),
    misplaced: Callable[[], Sequence[MisplacedTag]] = tuple,
    declared: Declared = tuple,
    wanted: str | None = None,
    dependencies: tuple[Dependency, ...] = (),
) -> NextRelease:
    """Return the next version of one package, with the reasons for it.

    Args:
        history: the package's history up to the commit to release.
        config: the configuration.
        branch: the settings of the release branch: its range and its pre-release channel.
        taken: the names of all tags, also of those outside the history; empty for a build, which needs no free tag.
        misplaced: returns the tags that are on no commit, for the message about a tag that exists already.
        declared: reads the versions in the version files of the package, for the first release and for a version that
            is computed from commits.
        wanted: the version that the user requested with `--version`, in place of the computed one.
        dependencies: the released dependencies of the package; with one of them, it gets at least a patch.

    Raises `UsageError` when `wanted` or a `Release-As:` footer is not a version, and `ConflictError` when the version
    exists already, is outside the range of the branch, or is not higher than the last release, and `PreflightError`
    when it would lower the version in a file.
    """
    rules = rules_of(config)
    package = history.package_to_read
    unreleased, elsewhere = (
        read_commits(commits, rules, package) for commits in (history.unreleased, history.released_elsewhere)
    )
    in_prereleases = requested_version(history.in_prereleases, rules, package)
    requested = _Requested(unreleased.requested, elsewhere.requested, in_prereleases, bool(dependencies))
    version = _version(history, config, branch, requested, taken, misplaced, declared, wanted)
    bump = _bump(history, config, version, requested)
    decision = _decision(history, config, version, bump, unreleased, elsewhere, dependencies)
    return NextRelease(decision, history, unreleased.entries, dependencies)


def decide_version_only(
    history: History,
    config: Config,
    branch: BranchConfig,
    *,
    taken: Collection[str] = (),
    misplaced: Callable[[], Sequence[MisplacedTag]] = tuple,
    declared: Declared = tuple,
    dependencies: tuple[Dependency, ...] = (),
) -> NextVersion:
    """Return the same version as `decide_version`, without the reasons: faster, because less of each commit is read."""
    rules = rules_of(config)
    groups = (history.unreleased, history.released_elsewhere, history.in_prereleases)
    new, elsewhere, old = (requested_version(commits, rules, history.package_to_read) for commits in groups)
    requested = _Requested(new, elsewhere, old, bool(dependencies))
    version = _version(history, config, branch, requested, taken, misplaced, declared)
    unreadable = 0 if version else requested.unreleased.unreadable
    return NextVersion(history.package.name, str(version) if version else None, unreadable)


def _bump(history: History, config: Config, version: Version | None, requested: _Requested) -> Bump:
    """Return the bump from the last stable release to `version`, or else the bump that the new commits request."""
    if version and history.stable and not version.prerelease:
        return bump_between(history.stable.version, version)
    major = history.stable.version.major if history.stable else 0
    return config.release.effective_bump(requested.new, major)


class _Requested(Struct, frozen=True):
    """The bumps and versions that the commits request, by the groups of commits in `History`.

    `has_dependencies` is True if a package that this one depends on has a new release.
    """

    unreleased: RequestedVersion
    released_elsewhere: RequestedVersion
    in_prereleases: RequestedVersion
    has_dependencies: bool = False

    @property
    def new(self) -> Bump:
        """The highest bump of the commits since the last release, and of the released dependencies."""
        of_dependencies = Bump.PATCH if self.has_dependencies else Bump.NONE
        return max(self.unreleased.bump, self.released_elsewhere.bump, of_dependencies)

    @property
    def total(self) -> Bump:
        """The highest bump of the commits since the last stable release."""
        return max(self.new, self.in_prereleases.bump)


def _version(
    history: History,
    config: Config,
    branch: BranchConfig,
    requested: _Requested,
    taken: Collection[str],
    misplaced: Callable[[], Sequence[MisplacedTag]],
    declared: Declared,
    wanted: str | None = None,
) -> Version | None:
    """Return the next version after checking that it is free; None when there is nothing to release."""
    version = _computed(history, config, branch, requested, taken, declared, wanted)
    if version is not None:
        _require_free(version, history, branch, taken, misplaced)
    return version


def _computed(
    history: History,
    config: Config,
    branch: BranchConfig,
    requested: _Requested,
    taken: Collection[str],
    declared: Declared,
    wanted: str | None,
) -> Version | None:
    """Return the version from, in this order: `--version`, a `Release-As:` footer, the bump of the commits."""
    if wanted:
        version = _parse(wanted, None, f"write three numbers, as in `{_command(history)}`")
        return _require_higher(version, history, None, f"request a higher version: {_command(history)}")
    if footer := requested.unreleased.release_as:
        where, hint = _footer_place(history, footer), f"add a commit with the footer `{_footer(history)}`"
        version = _require_higher(_parse(footer, where, hint), history, where, f"request a higher version: {hint}")
        return _for_channel(version, history, branch)
    if requested.new is Bump.NONE:
        return None
    files = declared()
    if history.stable is None:
        initial = _initial_version(files, config.release.initial_version)
        version = first_version(initial, branch.prerelease, history.channel_versions)
    else:
        version = bumped_version(
            history.stable.version,
            config.release.effective_bump(requested.total, history.stable.version.major),
            major_on_zero=True,  # the rules for 0.x are applied already
            channel=branch.prerelease,
            channel_versions=history.channel_versions,
        )
    _require_no_later_prerelease(version, history, branch, taken)
    require_not_lowered(version, files, history)
    return version


def _initial_version(declared: Sequence[DeclaredVersion], default: str) -> Version:
    """Return the version of a first release: the first declared one without its pre-release part, or else `default`.

    A declared 0.0.0, as in the placeholder 0.0.0-development, does not count. Raises `VersionFileError` when the first
    declared version is not a version.
    """
    version = Version.parse(declared[0].announced()).finalize_version() if declared else Version(0)
    return version if version > Version(0) else Version.parse(default)


def _parse(text: str, where: str | None, hint: str) -> Version:
    """Return the version that the user wrote; raise `UsageError` with `hint`, which names the version to write."""
    if not is_version(text):
        shown = shortened(text, limits.QUOTED_TEXT)
        raise UsageError(f"`{shown}` is not a version", where=where, hint=hint.format(meant_version(text)))
    return Version.parse(text)


def _for_channel(version: Version, history: History, branch: BranchConfig) -> Version:
    """Return the version of a `Release-As:` footer as `branch` releases it, such as 2.0.0-beta.1 for 2.0.0.

    A pre-release of another channel is refused: this branch would not recognise it as a release, so the footer would
    request it again in every run.
    """
    if version.prerelease is None:
        return first_version(version, branch.prerelease, history.channel_versions)
    if channel_of(version) != branch.prerelease:
        raise ConflictError(
            f"`{version}` is a pre-release of channel `{channel_of(version)}`, which `{branch.name}` does not release",
            hint="request a version without a pre-release part, or set the branch's `prerelease` in `release.branches`",
        )
    return version


def _require_higher(version: Version, history: History, where: str | None, hint: str) -> Version:
    """Return `version`; raise `ConflictError` when it is not higher than the last release.

    Args:
        version: the requested version.
        history: the history of the package.
        where: the place of the request; None for the command line.
        hint: the way to request another version, with `{}` for the version.
    """
    if history.last and version <= history.last.version:
        of = f" of `{history.package.name}`" if history.package.name else ""
        what = f"`{version}` is not higher than the last release `{history.last.version}`{of}"
        raise ConflictError(what, where=where, hint=hint.format("X.Y.Z"))
    return version


def _command(history: History) -> str:
    """Return the command that releases a version of this package, with `{}` for the version."""
    package = f"--package {history.package.name} " if history.package.name else ""
    return f"shipit release {package}--version {{}}"


def _footer_place(history: History, version: str) -> str:
    """Return the name of the newest commit whose `Release-As:` footer requests `version`."""
    requests = ((each.id, version_request(each, history.package_to_read)) for each in history.unreleased)
    commit = next((id for id, request in requests if request and request.version == version), None)
    return f"the `Release-As:` footer of commit `{commit[:10]}`" if commit else "a `Release-As:` footer"


def _footer(history: History) -> str:
    """Return the footer that requests a version for this package only, with `{}` for the version."""
    return f"Release-As: {history.package.release_name('{}')}"


def _require_no_later_prerelease(
    version: Version, history: History, branch: BranchConfig, taken: Collection[str]
) -> None:
    """Raise `ConflictError` when one of the tags `taken` is a later pre-release than `version`, in the history."""
    parsed = ((history.package.format.parse(name), name) for name in history.later_tags if name in taken)
    later = max(((found, name) for found, name in parsed if found and found.prerelease), default=None)
    if later is None or VersionRange.of_branch(_range(branch)):
        return
    coming = later[0].finalize_version()
    if coming > version.finalize_version():
        entry = f'{{ name = "{branch.name or "BRANCH"}", prerelease = "{channel_of(later[0])}" }}'
        release = f"to release `{coming}`, add a commit with the footer `{_footer(history).format(coming)}`"
        if history.package.format.render(coming) in taken:
            release = f"for stable releases, first merge the last one: {_merge(coming, history, branch, taken)}"
        raise ConflictError(
            f"`{version}` is the next version, but the later pre-release `{later[1]}` is in this history",
            hint=f"to make pre-releases on this branch, set `branches = [{entry}]` under `[release]`; {release}",
        )


def _range(branch: BranchConfig) -> str:
    return branch.range or branch.name


def _require_free(
    version: Version,
    history: History,
    branch: BranchConfig,
    taken: Collection[str],
    misplaced: Callable[[], Sequence[MisplacedTag]],
) -> None:
    """Raise `ConflictError` when `version` is outside the range of `branch`, or its tag exists already."""
    allowed = VersionRange.of_branch(_range(branch))
    if allowed:
        allowed.require(version, _footer(history))
    _require_possible(history.package.format.render(version), taken)
    final = version.finalize_version()  # once it is released, a pre-release of it would be lower than the last release
    tag = next((tag for tag in map(history.package.format.render, (version, final)) if tag in taken), None)
    if tag:
        if wrong := next((each for each in misplaced() if each.name == tag), None):
            what = f"`{version}` is the next version, but tag `{tag}` exists already, on {wrong.on} instead of a commit"
            raise ConflictError(what, hint=f"remove it: {wrong.remove}")
        stable = not allowed and not branch.prerelease
        only = ", or give it a `prerelease` in `release.branches` if it makes pre-releases only" if stable else ""
        raise ConflictError(
            f"`{version}` is the next version, but tag `{tag}` exists already, outside this branch's history",
            hint=f"merge the last release: {_merge(version, history, branch, taken)}{only}, "
            f"or request another version: {_command(history).format('X.Y.Z')}",
        )


def _merge(version: Version, history: History, branch: BranchConfig, taken: Collection[str]) -> str:
    """Return the command that merges the highest of the releases `taken` that `branch` could have made.

    To merge only the release of `version` would lead to the next conflict, with the release after it.
    """
    allowed = VersionRange.of_branch(_range(branch))
    parsed = [(found, tag) for tag in taken if (found := history.package.format.parse(tag))]
    own = [
        (found, tag)
        for found, tag in parsed
        if (allowed is None or allowed.holds(found))
        and (not found.prerelease or channel_of(found) == branch.prerelease)
    ]
    return f"git merge {max(own, default=(version, history.package.format.render(version)))[1]}"


def _require_possible(tag: str, taken: Collection[str]) -> None:
    """Raise `ConflictError` when git cannot make `tag`: it is too long, or another tag has the name of its folder."""
    if any(len(part.encode()) > limits.TAG_PART for part in tag.split("/")):
        raise ConflictError(
            f"git cannot make the tag `{shortened(tag, limits.QUOTED_TEXT)}`: it is too long",
            hint="request a shorter version, or set a shorter `tag` in the configuration",
        )
    folders = [tag[:at] for at, character in enumerate(tag) if character == "/"]
    other = next((name for name in taken if name in folders or name.startswith(f"{tag}/")), None)
    if other:
        raise ConflictError(
            f"git cannot make the tag `{tag}` beside the tag `{other}`: one name is the folder of the other",
            hint=f"set another `tag` in the configuration, or delete `{other}`, also from the remote",
        )


def _decision(
    history: History,
    config: Config,
    version: Version | None,
    bump: Bump,
    unreleased: Readings,
    elsewhere: Readings,
    dependencies: Sequence[Dependency],
) -> Decision:
    limited = bump < max(unreleased.bump, elsewhere.bump)  # a breaking change bumps 0.x to the next minor, not to 1.0.0
    limit_notes = _limit_notes(history, config) if limited else {}
    released_in = f", in {', '.join(history.since.includes)}"
    return Decision(
        package=history.package.name,
        version=str(version) if version else None,
        previous=str(history.last.version) if history.last else None,
        bump=bump.name.lower(),
        tag=history.package.format.render(version) if version else None,
        reasons=(
            *_counted(unreleased, limit_notes),
            *_counted(elsewhere, limit_notes, released_in),
            *(each.reason for each in dependencies),
        ),
        ignored=_not_counted(unreleased.ignored),
        unreadable=_not_counted(unreleased.unreadable),
        warnings=tuple(
            CommitReason(reading.id, reading.subject, warning)
            for reading in unreleased.all
            for warning in (*reading.warnings, *_corrections(history, reading.id))
        ),
    )


def _corrections(history: History, id: str) -> tuple[str, ...]:
    """Return the sentence that says where the message of a corrected commit is from; empty for any other commit."""
    return (history.corrections[id],) if id in history.corrections else ()


def _limit_notes(history: History, config: Config) -> dict[Bump, str]:
    """Return the text to add to the reasons of each bump that is limited while the version is 0.x."""
    major = history.stable.version.major if history.stable else 0
    applied = {bump: config.release.effective_bump(bump, major) for bump in (Bump.MAJOR, Bump.MINOR)}
    return {bump: f", {each.name.lower()} while major is 0" for bump, each in applied.items() if each < bump}


def _not_counted(readings: Iterable[Reading]) -> tuple[CommitReason, ...]:
    return tuple(CommitReason(reading.id, reading.subject, reading.reason) for reading in readings)


def _counted(readings: Readings, limit_notes: Mapping[Bump, str], released_in: str = "") -> Iterator[CommitReason]:
    """Yield each counted commit with its reason.

    Args:
        limit_notes: the result of `_limit_notes`; empty when nothing is limited.
        released_in: the text that names the merged releases that contain these commits already.
    """
    for reading in readings.counted:
        note = limit_notes.get(reading.bump, "")
        footer = f", Release-As: {reading.release_as}" if reading.release_as else ""
        footer = "" if footer.endswith(reading.reason) else footer
        yield CommitReason(reading.id, reading.subject, f"{reading.reason}{note}{footer}{released_in}")


def planned_release(next_release: NextRelease, date: dt.date) -> Release:
    """Return the release that is made from `next_release` on `date`, from which its notes are rendered.

    Version and tag are empty when there is nothing to release.
    """
    decision, history = next_release.decision, next_release.history
    return Release(
        version=decision.version or "",
        tag=decision.tag or "",
        date=date,
        entries=next_release.entries,
        previous_tag=history.last.name if history.last else None,
        includes=(*history.since.includes, *(each.tag for each in next_release.dependencies)),
    )
