"""The steps that send a notification to all channels that want its event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipit.config.model import Config

if TYPE_CHECKING:
    from shipit.core.notes.links import Links
    from shipit.core.notifications import Channel, Notification, Task
    from shipit.errors import ShipitError
    from shipit.finding import Finding
    from shipit.steps.notify import SendNotification
    from shipit.world import World


def notification_steps(config: Config, notification: Notification) -> Iterator[SendNotification]:
    """Yield a step for each channel of the configuration that wants the event of `notification`."""
    from shipit.steps.notify import SendNotification

    for channel in _channels(config, notification.event):
        yield SendNotification(channel, notification)


def failure_notification(
    config: Config, world: World, error: ShipitError, task: Task, environment: str, run: str
) -> Notification:
    """Return the notification of a failure: `rolled-back` if the earlier version was verified to serve, else `failed`.

    Args:
        config: the configuration.
        world: the ports.
        error: the error.
        task: the task that failed.
        environment: the name of the environment; empty for a release.
        run: the page of the CI run, or the user and the machine.
    """
    from shipit.core.notifications import Notification
    from shipit.errors import DeployError

    back = isinstance(error, DeployError) and error.serving
    return Notification(
        "rolled-back" if back else "failed",
        f"{task} {environment} {world.clock.now().isoformat()} {run}",
        config.changelog.language,
        project_name(world.forge.links()),
        environment,
        version=error.rejected if isinstance(error, DeployError) else "",
        serving=error.serving if isinstance(error, DeployError) else "",
        task=task,
        reason=error.what,
        state=error.state or "",
        run=run,
    )


def notification_findings(config: Config, world: World) -> tuple[Finding, ...]:
    """Return a warning for each channel of the configuration that cannot be used."""
    return world.notifications.findings(_channels(config)) if config.notify else ()


def project_name(links: Links | None) -> str:
    """Return the name of the repository for a notification, such as `acme/app`; empty if it has no web page.

    >>> from shipit.core.notes.links import Links
    >>> project_name(Links("https://github.com/acme/app"))
    'acme/app'
    """
    return "/".join(links.base.rsplit("/", 2)[1:]) if links else ""


def _channels(config: Config, event: str | None = None) -> list[Channel]:
    from shipit.core.notifications import Channel

    wanted = (each for each in config.notify if event is None or event in each.on)
    return list(dict.fromkeys(Channel(each.kind, each.variable, each.token or "") for each in wanted))
