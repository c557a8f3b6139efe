"""The use cases: what the command line, the Action and other programs call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipit.adapters.clock import SystemClock
from shipit.adapters.lock import exclusive
from shipit.adapters.project import Project, load_config, open_project
from shipit.core.log import RawCommit, records
from shipit.errors import BranchMoved, ConfigError, ConflictError, Finding, PreflightError, UsageError
from shipit.plan.decide import coming_release
from shipit.plan.depth import require_depth
from shipit.plan.history import observe_history
from shipit.plan.model import Decision, Plan
from shipit.plan.next import next_versions
from shipit.plan.outcome import NO_OUTPUTS, Images, Outcome
from shipit.plan.packages import Package, packages

if TYPE_CHECKING:
    from shipit.core.notes import Renderer
    from shipit.core.occasion import PullRequest
    from shipit.engine.apply import Observer
    from shipit.plan.due_work import Work
    from shipit.plan.preview import Preview

__all__ = [
    "NO_OUTPUTS",
    "Images",
    "Outcome",
    "Project",
    "apply",
    "changelog",
    "comment",
    "commits",
    "doctor",
    "due_work",
    "image",
    "load_config",
    "next_version",
    "open_project",
    "plan_due",
    "plan_image",
    "plan_release",
    "preview",
    "release",
    "release_notes",
]

# How often a release is planned afresh because somebody else pushed first.
ATTEMPTS = 5
_UNTOUCHED = "nothing was changed: the repository and its remote are as they were"


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
    verdicts = next_versions(project.git, project.config, project.environment.branch)
    return tuple(verdict.decision for verdict in verdicts)


def plan_release(project: Project, *, version: str | None = None) -> Plan:
    """Everything `release` would do now, and why. Fetches what is missing and changes nothing.

    >>> import shipit
    >>> plan = shipit.plan_release(shipit.open_project("chat-server"))
    >>> [step.summary for step in plan.steps][:3]
    ['write build.gradle', 'write CHANGELOG.md', 'commit chore(release): 0.4.0']

    Args:
        project: the repository, from `open_project`.
        version: release this version instead of the computed one.

    Raises `UsageError` when `version` is none, `ConflictError` when it does not rise or exists already,
    `PreflightError` when there is no commit; what else stands in the way are the plan's `findings`.
    """
    from shipit.plan.observe import observe
    from shipit.plan.release import plan_release as plan

    observed = observe(project.world, project.config, project.environment.branch)
    return plan(project.config, observed, _renderer(project), version)


def plan_image(project: Project, environment: str | None = None, *, push: bool = False) -> Plan:
    """Everything that building the images of an environment would do now, and why. Changes nothing.

    >>> import shipit
    >>> with open("chat-server/shipit.toml", "w") as file:
    ...     _ = file.write('environments.dev.image.name = "acme/chat-server-dev"')
    >>> plan = shipit.plan_image(shipit.open_project("chat-server"), "dev")
    >>> [step.kind for step in plan.steps], [image.reason for image in plan.building.images]
    (['build-image'], ['14 commits after v0.3.1; 0.4.0 is coming'])

    Args:
        project: the repository, from `open_project`.
        environment: its name; that of the branch where None.
        push: whether the registry is to get the images.

    Raises `UsageError` when there is no such environment or it has no image, `PreflightError` when there is no
    commit; what else stands in the way are the plan's `findings`.
    """
    from shipit.plan.due_work import environment_to_build
    from shipit.plan.images import plan_images
    from shipit.plan.observe_images import observe_images

    branch = project.git.branch() or project.environment.branch
    name = environment_to_build(project.config, branch, environment)
    return plan_images(project.config, observe_images(project.world, project.config, name, branch=branch, pushing=push))


def image(
    project: Project, environment: str | None = None, *, push: bool = False, observer: Observer | None = None
) -> Images:
    """Build the images of an environment, and push them; what the registry has from this commit is left alone.

    Args:
        project: the repository, from `open_project`.
        environment: its name; that of the branch where None.
        push: whether the registry is to get the images.
        observer: is told of each step, while it happens.

    Raises what `plan_image` does, `PreflightError` for the plan's findings, and `AuthError`, `RemoteError` or
    `CommandError` when a step fails; `state` tells what others can see by then.
    """
    with exclusive(project.git.directory):
        plan = plan_image(project, environment, push=push)
        return Images(plan, _carry_out(project, plan, observer).outputs)


def plan_due(project: Project, *, version: str | None = None) -> Plan:
    """The plan of what the branch calls for: a release, or the images of its environment.

    Args:
        version: release this version, whatever the branch.

    Raises what `plan_release` and `plan_image` do.
    """
    if version is None and _builds(project):
        return plan_image(project, push=True)
    return plan_release(project, version=version)


def _builds(project: Project) -> bool:
    """Whether the branch calls for images, and for no release."""
    environments = project.config.environments
    if not any(environment.built for environment in environments.values()):
        return False
    work = due_work(project)
    return work.kind == "environment" and any(environments[name].built for name in work.environments)


def doctor(project: Project) -> tuple[Finding, ...]:
    """Every problem that would stop what the branch calls for, each with its fix."""
    from shipit.plan.preflight import unplannable

    try:
        return plan_due(project).findings
    except PreflightError as error:
        return error.findings
    except (ConflictError, ConfigError, UsageError) as error:
        return (unplannable(error),)


def due_work(project: Project, *, environment: str | None = None) -> Work:
    """What the event, as the CI tells it, and the branch call for.

    Args:
        environment: build and deploy this one instead of those of the branch.

    Raises `UsageError` when there is no such environment.
    """
    from shipit.plan.due_work import due_work as work

    occasion = project.environment.occasion
    branch = project.git.branch() or occasion.branch
    return work(occasion, project.config, branch, _default_branch(project), environment)


def preview(project: Project, pull_request: PullRequest | None = None) -> Preview:
    """What merging a pull request releases, and why. Reads only, apart from fetching what is missing.

    Args:
        pull_request: the one that the CI is at work on, where None; HEAD is the merge then, where the CI made it.

    Raises `UsageError` where there is none.
    """
    from shipit.plan.preview import Lookout

    occasion = project.environment.occasion
    wanted = pull_request or occasion.pull_request
    if wanted is None:
        raise UsageError("there is no pull request to look ahead for", hint="run on the event `pull_request`")
    checked_out = pull_request is None and occasion.event == "pull_request"
    merged = project.git.head() if checked_out else project.git.merge_of(wanted.number)
    lookout = Lookout(project.git, project.config, _default_branch(project), _renderer(project), SystemClock())
    return lookout.preview(wanted, merged)


def comment(project: Project, preview: Preview) -> None:
    """Keep the one comment on the pull request that tells what merging it releases.

    Where merging releases nothing, a comment is brought up to date and none is made.

    Raises `AuthError` where the token may not comment.
    """
    from shipit.core.comments import LONGEST_COMMENT, PREVIEW
    from shipit.plan.summary import preview_summary

    forge, number = project.world.forge, preview.pull_request.number
    text = f"{PREVIEW}\n{preview_summary(preview, forge.links(), LONGEST_COMMENT - len(PREVIEW) - 1)}"
    if preview.due or forge.find_comment(number, PREVIEW):
        forge.keep_comment(number, PREVIEW, text)


def _default_branch(project: Project) -> str | None:
    """The branch that releases where none is configured; the remote is asked only where the CI does not tell."""
    told = project.environment.occasion.default
    if told or project.config.release.channels or project.git.remote_url() is None:
        return told
    return project.git.remote_refs().default


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
    from shipit.plan.releases import released

    wanted = _package(project, package or _package_of(project, version))
    if version is not None:
        return _renderer(project).render(released(project.git, project.config, wanted, version))
    verdicts = next_versions(project.git, project.config, project.environment.branch)
    found = [entry for entry in verdicts if entry.decision.package == package and entry.decision.version]
    return "".join(_renderer(project).render(coming_release(entry, SystemClock().today())) for entry in found)


def changelog(project: Project, *, since: str | None = None, until: str = "HEAD", package: str = "") -> Iterator[str]:
    """The changelog from scratch, piece by piece, newest release first.

    Args:
        since, until: revisions; only releases behind `until` and not behind `since`.
        package: its name, in a repository of several packages.
    """
    from shipit.core.changelog import render_changelog
    from shipit.core.languages import language
    from shipit.plan.releases import releases

    for rev in filter(None, (since, until)):
        _require_revision(project, rev)
    found = releases(project.git, project.config, _package(project, package), until, since)
    return render_changelog(found, _renderer(project), language(project.config.changelog.language))


def commits(project: Project, since: str | None = None, until: str = "HEAD") -> tuple[RawCommit, ...]:
    """Commits behind `until` and not behind `since`, newest first; since the last release by default.

    Raises `UsageError` for a revision that does not exist.
    """
    head = _require_revision(project, until)
    if since is not None:
        return tuple(records(project.git.log([head], [_require_revision(project, since)])))
    tags = {tag.name: tag.commit for tag in project.git.tags()}
    return observe_history(project.git, packages(project.config)[0], head, tags).since.commits


def _require_revision(project: Project, rev: str) -> str:
    require_depth(project.git)
    found = project.git.commit(rev)
    if found is None and project.git.head() is None:
        raise UsageError("the repository has no commit yet", hint="make a first commit: git commit")
    if found is None:
        raise UsageError(f"there is no revision `{rev}`", hint="git log --oneline shows those there are")
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


def apply(project: Project, plan: Plan, observer: Observer | None = None) -> Outcome:
    """Carry out exactly `plan`; what is done already is left alone.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> outcome = shipit.apply(project, shipit.plan_release(project))
    >>> outcome.released, outcome.names
    (True, 'v0.4.0')

    Args:
        project: the repository, from `open_project`.
        plan: from `plan_release`, now or earlier.
        observer: is told of each step, while it happens.

    Raises `PreflightError` for the plan's findings, `ConflictError` when what it was made from changed, and
    `AuthError`, `RemoteError` or `CommandError` when a step fails; `state` tells what others can see by then.
    """
    from shipit.plan.standing import observe_standing
    from shipit.plan.unchanged import require_same_commit, require_unchanged

    with exclusive(project.git.directory):
        if plan.building:
            require_same_commit(plan, project.config, project.git)
            return _carry_out(project, plan, observer)
        standing = observe_standing(project.git, project.config, project.environment.branch)
        require_unchanged(plan, project.config, standing, project.git)
        return _carry_out(project, plan, observer)


def release(project: Project, *, version: str | None = None, observer: Observer | None = None) -> Outcome:
    """Plan and apply, afresh whenever somebody else pushed first; finishes first what a killed run began.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> shipit.release(project).outputs["tag"]
    'v0.4.0'
    >>> shipit.release(project).released
    False

    Args:
        project: the repository, from `open_project`.
        version: release this version instead of the computed one.
        observer: is told of each step, while it happens.

    Raises `ConflictError` when the branch kept moving, and whatever `plan_release` and `apply` raise.
    """
    with exclusive(project.git.directory):
        earlier = _earlier(project)
        made = version is not None and earlier is not None and earlier.due[0].version == version
        outcome = _release(project, None if made else version, observer)
        if earlier and not outcome.plan.due:
            return _carry_out(project, earlier, observer)
    return outcome


def _earlier(project: Project) -> Plan | None:
    """The release that an earlier attempt of this run made, where the CI says that there was one."""
    occasion = project.environment.occasion
    if not (occasion.again and occasion.commit):
        return None
    from shipit.plan.earlier import earlier_release
    from shipit.plan.standing import observe_standing

    standing = observe_standing(project.git, project.config, project.environment.branch)
    return earlier_release(project.git, project.config, standing, occasion.commit)


def _release(project: Project, version: str | None, observer: Observer | None) -> Outcome:
    """The release that is due, else the last one that was finished."""
    finished: Outcome | None = None
    for attempt in range(1, ATTEMPTS + 1):
        plan = plan_release(project, version=version)
        try:
            outcome = _carry_out(project, plan, observer)
        except BranchMoved:
            if attempt == ATTEMPTS:
                raise
            continue
        if not plan.finishes:
            break
        finished = outcome
        if version in plan.versions:
            break
    return finished if finished and not outcome.released else outcome


def _carry_out(project: Project, plan: Plan, observer: Observer | None) -> Outcome:
    if plan.steps and any(finding.severity == "error" for finding in plan.findings):
        raise PreflightError(plan.findings, state=_UNTOUCHED, to="build images" if plan.building else "release")
    from shipit.engine.apply import apply as apply_steps

    return Outcome(plan, apply_steps(plan.steps, project.world, observer))


def _renderer(project: Project) -> Renderer:
    """What writes the notes, as the configuration asks for it."""
    from shipit.adapters.templates import template_text
    from shipit.core.languages import language
    from shipit.core.notes import SHOWN, Renderer

    changelog = project.config.changelog
    raising = (name for name, bump in project.config.bump.items() if bump != "none")
    return Renderer(
        template_text(changelog.template, project.root),
        name=changelog.template,
        language=language(changelog.language),
        links=project.world.forge.links(),
        shown=tuple(dict.fromkeys((*SHOWN, *raising))),
    )
