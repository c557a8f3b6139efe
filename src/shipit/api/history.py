"""The functions that only read the history: the next version, release notes, the changelog, and commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from shipit.adapters.clock import SystemClock
from shipit.adapters.project import Project
from shipit.core.commits import KNOWN_TYPES, OTHERS, RawCommit
from shipit.core.history import records
from shipit.errors import UsageError
from shipit.plan.version import (
    Decision,
    NextVersion,
    Package,
    Upcoming,
    next_releases,
    next_versions,
    observe_history,
    observe_upcoming,
    packages,
    planned_release,
    require_depth,
)

if TYPE_CHECKING:
    from shipit.core.notes import Renderer


def next_version(project: Project) -> tuple[Decision, ...]:
    """Return the next version of every package with the reasons, from local history. A shallow clone is deepened first.

    >>> import shipit
    >>> (decision,) = shipit.next_version(shipit.open_project("chat-server"))
    >>> decision.previous, decision.bump, decision.version
    ('0.3.1', 'minor', '0.4.0')
    >>> [commit.reason for commit in decision.unreadable]
    ['it does not begin with `type: description`']

    Args:
        project: the repository, from `open_project`.

    Raises `UsageError` when a `Release-As:` footer is not a version, `ConflictError` when the next version exists
    already or is not higher than the last release, and `PreflightError` when the tags do not show the last release.
    """
    return tuple(each.decision for each in next_releases(project.git, project.config, project.ci.branch))


def next_versions_only(project: Project) -> tuple[NextVersion, ...]:
    """Return the next version of every package without the reasons, which is faster than `next_version`.

    Args:
        project: the repository, from `open_project`.

    Raises the same errors as `next_version`.
    """
    return next_versions(project.git, project.config, project.ci.branch)


def upcoming(project: Project, *, reasons: bool, names: Sequence[str] = ()) -> Upcoming:
    """Return the next version of every package, with the commits that no package counts.

    Args:
        project: the repository, from `open_project`.
        reasons: return each version with its reasons, which is slower.
        names: return only the packages with these names; empty for all.

    Raises the same errors as `next_version`, and `UsageError` when there is no such package.
    """
    require_packages(project, names)
    return observe_upcoming(project.git, project.config, project.ci.branch, reasons=reasons, only=names)


def release_notes(project: Project, version: str | None = None, *, package: str = "") -> str:
    """Return the release notes of one version as Markdown; empty when there is no next version.

    >>> import shipit
    >>> notes = shipit.release_notes(shipit.open_project("chat-server"))
    >>> [line for line in notes.splitlines() if line.startswith("### ")]
    ['### BREAKING CHANGES', '### Features', '### Bug Fixes', '### Performance Improvements']

    Args:
        project: the repository, from `open_project`.
        version: a released version, or its tag; None for the next version.
        package: the name of the package, in a repository of several packages.

    Raises `UsageError` when there is no such release or package, and the same errors as `next_version`.
    """
    from shipit.plan.version.past_releases import released

    wanted = _package(project, package or _package_of(project, version))
    if version is not None:
        return renderer(project).render(released(project.git, project.config, wanted, version))
    releases = next_releases(project.git, project.config, project.ci.branch)
    found = [entry for entry in releases if entry.decision.package == package and entry.version]
    return "".join(renderer(project).render(planned_release(entry, SystemClock().today())) for entry in found)


def changelog(project: Project, *, since: str | None = None, until: str = "HEAD", package: str = "") -> Iterator[str]:
    """Yield the complete changelog in pieces of text, newest release first. No changelog file is read or written.

    >>> import shipit
    >>> text = "".join(shipit.changelog(shipit.open_project("chat-server")))
    >>> [line for line in text.splitlines() if line.startswith("## ")]
    ['## 0.3.1 (2026-01-09)']

    Args:
        project: the repository, from `open_project`.
        since: leave out releases that are in the history of this revision or version.
        until: a revision or version; only releases in its history are included.
        package: the name of the package, in a repository of several packages.

    Raises `UsageError` for a revision, a version or a package that does not exist.
    """
    from shipit.api.parallel_changelog import changelog_sections
    from shipit.core.notes import changelog_title, language
    from shipit.plan.version.past_releases import observe_past_releases

    wanted = _package(project, package)
    after = None if since is None else _require_revision(project, since, wanted.format.render(since))
    end = _require_revision(project, until, wanted.format.render(until))
    past = observe_past_releases(project.git, project.config, wanted, end, after)
    sections = changelog_sections(past, partial(renderer, project))
    return chain([changelog_title(language(project.config.changelog.language))], _started(sections))


def _started(pieces: Iterator[str]) -> Iterator[str]:
    """Return the same pieces with the first one computed, so that errors are raised before anything is printed."""
    return chain([next(pieces, "")], pieces)


def commits(project: Project, since: str | None = None, until: str = "HEAD") -> tuple[RawCommit, ...]:
    """Return the commits that are reachable from `until` and not from `since`, newest first.

    Args:
        project: the repository, from `open_project`.
        since: a revision; None for the last release of the first package.
        until: a revision.

    Raises `UsageError` for a revision that does not exist, and `PreflightError` when the history cannot be fetched.
    """
    head = _require_revision(project, until)
    if since is not None:
        return tuple(records(project.git.log([head], [_require_revision(project, since)])))
    tags = {tag.name: tag.commit for tag in project.git.tags()}
    histories = [observe_history(project.git, package, head, tags) for package in packages(project.config)]
    longest = max(histories, key=lambda history: len(history.since.commits) + len(history.others))
    if not longest.others:
        return longest.since.commits
    return tuple(records(project.git.log([head], [longest.stable.commit] if longest.stable else [])))


def _require_revision(project: Project, rev: str, tag: str = "") -> str:
    """Return the id of the commit `rev`; when there is no such revision, that of `tag`."""
    require_depth(project.git, project.config.release.remote)
    found = project.git.commit(rev) or (project.git.commit(tag) if rev and tag else None)
    if found is None and project.git.head() is None:
        raise UsageError("the repository has no commit yet", hint="make a first commit: git commit")
    if found is None:
        what = "revision or version" if tag else "revision"
        raise UsageError(f"there is no {what} `{rev}`", hint="list them with git log --oneline and git tag")
    return found.id


def _package_of(project: Project, tag: str | None) -> str:
    """Return the name of the package that `tag` belongs to; empty when `tag` is not in the tag format of a package."""
    names = (package.name for package in packages(project.config) if tag and package.format.parse(tag))
    return next(names, "")


def require_packages(project: Project, names: Iterable[str]) -> None:
    """Raise `UsageError` when the repository has no package of one of `names`."""
    for name in names:
        _package(project, name)


def _package(project: Project, name: str) -> Package:
    known = {package.name: package for package in packages(project.config)}
    if name not in known:
        what = f"there is no package `{name}`" if name else "this repository has several packages"
        names = ", ".join(f"`{each}`" for each in known if each)
        if not names:
            raise UsageError(what, hint="name no package: the repository is one package")
        raise UsageError(what, hint=f"choose one of {names}", argument="package")
    return known[name]


def renderer(project: Project) -> Renderer:
    """Return the renderer of release notes with the configured template, language and links."""
    from shipit.adapters.files.templates import template_text
    from shipit.core.notes import SHOWN_TYPES, Renderer, language

    changelog = project.config.changelog
    used = language(changelog.language)
    bumps = project.config.bump
    raising = [name for name, bump in bumps.items() if bump != "none" and name != OTHERS]
    if bumps.get(OTHERS, "none") != "none":  # then every type without a rule of its own releases something, too
        raising += [type for type in used.headings if type in KNOWN_TYPES and type not in bumps]
        raising.append(OTHERS)
    return Renderer(
        template_text(changelog.template, project.root),
        name=changelog.template,
        language=used.with_headings(changelog.headings),
        links=project.links,
        shown=changelog.shown((*SHOWN_TYPES, *raising)),
    )
