"""Functions that the steps of a service share: they read it, and describe the failure of an image."""

from __future__ import annotations

from shipit.core import limits
from shipit.core.deploy import DeployedImage, Service, SwarmTask, machine
from shipit.errors import ConflictError, DeployError, PreflightError, RemoteError
from shipit.finding import Finding
from shipit.world import World

_EVERY = 1.0  # seconds


def find_service(host: str, name: str, world: World) -> Service | None:
    """Return the service `name` of the swarm that `host` manages; None if there is none.

    The host is asked again while it does not answer, for example because the managers elect a new leader.
    """
    end = world.clock.elapsed() + limits.SERVICE_SILENCE
    while True:
        try:
            return world.hosts.at(host).services.find(name)
        except RemoteError:
            if world.clock.elapsed() >= end:
                raise
            world.clock.sleep(_EVERY)


def read_service(host: str, name: str, world: World) -> Service:
    """Return the service `name` of the swarm that `host` manages; raise `ConflictError` if there is none."""
    found = find_service(host, name, world)
    if found is None:
        what = f"the swarm of {machine(host)} has no service `{name}`: another program removed it"
        raise ConflictError(what, hint="create the service, then run the same command again")
    return found


def require_own(service: Service, image: DeployedImage) -> None:
    """Raise `ConflictError` if another program updated the service to another image."""
    if service.digest != image.digest:
        what = f"another program updated service `{service.name}` to `{service.image}` while {image} was deployed"
        raise ConflictError(what, hint="find the program that changes the service, then run the same command again")


def require_image(host: str, name: str, image: DeployedImage, health: bool, world: World) -> None:
    """Raise an error if the registry lacks an image, or, with `health`, if it would run without a health check."""
    found = world.registry.find(image.reference)
    if found is None:
        what = f"the registry no longer has `{image.reference}`"
        raise DeployError(what, hint="deploy a version that the registry has, or push this one again")
    own = read_service(host, name, world).health_check
    if health and not (found.health_check if own is None else own):
        what = f"neither service `{name}` nor {image} has a health check"
        fix = 'add a `HEALTHCHECK` to the Dockerfile, or set `health = "none"` of the target'
        raise PreflightError([Finding("swarm-health-check", what, fix)], to="deploy")


def image_failure(
    service: Service, image: DeployedImage, reason: str, host: str, world: World, hint: str = ""
) -> DeployError:
    """Return the error for an image that failed, with the error and the log of its newest task that failed.

    Without `hint`, the error has one about the app and the service.
    """
    task = service.failure(image.digest)
    detail = f"; its task ended: {task.error.removeprefix('task: ') or task.state}" if task else ""
    tasks = f"docker service ps --no-trunc {service.name}"
    fix, again = "fix the app or the service, then deploy again", "no task failed, so run the same command again"
    return DeployError(
        f"{image} failed in service `{service.name}` on {machine(host)}: {reason}{detail}",
        hint=hint or f"{again if service.gave_up(image.digest) else fix}; see all tasks on {machine(host)}: {tasks}",
        tail=_log(service, task, host, world),
    )


def _log(service: Service, task: SwarmTask | None, host: str, world: World) -> str:
    if task is None or not task.began:
        return ""
    return world.hosts.at(host).services.logs(service.name, limits.DEPLOY_LOG, task.id)
