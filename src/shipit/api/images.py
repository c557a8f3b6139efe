"""The images of an environment: planned, built and pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.lock import clone_lock
from shipit.adapters.project import Project
from shipit.api.releasing import carry_out
from shipit.plan.outcome import Images

if TYPE_CHECKING:
    from shipit.engine.apply import Observer
    from shipit.plan.images import ImagePlan


def plan_image(project: Project, environment: str | None = None, *, push: bool = False) -> ImagePlan:
    """Everything that building the images of an environment would do now, and why. Changes nothing.

    >>> import shipit
    >>> with open("chat-server/shipit.toml", "w") as file:
    ...     _ = file.write('environments.dev.image.name = "acme/chat-server-dev"')
    >>> plan = shipit.plan_image(shipit.open_project("chat-server"), "dev")
    >>> [step.kind for step in plan.steps], [image.reason for image in plan.images]
    (['build-image'], ['14 commits after v0.3.1; 0.4.0 is coming'])

    Args:
        project: the repository, from `open_project`.
        environment: its name; that of the branch where None.
        push: whether the registry is to get the images.

    Raises `UsageError` when there is no such environment or it has no image, `PreflightError` when there is no
    commit; what else stands in the way are the plan's `findings`.
    """
    from shipit.plan.dispatch import environment_to_build
    from shipit.plan.images import make_image_plan, observe_images

    branch = project.git.branch() or project.ci.branch
    name = environment_to_build(project.config, branch, environment)
    return make_image_plan(
        project.config, observe_images(project.world, project.config, name, branch=branch, pushing=push)
    )


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
    with clone_lock(project.git.directory):
        plan = plan_image(project, environment, push=push)
        return Images(plan, carry_out(project, plan, observer))
