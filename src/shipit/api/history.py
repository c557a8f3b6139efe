"""What history tells: the next version, notes, changelog, commits. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from shipit.adapters.clock import SystemClock
from shipit.adapters.project import Project
from shipit.core.commits import RawCommit
from shipit.core.history import records
from shipit.errors import UsageError
from shipit.plan.version import (
    Decision,
    NextVersion,
    Package,
    next_releases,
    next_versions,
    observe_history,
    packages,
    planned_release,
    require_depth,
)

if TYPE_CHECKING:
    from shipit.core.notes import Renderer


def next_version(project: Project) -> tuple[Decision, ...]:
    """The next version of every package and why, from local history; a shallow clone fetches what it lacks of it.

    >>> import shipit
    >>> (decision,) = shipit.next_version(shipit.open_project("chat-server"))
    >>> decision.previous, decision.bump, decision.version
    ('0.3.1', 'minor', '0.4.0')
    >>> [remark.reason for remark in decision.unreadable]
    ['it does not begin with `type: description`']

    Args:
        project: the repository, from `open_project`.

    Raises `ConflictError` when that version exists already, `PreflightError` when the tags cannot be trusted.
    """
    return tuple(each.decision for each in next_releases(project.git, project.config, project.ci.branch))


def next_versions_only(project: Project) -> tuple[NextVersion, ...]:
    """The next version of every package alone, which takes less reading; raises what `next_version` does."""
    return next_versions(project.git, project.config, project.ci.branch)


def release_notes(project: Project, version: str | None = None, *, package: str = "") -> str:
    """The notes of one version as Markdown; of the coming one where `version` is None, empty if there is none.

    >>> import shipit
    >>> notes = shipit.release_notes(shipit.open_project("chat-server"))
    >>> [line for line in notes.splitlines() if line.startswith("### ")]
    ['### BREAKING CHANGES', '### Features', '### Bug Fixes', '### Performance Improvements']

    Args:
        project: the repository, from `open_project`.
        version: a released version, or its tag.
        package: its name, in a repository of several packages.

    Raises `UsageError` when there is no such release or package.
    """
    from shipit.plan.version.past_releases import released

    wanted = _package(project, package or _package_of(project, version))
    if version is not None:
        return renderer(project).render(released(project.git, project.config, wanted, version))
    upcoming = next_releases(project.git, project.config, project.ci.branch)
    found = [entry for entry in upcoming if entry.decision.package == package and entry.version]
    return "".join(renderer(project).render(planned_release(entry, SystemClock().today())) for entry in found)


def changelog(project: Project, *, since: str | None = None, until: str = "HEAD", package: str = "") -> Iterator[str]:
    """The changelog from scratch, piece by piece, newest release first.

    Args:
        since, until: revisions or versions; only releases behind `until` and not behind `since`.
        package: its name, in a repository of several packages.

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
    """Commits behind `until` and not behind `since`, newest first; since the last release by default.

    Raises `UsageError` for a revision that does not exist.
    """
    head = _require_revision(project, until)
    if since is not None:
        return tuple(records(project.git.log([head], [_require_revision(project, since)])))
    tags = {tag.name: tag.commit for tag in project.git.tags()}
    return observe_history(project.git, packages(project.config)[0], head, tags).since.commits


def _require_revision(project: Project, rev: str, tag: str = "") -> str:
    """The commit that `rev` names, or else `tag`."""
    require_depth(project.git)
    found = project.git.commit(rev) or (project.git.commit(tag) if rev and tag else None)
    if found is None and project.git.head() is None:
        raise UsageError("the repository has no commit yet", hint="make a first commit: git commit")
    if found is None:
        what = "revision or version" if tag else "revision"
        raise UsageError(f"there is no {what} `{rev}`", hint="git log --oneline and git tag show those there are")
    return found.id


def _package_of(project: Project, tag: str | None) -> str:
    """The name of the package whose tag this is; empty where no tag format says."""
    named = (package.name for package in packages(project.config) if tag and package.format.parse(tag))
    return next(named, "")


def _package(project: Project, name: str) -> Package:
    known = {package.name: package for package in packages(project.config)}
    if name not in known:
        what = f"there is no package `{name}`" if name else "this repository has several packages"
        names = ", ".join(f"`{each}`" for each in known if each)
        hint = f"name one with --package: {names}" if names else "leave out --package: the repository is one package"
        raise UsageError(what, hint=hint)
    return known[name]


def renderer(project: Project) -> Renderer:
    """What writes the notes, as the configuration asks for it."""
    from shipit.adapters.templates import template_text
    from shipit.core.notes import SHOWN_TYPES, Renderer, language

    changelog = project.config.changelog
    raising = (name for name, bump in project.config.bump.items() if bump != "none")
    return Renderer(
        template_text(changelog.template, project.root),
        name=changelog.template,
        language=language(changelog.language),
        links=project.forge.links(),
        shown=tuple(dict.fromkeys((*SHOWN_TYPES, *raising))),
    )
