"""The step that changes the image of a Deployment of Kubernetes."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import DeployedImage, Workload, kubectl, machine
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class PatchDeployment(Struct, frozen=True):
    """Give the container `container` of the Deployment `deployment` the image by digest, and change nothing else.

    Args:
        host: the address of the namespace.
        deployment: the name of the Deployment.
        container: the name of the container.
        image: the image.
        was: the image reference that is replaced; any other one was written by another program.
        by: the run.
    """

    kind: ClassVar[str] = "patch-deployment"
    public: ClassVar[bool] = True
    host: str
    deployment: str
    container: str
    image: DeployedImage
    was: str
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.deployment}:{self.container}"

    @property
    def summary(self) -> str:
        return f"set the image of deployment {self.deployment} on {machine(self.host)} to {self.image}"

    def check(self, world: World) -> Done | Todo:
        return Done() if self._found(world).images[self.container] == self.image.reference else Todo()

    def apply(self, world: World) -> Outputs:
        cause = f"shipit: {self.image.version}{f', {self.by}' if self.by else ''}"
        for _ in range(limits.PATCH_TRIES):
            found = self._found(world)
            if found.images[self.container] == self.image.reference:
                return {}
            if world.clusters.at(self.host).set_image(found, self.container, self.image.reference, cause):
                return {}
        what = f"deployment `{self.deployment}` on {machine(self.host)} is changed by another program again and again"
        raise ConflictError(what, hint=_which_program(self.host, self.deployment))

    def _found(self, world: World) -> Workload:
        """Return the Deployment; raises `ConflictError` if another program gave it another image since the plan."""
        found = require_workload(world, self.host, self.deployment, self.container, pods=False)
        now = found.images[self.container]
        if now not in (self.was, self.image.reference):
            raise superseded(self.host, self.deployment, now)
        return found


def require_workload(world: World, host: str, deployment: str, container: str, *, pods: bool = True) -> Workload:
    """Return a Deployment; raises `ConflictError` if it or its container is gone."""
    found = world.clusters.at(host).workload(deployment, pods=pods)
    if found is None or container not in found.images:
        gone = f"deployment `{deployment}`" if found is None else f"container `{container}` of `{deployment}`"
        what = f"{gone} on {machine(host)} is gone: another program removed it"
        raise ConflictError(what, hint="apply its manifest again, then run the same command again")
    return found


def superseded(host: str, deployment: str, now: str) -> ConflictError:
    """Return the error for a Deployment that another program gave the image `now`."""
    return ConflictError(
        f"another program changed the image of deployment `{deployment}` on {machine(host)} to `{now}`",
        hint=_which_program(host, deployment),
    )


def _which_program(host: str, deployment: str) -> str:
    """Return the hint that finds the program which changes a Deployment."""
    fields = kubectl(host, f"get deployment {deployment} --show-managed-fields -o yaml")
    return f"find the program that changed it: {fields}"
