"""What the event and the branch call for: a release, images, a look ahead, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.clock import SystemClock
from shipit.adapters.project import Project
from shipit.api.history import renderer
from shipit.api.images import plan_image
from shipit.api.releasing import plan_release
from shipit.errors import ConfigError, ConflictError, PreflightError, UsageError
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.core.ci_event import PullRequest
    from shipit.plan.dispatch import Task
    from shipit.plan.model import Plan
    from shipit.plan.preview import Preview


def next_task(project: Project, *, environment: str | None = None) -> Task:
    """What the event, as the CI tells it, and the branch call for.

    Args:
        environment: build for this one instead of those of the branch.

    Raises `UsageError` when there is no such environment.
    """
    from shipit.plan import dispatch

    event = project.ci.event
    branch = project.git.branch() or event.branch
    return dispatch.next_task(event, project.config, branch, _default_branch(project), environment)


def plan_task(project: Project, *, version: str | None = None) -> Plan:
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
    work = next_task(project)
    return work.kind == "environment" and any(environments[name].built for name in work.environments)


def doctor(project: Project) -> tuple[Finding, ...]:
    """Every problem that would stop what the branch calls for, each with its fix."""
    from shipit.plan.release import unplannable

    try:
        return plan_task(project).findings
    except PreflightError as error:
        return error.findings
    except (ConflictError, ConfigError, UsageError) as error:
        return (unplannable(error),)


def preview(project: Project, pull_request: PullRequest | None = None) -> Preview:
    """What merging a pull request releases, and why. Reads only, apart from fetching what is missing.

    Args:
        pull_request: the one that the CI is at work on, where None; HEAD is the merge then, where the CI made it.

    Raises `UsageError` where there is none.
    """
    from shipit.plan.preview import Previewer

    event = project.ci.event
    wanted = pull_request or event.pull_request
    if wanted is None:
        raise UsageError("there is no pull request to look ahead for", hint="run on the event `pull_request`")
    checked_out = pull_request is None and event.name == "pull_request"
    merged = project.git.head() if checked_out else project.git.merge_of(wanted.number)
    previewer = Previewer(project.git, project.config, _default_branch(project), renderer(project), SystemClock())
    return previewer.preview(wanted, merged)


def comment(project: Project, preview: Preview) -> None:
    """Keep the one comment on the pull request that tells what merging it releases.

    Where merging releases nothing, a comment is brought up to date and none is made.

    Raises `AuthError` where the token may not comment.
    """
    from shipit.core.notes import LONGEST_COMMENT, PREVIEW_MARK
    from shipit.plan.views import preview_summary

    forge, number = project.world.forge, preview.pull_request.number
    text = f"{PREVIEW_MARK}\n{preview_summary(preview, forge.links(), LONGEST_COMMENT - len(PREVIEW_MARK) - 1)}"
    if preview.to_release or forge.find_comment(number, PREVIEW_MARK):
        forge.keep_comment(number, PREVIEW_MARK, text)


def _default_branch(project: Project) -> str | None:
    """The branch that releases where none is configured; the remote is asked only where the CI does not tell."""
    told = project.ci.event.default_branch
    if told or project.config.release.channels or project.git.remote_url() is None:
        return told
    return project.git.remote_refs().default
