"""The task of a run, the plan for it, and the preview of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shipit.adapters.clock import SystemClock
from shipit.adapters.project import Project
from shipit.api.deployments.deploying import deployment_findings, plan_deploy
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
    """Return the task for the current branch and the event that the CI reports: release, images, preview or nothing.

    Args:
        project: the repository, from `open_project`.
        environment: build the images of this environment, whatever the branch is, and release nothing.

    Raises `UsageError` when the configuration has no such environment.
    """
    from shipit.api.environment_branch import require_environment
    from shipit.plan import dispatch

    require_environment(project, environment)
    event = project.ci.event
    branch = project.git.branch() or event.branch
    return dispatch.next_task(event, project.config, branch, _default_branch(project), environment)


def plan_task(project: Project, *, version: str | None = None, packages: Sequence[str] = ()) -> Plan:
    """Return the plan for the current branch: of the images, if it belongs to an environment, else of a release.

    For an environment without images, whose targets deploy files, it is the plan of the deployment.

    Args:
        project: the repository, from `open_project`.
        version: plan a release of this version, even on the branch of an environment.
        packages: plan a release of only these packages, even on the branch of an environment.

    Raises the same errors as `plan_release` and `plan_image`.
    """
    if version is None and not packages:
        if _builds(project):
            return plan_image(project, push=True)
        if (environment := _deploys_files(project)) is not None:
            return plan_deploy(project, environment)
    return plan_release(project, version=version, packages=packages)


def _builds(project: Project) -> bool:
    """Return whether the task is to build images, and not a release."""
    environments = project.config.environments
    if not any(environment.built for environment in environments.values()):
        return False
    task = next_task(project)
    return task.kind == "environment" and any(environments[name].built for name in task.environments)


def _deploys_files(project: Project) -> str | None:
    """Return the environment without images to which the current branch is deployed; None if there is none."""
    environments = project.config.environments
    if not any(each.targets and not each.built for each in environments.values()):
        return None
    task = next_task(project)
    found = (name for name in task.environments if environments[name].targets)
    return next(found, None) if task.kind == "environment" else None


def doctor(project: Project) -> tuple[Finding, ...]:
    """Return all problems that would stop the task of the current branch, each with its fix. Changes nothing.

    >>> import shipit
    >>> shipit.doctor(shipit.open_project("chat-server"))
    ()

    Args:
        project: the repository, from `open_project`.

    Raises `RemoteError` when GitHub or the engine fails in a way that is no finding, and `CommandError` when git fails.
    """
    from shipit.api.workflows import workflow_findings

    found = (*_task_findings(project), *workflow_findings(project))
    return tuple(dict.fromkeys(found))  # an image and its deployment can have the same problem


def _task_findings(project: Project) -> tuple[Finding, ...]:
    """Return the problems of the task of the current branch."""
    from shipit.api.scripts import script_findings
    from shipit.plan.release import interrupted_findings, version_finding

    try:
        plan = plan_task(project)
        return (
            *plan.findings,
            *interrupted_findings(plan.steps),
            *deployment_findings(project, plan),
            *script_findings(project),
        )
    except PreflightError as error:
        return error.findings
    except (ConflictError, ConfigError, UsageError) as error:
        return (version_finding(error),)


def preview(project: Project, pull_request: PullRequest | None = None) -> Preview:
    """Return the release that merging a pull request makes. Fetches the commits that are missing, and changes nothing.

    Args:
        project: the repository, from `open_project`.
        pull_request: the pull request; None for that of the event that the CI reports. For the event `pull_request`,
            HEAD must then be the merge commit, as GitHub Actions checks it out.

    Raises `UsageError` when the event has no pull request, `ConflictError` when the next version exists already, and
    `PreflightError` when the tags do not show the last release.
    """
    from shipit.plan.preview import PreviewMaker

    event = project.ci.event
    wanted = pull_request or event.pull_request
    if wanted is None:
        raise UsageError("there is no pull request to preview", hint="run on the event `pull_request`")
    checked_out = pull_request is None and event.name == "pull_request"
    merged = project.git.head() if checked_out else project.git.merge_of(wanted.number)
    maker = PreviewMaker(project.git, project.config, _default_branch(project), renderer(project), SystemClock())
    return maker.preview(wanted, merged)


def comment(project: Project, preview: Preview) -> None:
    """Write `preview` into the comment on its pull request. There is only one such comment; it is updated.

    No new comment is made for a preview that releases nothing.

    Args:
        project: the repository, from `open_project`.
        preview: the preview, from `preview`.

    Raises `AuthError` when the token must not write comments, and `RemoteError` when GitHub does not answer correctly.
    """
    from shipit.core import limits
    from shipit.core.notes import PREVIEW_MARK
    from shipit.plan.views import preview_summary

    forge, number = project.world.forge, preview.pull_request.number
    text = f"{PREVIEW_MARK}\n{preview_summary(preview, forge.links(), limits.COMMENT - len(PREVIEW_MARK) - 1)}"
    if preview.to_release or forge.find_comment(number, PREVIEW_MARK):
        forge.keep_comment(number, PREVIEW_MARK, text)


def _default_branch(project: Project) -> str | None:
    """Return the default branch, which is the release branch when none is configured.

    The remote is only read when the CI does not report the default branch and it is needed.
    """
    default = project.ci.event.default_branch
    if default or project.config.release.channels or project.git.remote_url() is None:
        return default
    return project.git.remote_refs().default
