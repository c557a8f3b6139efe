"""The notification of the team that a release, images or a deployment failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.errors import ConfigError, PreflightError, ShipitError, UsageError, as_shipit_error

if TYPE_CHECKING:
    from shipit.core.notifications import Task
    from shipit.engine.apply import Observer


@contextmanager
def failures_notified(
    project: Project, observer: Observer | None, task: Task, environment: str | None = None
) -> Iterator[None]:
    """Notify the team if the block raises an error, which is then raised again.

    It is not a step of a plan: a failure can come before there is a plan, and its text is known only at the end.

    Args:
        project: the repository.
        observer: receives the progress, and the problem if the notification cannot be sent.
        task: the task of the block.
        environment: the name of the environment; None for a release, or for that of the current branch.
    """
    try:
        yield
    except (ShipitError, OSError) as raised:
        error = as_shipit_error(raised)
        if _concerns_team(project, error):
            with suppress(ShipitError, OSError):  # the failure itself is what the user must see
                _notify(project, observer, error, task, environment)
        raise


def _concerns_team(project: Project, error: ShipitError) -> bool:
    """Return whether to notify the team: not of the mistake of a person who sees the error and has changed nothing."""
    if not project.config.notify or project.ci.event.is_pull_request:
        return False
    return bool(project.ci.event.name) or not isinstance(error, UsageError | ConfigError | PreflightError)


def _notify(
    project: Project, observer: Observer | None, error: ShipitError, task: Task, environment: str | None
) -> None:
    from msgspec.structs import replace

    from shipit.engine.apply import apply_steps
    from shipit.plan.notifications import failure_notification, notification_steps

    name, run = environment or "", project.ci.run_name
    notification = failure_notification(project.config, project.world, error, task, name, run)
    reason, state = project.redact(notification.reason), project.redact(notification.state)
    steps = notification_steps(project.config, replace(notification, reason=reason, state=state))
    apply_steps(list(steps), project.world, observer)
