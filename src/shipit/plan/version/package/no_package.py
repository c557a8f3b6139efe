"""The commits of no package, and the findings about `Release-As` footers that do not say which package they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from shipit.core.commits import RawCommit, Reading, Rules, read_commits, subject, version_request, version_requests
from shipit.core.versions import is_version
from shipit.finding import Finding
from shipit.plan.version.decision import CommitReason
from shipit.plan.version.history import History
from shipit.plan.version.package.model import Package
from shipit.world import Git

_REASON = "changes no file of any package"


class CommitsOfNoPackage(Struct, frozen=True):
    """The commits since a last release that change no file of any package, newest first, and the findings about them.

    No package counts these commits.
    """

    ignored: tuple[CommitReason, ...] = ()
    findings: tuple[Finding, ...] = ()


def observe_no_package(git: Git, base: str, histories: Sequence[History], rules: Rules) -> CommitsOfNoPackage:
    """Return the commits of no package up to the commit `base`; nothing if the repository is a single package.

    Args:
        git: the repository.
        base: a commit id.
        histories: the history of each package.
        rules: the bump of each commit type.
    """
    if not any(history.package.name for history in histories):
        return CommitsOfNoPackage()
    commits = _outside(git, base, histories)
    readings = read_commits(commits, rules).all
    findings = (*_uncounted(readings), *_nameless(commits, readings, histories), *_requests_of_several(histories))
    return CommitsOfNoPackage(tuple(CommitReason(each.id, each.subject, _reason(each)) for each in readings), findings)


def _outside(git: Git, base: str, histories: Sequence[History]) -> list[RawCommit]:
    """Return the commits since the last release of a package that change no file of any package and name none.

    A package without a release does not count here: all commits of the repository are new to it.
    """
    in_a_package = {commit.id for history in histories for commit in history.since.commits}
    released = [history for history in histories if history.stable] or histories
    longest, *others = sorted(released, key=lambda history: len(_range(history)), reverse=True)
    commits = {commit.id: commit for history in (longest, *others) for commit in history.others}
    found = [each for id, each in commits.items() if id not in in_a_package and not _names_a_package(each, histories)]
    if not found or all(_range(each) == _range(longest) for each in others):
        return found
    # A package whose last release is newer has read only a part of the commits.
    nested = all(_range(each) <= _range(longest) for each in others)
    start = [longest.stable.commit] if longest.stable and nested else []
    touching = _touching_any(git, base, start, [history.package for history in histories])
    return [commit for commit in found if commit.id not in touching]


def _touching_any(git: Git, base: str, start: Sequence[str], packages: Sequence[Package]) -> set[str]:
    """Return the ids of the commits up to `base` and after `start` that change one of `packages`."""
    whole = dict.fromkeys(path for package in packages if not package.exclude for path in package.paths)
    found = set(git.touching(tuple(whole), base, start) if whole else ())
    for package in packages:
        if package.exclude:
            found |= git.touching(package.paths, base, start, without=package.exclude)
    return found


def _range(history: History) -> frozenset[str]:
    """Return the ids of all commits after the last stable release of the package."""
    return frozenset(commit.id for commit in (*history.since.commits, *history.others))


def _names_a_package(commit: RawCommit, histories: Sequence[History]) -> bool:
    """Return whether a `Release-As` footer of `commit` names a package."""
    return any(request.package for request in version_requests(commit.message, histories[0].package.names))


def _reason(reading: Reading) -> str:
    """Return the reason why no package counts a commit: that of its message, or else that it changes no package."""
    if reading.outcome == "ignored":
        return reading.reason
    return f"{_REASON}, so `{reading.reason}` does not count" if reading.outcome == "counted" else _REASON


def _uncounted(readings: Sequence[Reading]) -> Iterator[Finding]:
    """Yield a warning if commits would count if they changed a package."""
    found = [reading for reading in readings if reading.bump]
    if found:
        first = f"`{_title(found[0])}`"
        what = f"{first} {_REASON}, so no package counts it"
        if found[1:]:
            what = f"{len(found)} commits such as {first} change no file of any package, so no package counts them"
        fix = "shipit plan -v lists these commits; to count them, add the paths that they change to a package's `paths`"
        yield Finding("no-package", what, fix, "warning")


def _nameless(
    commits: Sequence[RawCommit], readings: Sequence[Reading], histories: Sequence[History]
) -> Iterator[Finding]:
    """Yield a warning about the newest commit that requests a version, but changes and names no package.

    A later commit that names a package replaces it.
    """
    newest = next((pair for pair in zip(commits, readings, strict=True) if pair[1].release_as), None)
    if newest is None or any(_names_a_package(each, histories) for each in _later(newest[0], histories)):
        return
    reading, name = newest[1], histories[0].package.name
    asked = reading.release_as or ""
    what = f"`{_title(reading)}` requests the version {asked}, but {_REASON} and does not name one"
    if not is_version(asked):
        what = f"`Release-As: {asked}` of `{_title(reading)}` names neither a package nor a version"
    footer = f"Release-As: {name} {asked if is_version(asked) else 'X.Y.Z'}"
    yield Finding("release-as", what, f"name the package: {_request(footer)}", "warning")


def _later(commit: RawCommit, histories: Sequence[History]) -> Iterator[RawCommit]:
    """Yield the commits of packages that are not older than `commit`."""
    in_packages = (each for history in histories for each in history.since.commits)
    return (each for each in in_packages if each.timestamp >= commit.timestamp)


def _title(reading: Reading) -> str:
    return f"{reading.id[:7]} {reading.subject}"


def _request(footer: str) -> str:
    """Return the command that makes a commit with `footer`."""
    return f'git commit --allow-empty -m "chore: set the version" -m "{footer}"'


def _requests_of_several(histories: Sequence[History]) -> Iterator[Finding]:
    """Yield a warning about each commit that requests the same version for several packages without naming them."""
    requests: dict[str, tuple[RawCommit, list[History]]] = {}
    for history in histories:
        commit = _newest_request(history)
        if commit:
            requests.setdefault(commit.id, (commit, []))[1].append(history)
    for commit, of in requests.values():
        if len(of) > 1:
            names = " and ".join(f"`{history.package.name}`" for history in of)
            title = f"{commit.id[:7]} {subject(commit.message)}"
            what = f"`{title}` requests the same version for {names}, because it changes each of them"
            footer = f"Release-As: {of[-1].package.name} X.Y.Z"
            yield Finding("release-as", what, f"if one of them needs another version: {_request(footer)}", "warning")


def _newest_request(history: History) -> RawCommit | None:
    """Return the commit whose footer decides the version of the package, if that footer names no package."""
    package = history.package_to_read
    pairs = ((commit, version_request(commit, package)) for commit in history.unreleased)
    commit, request = next((pair for pair in pairs if pair[1]), (None, None))
    return None if request and request.package else commit
