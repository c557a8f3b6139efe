"""The ports: the interfaces through which shipit reads and changes everything outside its own process.

The adapters (`shipit.adapters`) implement them with git, GitHub, docker, SSH and files. `shipit.testing` implements
them in memory. The same contract tests (tests/contracts) run over both.
Every method is either a read, which changes nothing, or a write; comments mark the groups.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from shipit.world.clock import Clock as Clock
from shipit.world.files import Files as Files
from shipit.world.files import Process as Process
from shipit.world.forge import Asset as Asset
from shipit.world.forge import DeploymentState as DeploymentState
from shipit.world.forge import Forge as Forge
from shipit.world.forge import ForgeDeployment as ForgeDeployment
from shipit.world.forge import ForgePullRequest as ForgePullRequest
from shipit.world.forge import ForgeRelease as ForgeRelease
from shipit.world.forge import MergedPullRequest as MergedPullRequest
from shipit.world.forge import PastDeployment as PastDeployment
from shipit.world.forge import PullRequestState as PullRequestState
from shipit.world.git import NOTES as NOTES
from shipit.world.git import CommitInfo as CommitInfo
from shipit.world.git import EntryKind as EntryKind
from shipit.world.git import Git as Git
from shipit.world.git import MergedFiles as MergedFiles
from shipit.world.git import RemoteRefs as RemoteRefs
from shipit.world.git import TagRef as TagRef
from shipit.world.git import only_branch as only_branch
from shipit.world.images import Engine as Engine
from shipit.world.images import LocalImage as LocalImage
from shipit.world.images import Registry as Registry
from shipit.world.images import RemoteImage as RemoteImage
from shipit.world.images import Transfer as Transfer

if TYPE_CHECKING:  # most commands deploy nothing; import these ports from `shipit.world.hosts`
    from shipit.world.attestations import Attestations
    from shipit.world.clusters import Clusters
    from shipit.world.ecs import EcsServices
    from shipit.world.hosts import Hosts, Secrets
    from shipit.world.notifications import Notifications
    from shipit.world.places import Place
    from shipit.world.sites import Sites
else:  # for `help(World)`, which reads the annotations
    Attestations = Clusters = Hosts = Secrets = Notifications = Sites = EcsServices = object


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
