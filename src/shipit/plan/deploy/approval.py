"""The images that shall serve after a person approved or rejected a deployment that is paused."""

from __future__ import annotations

from collections.abc import Callable

from shipit.core.deploy import DeployedImage, Part
from shipit.deploy import AnyTarget, Goal, HostState, Pause
from shipit.errors import UsageError
from shipit.plan.deploy.observe import ObservedDeployment


def approved_goals(
    observed: ObservedDeployment, by: str, image_of: Callable[[AnyTarget, HostState, str], DeployedImage]
) -> list[Goal]:
    """Return the goals of the deployment that goes on: the paused image, and its version for the other targets.

    Args:
        observed: the state of the environment.
        by: the run.
        image_of: returns the image of a version for a target.

    Raises `UsageError` if no deployment is paused.
    """
    version = _paused(observed)[1].image.version
    goals = []
    for target, seen in zip(observed.targets, observed.observed, strict=True):
        host = seen.hosts[0]
        image = host.paused.image if host.paused else image_of(target, host, version)
        goals.append(Goal(image, by, approved=host.paused is not None))
    return goals


def rejected_goals(observed: ObservedDeployment, by: str) -> list[Goal]:
    """Return the goals of the way back: each target that the paused deployment reached gets its earlier image.

    Raises `UsageError` if no deployment is paused, or if the earlier image is not known.
    """
    waits, pause = _paused(observed)
    together = _together(waits, pause)
    goals = []
    for target, seen in zip(observed.targets, observed.observed, strict=True):
        host = seen.hosts[0]
        current = host.record.current or host.serving
        earlier, rejected = (pause.earlier, pause.image) if host.paused else (current, None)
        if not host.paused and current and together and host.record.together == together:
            earlier, rejected = host.record.before(current.digest), current
        if earlier is None:
            what = f"it is not known which image of {target.app} to go back to"
            deploy = f"shipit deploy {target.environment} VERSION"
            raise UsageError(what, hint=f"roll the deployment back in the console of ECS, then run: {deploy}")
        goals.append(Goal(earlier, by, rejected=rejected, why="not approved", retry=True))
    return goals


def _paused(observed: ObservedDeployment) -> tuple[HostState, Pause]:
    """Return the place whose deployment is paused, and its pause."""
    for host in observed.hosts:
        if host.paused:
            return host, host.paused
    what = f"no deployment to `{observed.environment}` is paused"
    raise UsageError(what, hint=f"see what serves: shipit status {observed.environment}")


def _together(host: HostState, pause: Pause) -> tuple[Part, ...]:
    """Return all parts of the paused deployment; empty if there is only one."""
    started = (event for event in reversed(host.record.events) if event.kind == "started")
    return next((event.together for event in started if event.image.digest == pause.image.digest), ())
