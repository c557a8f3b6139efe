"""The past releases of all packages, from one reading of the history."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence, Set
from contextlib import closing
from itertools import chain

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.commits import RawCommit
from shipit.core.commits.text.release_message import TRAILER, is_release_message, names_version
from shipit.core.history import Columns, Log, ReleaseSpan, ancestors_within, attribute, columns
from shipit.core.versions import Tag, version_tags
from shipit.errors import PreflightError
from shipit.plan.report.model import Gap
from shipit.plan.report.releases import PackageHistory, PastRelease
from shipit.plan.version import Package, deepen, format_findings, packages
from shipit.world import Git


class _Read(Struct):
    """The log of a repository, and what its commits are.

    `changes` has a byte for each commit: 0 for a merge and a release commit, which are no changes of people. `head` is
    the commit that is checked out, `times` the time of each tag, `releasing` the commits of tags that are release
    commits, also of other tools, and `cut` is True if the clone is shallow.
    """

    log: Log
    changes: bytearray
    head: str
    times: Mapping[str, int]
    releasing: Set[str] = frozenset()
    cut: bool = False

    def prereleases(self, package: Package) -> int:
        """Return the number of the pre-releases of a package."""
        versions = map(package.format.parse, self.times)
        return sum(version is not None and version.prerelease is not None for version in versions)


def observe_past(git: Git, config: Config) -> tuple[tuple[PackageHistory, ...], tuple[Gap, ...]]:
    """Return the past of each package, and the data that the clone lacks. The log is read once.

    The missing history of a shallow clone is fetched first. If that fails, this is one of the gaps.

    Args:
        git: the repository.
        config: the configuration, with the tag formats.

    Raises `PreflightError` when there are version tags, but none in the configured format.
    """
    gaps = tuple(Gap("shallow", why=finding.what) for finding in deepen(git, config.release.remote))
    head = git.head()
    if head is None:
        return (), (*gaps, Gap("no-commit"))
    named, all_packages = {tag.name: tag.commit for tag in git.tags()}, packages(config)
    findings = tuple(format_findings(git, head, named, all_packages, config.release.remote))
    if findings:
        raise PreflightError(findings, state="nothing was changed", to="report")
    tags = [version_tags(named, package.format) for package in all_packages]
    read, others = _read(git, head, [tag.commit for tag in chain(*tags)])
    read.cut, read.times = git.shallow(), git.tag_times() if named else {}
    read.releasing = _releasing(read.log, named, all_packages)
    histories = (_history(git, read, package, mine, others) for package, mine in zip(all_packages, tags, strict=True))
    return tuple(histories), gaps


def is_change(commit: RawCommit) -> bool:
    """Return whether a commit is a change of a person, not a merge and not a release commit of shipit."""
    return len(commit.parents) < 2 and not (TRAILER in commit.message and is_release_message(commit.message))


def _read(git: Git, head: str, released: Sequence[str]) -> tuple[_Read, list[str]]:
    """Return the log of `head` and of the commits `released`, and those of them that are not in its history.

    To ask git first which these are would take as long as to read a long history.
    """
    read = _added(_Read(Log(), bytearray(), head, {}), git.log([head]))
    others = sorted(set(released).difference(read.log.ids))
    if not others:
        return read, []
    whole, log = _added(_Read(Log(), bytearray(), head, {}), git.log(others, [head])), read.log
    whole.log.add(Columns(log.ids, log.parents, log.authors, log.timestamps, log.messages))
    whole.changes += read.changes
    return whole, others


def _added(read: _Read, stream: Generator[bytes]) -> _Read:
    """Add the commits of a log with their subjects alone: a million whole messages take much memory."""
    with closing(stream):
        for part in columns(stream):
            read.changes += bytes(_changes(part))
            part.messages = [message.partition("\n")[0] for message in part.messages]
            read.log.add(part)
    return read


def _changes(part: Columns) -> list[bool]:
    """Return, for each commit, whether it is a change of a person; see `is_change`."""
    changes = [" " not in parents for parents in part.parents]
    if TRAILER in "\n".join(part.messages):
        released = (TRAILER in message and is_release_message(message) for message in part.messages)
        changes = [change and not of_shipit for change, of_shipit in zip(changes, released, strict=True)]
    return changes


def _releasing(log: Log, tags: Mapping[str, str], all_packages: Sequence[Package]) -> Set[str]:
    """Return the commits of version tags whose subject names the version: release commits of any tool.

    Some tools make no release commit: their tags are on changes of people, which do not name the version.
    """
    versions: dict[str, list[str]] = {}
    for name, commit in tags.items():
        parsed = (package.format.parse(name) for package in all_packages)
        versions.setdefault(commit, []).extend(str(version) for version in parsed if version)
    tagged = ((commit, log.messages[at]) for at, commit in enumerate(log.ids) if commit in versions)
    return {commit for commit, subject in tagged if any(names_version(subject, each) for each in versions[commit])}


def _history(git: Git, read: _Read, package: Package, tags: Sequence[Tag], others: Sequence[str]) -> PackageHistory:
    touching = None
    if package.paths:
        touching = git.touching(package.paths, read.head, also=others, without=package.exclude)
    spans = attribute(read.log, tags)
    releases = tuple(
        PastRelease(
            str(tag.version), tag.name, tag.commit, read.times.get(tag.name, 0), _authored(read, span, touching)
        )
        for span in spans
        if (tag := span.tag)
    )
    waiting = next((span for span in spans if span.tag is None), None)
    unreleased = _unreleased(read, waiting, touching) if waiting else ()
    return PackageHistory(package.name, releases, unreleased, read.prereleases(package), read.releasing)


def _authored(read: _Read, span: ReleaseSpan, touching: Set[str] | None) -> list[int] | None:
    """Return the times of the commits in `span` that change the package; None if the clone lacks some of them."""
    if _is_cut(read, span):
        return None
    times = read.log.timestamps
    return [int(times[at] or 0) for at in _places(read, span, touching)]


def _unreleased(read: _Read, span: ReleaseSpan, touching: Set[str] | None) -> tuple[RawCommit, ...] | None:
    """Return the commits in `span` that the branch contains and that change the package; None if some are missing.

    The log also has the commits of other branches with releases.
    """
    if _is_cut(read, span):
        return None
    log = read.log
    parents = {log.ids[at]: log.parents[at] for segment in span.segments for at in segment}
    of_branch = ancestors_within([read.head], parents)
    return tuple(log.commit(at) for at in _places(read, span, touching) if log.ids[at] in of_branch)


def _places(read: _Read, span: ReleaseSpan, touching: Set[str] | None) -> Iterator[int]:
    """Yield the positions in the log of the changes in `span`."""
    ids, changes = read.log.ids, read.changes
    for segment in span.segments:
        for at in segment:
            if changes[at] and ids[at] not in read.releasing and (touching is None or ids[at] in touching):
                yield at


def _is_cut(read: _Read, span: ReleaseSpan) -> bool:
    """Return whether a shallow clone lacks commits of `span`: those below a commit that seems to have no parents."""
    return read.cut and any(not read.log.parents[segment.stop - 1] for segment in span.segments)
