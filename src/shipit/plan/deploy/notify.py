"""The steps that notify the team of a deployment or of a rollback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shipit.config.model import Config
from shipit.deploy import Goal, HostState
from shipit.plan.deploy.observe import ObservedDeployment
from shipit.plan.notifications import notification_steps, project_name

if TYPE_CHECKING:
    from shipit.core.notes.links import Links
    from shipit.core.notifications import Event
    from shipit.plan.deploy.model import DeployPlan
    from shipit.steps.base import Step
    from shipit.steps.notify import SendNotification


def deployed_steps(
    config: Config, observed: ObservedDeployment, goals: Sequence[Goal], *, rollback: bool
) -> Iterator[Step]:
    """Yield the steps after the proof that the images serve; none if an earlier run has finished the deployment.

    Args:
        config: the configuration.
        observed: the state of the environment.
        goals: the image that shall serve, for each target.
        rollback: True if the plan goes back to an earlier version.
    """
    targets = zip(observed.observed, goals, strict=True)
    if not config.notify or all(_is_finished(host, goal) for seen, goal in targets for host in seen.hosts):
        return
    from shipit.core.notifications import Notification

    digests, version = _joined(goal.image.digest for goal in goals), _joined(map(_name, goals))
    rejected = _joined(goal.rejected.version for goal in goals if goal.rejected)
    event: Event = "rolled-back" if rollback else "deployed"
    yield from notification_steps(
        config,
        Notification(
            event,
            f"{event} {observed.environment} {digests} {_last_event(observed)}",
            config.changelog.language,
            observed.project,
            observed.environment,
            version=rejected if rollback else version,
            digest=digests,
            serving=version,
            url=observed.targets[0].url,
            run=goals[0].by,
        ),
    )


def _is_finished(host: HostState, goal: Goal) -> bool:
    """Return whether the image serves on the host, and an earlier run has recorded that it does."""
    return host.serving == goal.image and (host.record.current == goal.image or not host.record.events)


def _last_event(observed: ObservedDeployment) -> str:
    """Return the time of the last event in a record: the same version can be deployed again after another one."""
    return max((event.at for host in observed.hosts for event in host.record.events), default="")


def _name(goal: Goal) -> str:
    return goal.container.container if goal.container else goal.image.version


def _joined(texts: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def paused_steps(
    config: Config, plan: DeployPlan, links: Links | None, what: str, run: str
) -> tuple[SendNotification, ...]:
    """Return the steps that notify the team of a deployment that waits for an approval.

    Args:
        config: the configuration.
        plan: the plan of the deployment.
        links: the links to the forge; None if it has no web pages.
        what: the sentence that says where the deployment waits, and until when.
        run: the run.
    """
    if not config.notify:
        return ()
    from shipit.core.notifications import Notification

    digests = _joined(target.image.digest for target in plan.targets)
    notification = Notification(
        "waiting",
        f"waiting {plan.environment} {digests} {what}",
        config.changelog.language,
        project_name(links),
        plan.environment,
        version=_joined(target.image.version for target in plan.targets),
        digest=digests,
        reason=what,
        url=config.environments[plan.environment].url or "",
        run=run,
    )
    return tuple(notification_steps(config, notification))


def unverified_steps(plan: DeployPlan) -> tuple[SendNotification, ...]:
    """Return the steps that notify the team of the deployment of `plan`, of which it is not known whether it serves."""
    from shipit.steps.notify import SendNotification

    planned = (step for step in plan.steps if isinstance(step, SendNotification))
    return tuple(replace(step, notification=replace(step.notification, serving="")) for step in planned)
