"""The functions that plan, build and push the images of an environment."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipit.adapters.files.lock import clone_lock
from shipit.adapters.project import Project
from shipit.api.deployments.promotion import image_findings
from shipit.api.failures import failures_notified
from shipit.api.releasing import carry_out
from shipit.plan.outcome import Images

if TYPE_CHECKING:
    from shipit.engine.apply import Observer
    from shipit.plan.images import ImagePlan


def plan_image(project: Project, environment: str | None = None, *, push: bool = False) -> ImagePlan:
    """Return the plan that builds the images of an environment. Changes nothing.

    >>> import shipit
    >>> with open("chat-server/shipit.toml", "w") as file:
    ...     _ = file.write('environments.dev.image.name = "acme/chat-server-dev"')
    >>> plan = shipit.plan_image(shipit.open_project("chat-server"), "dev")
    >>> [step.kind for step in plan.steps], [image.reason for image in plan.images]
    (['build-image'], ['14 commits after v0.3.1; next version 0.4.0'])

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment; None for the environment of the current branch.
        push: True to push the images as well, and to use those that are in the registry already.

    Raises `UsageError` when there is no such environment or it has no image, and `PreflightError` when there is no
    commit or its history cannot be fetched. All other problems are in the `findings` of the plan.
    """
    from shipit.api.deployments.clean_up import clean_up
    from shipit.api.environment_branch import require_environment
    from shipit.plan.dispatch import environment_to_build
    from shipit.plan.images import make_image_plan, observe_images

    require_environment(project, environment)
    branch = project.git.branch() or project.ci.branch
    name = environment_to_build(project.config, branch, environment)
    observed = observe_images(project.world, project.config, name, branch=branch, pushing=push)
    removals, kept = clean_up(project, observed)
    findings = (*observed.findings, *image_findings(project, observed), *kept)
    return make_image_plan(project.config, replace(observed, findings=findings), removals)


def image(
    project: Project, environment: str | None = None, *, push: bool = False, observer: Observer | None = None
) -> Images:
    """Build the images of an environment and, with `push`, push them. Images that exist already are not built again.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment; None for the environment of the current branch.
        push: True to push the images as well, and to use those that are in the registry already.
        observer: receives the progress of each step.

    Raises the same errors as `plan_image`, `PreflightError` when findings of the plan block it, and `AuthError`,
    `RemoteError` or `CommandError` when a step fails; `state` of the error says what is done and public.
    """
    with ExitStack() as around:
        if push:
            around.enter_context(failures_notified(project, observer, "images", environment))
        around.enter_context(clone_lock(project.git.directory))
        plan = plan_image(project, environment, push=push)
        return Images(plan, carry_out(project, plan, observer))
