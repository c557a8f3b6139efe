"""All ports together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:  # most commands use only some of the ports
    from shipit.world.attestations import Attestations
    from shipit.world.clock import Clock
    from shipit.world.clusters import Clusters
    from shipit.world.ecs import EcsServices
    from shipit.world.files import Files, Process
    from shipit.world.forge import Forge
    from shipit.world.git import Git
    from shipit.world.hosts import Hosts, Secrets
    from shipit.world.images import Engine, Registry
    from shipit.world.notifications import Notifications
    from shipit.world.places import Place
    from shipit.world.sites import Sites
else:  # for `help(World)`, which reads the annotations
    Attestations = Clock = Clusters = EcsServices = Engine = Files = Forge = Git = Hosts = object
    Notifications = Process = Registry = Secrets = Sites = object


def silent(what: str) -> None:
    """Say nothing."""


class World(Struct, frozen=True):
    """All ports together: the argument of observe, check and apply.

    A step that waits calls `say` with the thing that it waits for, each time that this changes.
    """

    git: Git
    forge: Forge
    files: Files
    process: Process
    clock: Clock
    engine: Engine
    registry: Registry
    hosts: Hosts
    secrets: Secrets
    clusters: Clusters
    sites: Sites
    ecs_services: EcsServices
    notifications: Notifications
    attestations: Attestations
    say: Callable[[str], None] = silent

    def place(self, address: str) -> Place:
        """Return the place with this address: a host, a namespace, a bucket with a site, or a service of ECS."""
        from shipit.core.deploy import is_bucket, is_cluster, is_service

        if is_service(address):
            return self.ecs_services.at(address)
        if is_bucket(address):
            return self.sites.at(address)
        return self.clusters.at(address) if is_cluster(address) else self.hosts.at(address)
