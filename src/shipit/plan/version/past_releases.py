"""The releases that were made already, with their commits, from the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence, Set
from contextlib import closing
from functools import partial

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.commits import Entry, Rules, drop_reasons, read_commits
from shipit.core.history import Log, Release, ReleaseSpan, attribute, columns
from shipit.core.history.scan import HistoryScan
from shipit.core.versions import Tag, channel_of, version_tags
from shipit.errors import PreflightError, UsageError
from shipit.plan.version.decide import rules_of
from shipit.plan.version.history import observe_history
from shipit.plan.version.package.dependencies import included_tags
from shipit.plan.version.package.model import Package, packages
from shipit.plan.version.shallow import require_depth
from shipit.plan.version.tag_check import format_findings
from shipit.world import Git

_END_OF_TIME = 253_402_300_799  # 9999-12-31 23:59:59, in seconds since the epoch


def released(git: Git, config: Config, package: Package, name: str) -> Release:
    """Return one release with the same commits as when it was made.

    Args:
        git: the repository.
        config: the configuration, with the rules for reading commits.
        package: the package that was released.
        name: the tag or the version of the release.

    Raises `UsageError` when there is no such release, and `PreflightError` when the history cannot be fetched.
    """
    require_depth(git, config.release.remote)
    tags = {tag.name: tag.commit for tag in git.tags()}
    tag = _find(tags, package, name)
    history = observe_history(git, package, tag.commit, _others(tags, package, tag), channel_of(tag.version))
    return Release(
        str(tag.version),
        tag.name,
        _date(git, tag),
        read_commits(history.unreleased, rules_of(config), history.package_to_read).entries,
        history.last.name if history.last else None,
        history.since.includes,
    )


def _find(tags: dict[str, str], package: Package, name: str) -> Tag:
    for candidate in (name, package.format.render(name)):
        version = package.format.parse(candidate)
        if version and candidate in tags:
            return Tag(candidate, version, tags[candidate])
    like = package.format.render("1.4.0")
    raise UsageError(
        f"there is no release `{name}`", hint=f"list them with git tag --list; their tags are like `{like}`"
    )


def _others(tags: dict[str, str], package: Package, tag: Tag) -> dict[str, str]:
    """Return the tags of which earlier releases are chosen: without `tag`, and without higher ones on its commit."""
    here = {name: package.format.parse(name) for name, commit in tags.items() if commit == tag.commit}
    later = {name for name, version in here.items() if version and version >= tag.version}
    return {name: commit for name, commit in tags.items() if name not in later}


def _date(git: Git, tag: Tag) -> dt.date:
    commit = git.commit(tag.commit)
    return _day(commit.timestamp if commit else 0)


def _day(timestamp: int) -> dt.date:
    """Return the day in UTC of a time in seconds since the epoch; for a time after the year 9999, its last day."""
    return dt.datetime.fromtimestamp(min(timestamp, _END_OF_TIME), dt.UTC).date()


LazyRelease = Callable[[], Release]


class PastReleases(Struct, frozen=True):
    """The facts from which the releases in the history of the commit `rev` are read.

    `tags` are the version tags of the package, highest version first. `older` are the commits of releases to leave out,
    and `touching` the ids of the commits that change the package; None when all commits count. `dependencies` are the
    version tags of each package that it depends on.
    """

    git: Git
    rules: Rules
    rev: str
    tags: list[Tag]
    older: Set[str] = frozenset()
    touching: Set[str] | None = None
    dependencies: Sequence[Sequence[Tag]] = ()

    def whole(self) -> list[LazyRelease]:
        """Return every stable release behind `rev`, with each commit in the earliest release that contains it."""
        scan = HistoryScan(self.rules)
        with closing(self.git.log([self.rev])) as log:
            for part in columns(log):
                scan.add(part)
        return self.lazy_releases(attribute(scan.log, self.tags), scan)

    def lazy_releases(self, spans: Sequence[ReleaseSpan], scan: HistoryScan) -> list[LazyRelease]:
        """Return the releases of `spans` that are wanted, each to be read from `scan` when it is called."""
        wanted = (span for span in spans if span.tag and span.tag.commit not in self.older)
        return [partial(_release, span, scan, self) for span in wanted]


def observe_past_releases(
    git: Git, config: Config, package: Package, rev: str, since: str | None = None
) -> PastReleases:
    """Return the facts from which the releases in the history of `rev` are read; no commit is read yet.

    Args:
        git: the repository.
        config: the configuration.
        package: the package.
        rev: a commit id.
        since: a commit id; releases in its history are left out.

    Raises `PreflightError` when there are version tags, but none in the configured format.
    """
    named = {tag.name: tag.commit for tag in git.tags()}
    findings = tuple(format_findings(git, rev, named, packages(config), config.release.remote))
    if findings:
        raise PreflightError(findings, state="nothing was changed")
    tags = version_tags(named, package.format)
    older = git.reachable(since, [tag.commit for tag in tags]) if since else frozenset()
    touching = git.touching(package.paths, rev, without=package.exclude) if package.paths else None
    formats = [each.format for each in packages(config) if each.name in package.depends_on]
    dependencies = [version_tags(named, format) for format in formats]
    return PastReleases(git, rules_of(config), rev, tags, older, touching, dependencies)


def _release(span: ReleaseSpan, scan: HistoryScan, past: PastReleases) -> Release:
    assert span.tag
    commits = (
        {scan.log.ids[at] for segment in span.segments for at in segment} if past.dependencies and span.previous else ()
    )
    return Release(
        str(span.tag.version),
        span.tag.name,
        _tagged_on(span.tag, span, scan.log, past.git),
        _entries(span, scan, past.touching),
        span.previous.name if span.previous else None,
        (*span.includes, *included_tags(past.dependencies, commits)),
    )


def _entries(span: ReleaseSpan, scan: HistoryScan, touching: Set[str] | None) -> tuple[Entry, ...]:
    """Return the commits in the notes of a release, without those that were reverted or repeated."""
    log = scan.log
    places = [at for segment in span.segments for at in segment if touching is None or log.ids[at] in touching]
    gone = drop_reasons(scan.match_texts(places))
    kept = [at for number, at in enumerate(places) if number not in gone]
    return tuple([Entry(log.ids[at], log.authors[at], each) for at in kept for each in scan.entries(at)])


def _tagged_on(tag: Tag, span: ReleaseSpan, log: Log, git: Git) -> dt.date:
    """Return the day of the tagged commit. It is read from the log if it begins a segment of `span`, else from git."""
    at = next((segment.start for segment in span.segments if log.ids[segment.start] == tag.commit), None)
    return _date(git, tag) if at is None else _day(log.commit(at).timestamp)
