"""The plan of a deployment, as data that survives JSON."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployedImage
from shipit.plan.model import Plan


class PlannedHost(Struct, frozen=True):
    """A host of a target; `serving` is the image that serves there when the plan is made, None if none does.

    `login` is the account that the deployment works with, for people; empty if the host has none.
    """

    host: str
    serving: DeployedImage | None = None
    problem: str = ""
    drift: tuple[str, ...] = ()
    login: str = ""


class PlannedTarget(Struct, frozen=True):
    """A target: the app, the kind of the target, the image that shall serve, and the hosts."""

    app: str
    kind: str
    image: DeployedImage
    hosts: tuple[PlannedHost, ...]

    @property
    def serves_everywhere(self) -> bool:
        """True when the image serves on all hosts already."""
        return all(host.serving and host.serving.digest == self.image.digest for host in self.hosts)


class DeployPlan(Plan, frozen=True, kw_only=True):
    """The steps that deploy to an environment. `rollback` is True when the plan goes back to an earlier version."""

    purpose: ClassVar[str] = "deploy"
    command: ClassVar[str] = "deploy"
    how_to_make: ClassVar[str] = "shipit deploy -o plan.json"
    untouched: ClassVar[str] = "nothing was deployed"

    environment: str
    targets: tuple[PlannedTarget, ...]
    rollback: bool = False

    @property
    def how_to_renew(self) -> str:
        return f"shipit deploy {self.environment} -o plan.json"

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The address of each host, and the app there."""
        return tuple((host.host, target.app) for target in self.targets for host in target.hosts)
