"""Everything that shipit deploys to, by address: hosts, clusters, buckets, and services of ECS.

The adapter of a kind of place is loaded when the first place of that kind is used, because a release needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from shipit.core import limits

if TYPE_CHECKING:
    from shipit.adapters.hosts import SshSettings
    from shipit.adapters.registry import Logins
    from shipit.core.redact import Redactor
    from shipit.world.clusters import Cluster
    from shipit.world.ecs import EcsService
    from shipit.world.hosts import Host
    from shipit.world.sites import Site

Place = TypeVar("Place")


class _Places(Generic[Place]):
    """The places of one kind; each is opened once."""

    def __init__(self) -> None:
        self._opened: dict[str, Place] = {}

    def at(self, address: str) -> Place:
        if address not in self._opened:
            self._opened[address] = self._open(address)
        return self._opened[address]

    def _open(self, address: str) -> Place:
        raise NotImplementedError


class Connections(_Places["Host"]):
    """The hosts by address; `shipit.world.hosts.Hosts` describes the method."""

    def __init__(self, logins: Logins, redact: Redactor, ssh: SshSettings | None = None) -> None:
        super().__init__()
        self._logins, self._redact, self._ssh = logins, redact, ssh

    def _open(self, address: str) -> Host:
        from shipit.adapters import hosts
        from shipit.world.hosts import LOCAL

        if address == LOCAL:
            return hosts.LocalHost(self._logins, self._redact)
        return hosts.SshHost(address, self._ssh or hosts.SshSettings(), self._logins, self._redact)


class KubectlClusters(_Places["Cluster"]):
    """All clusters; `shipit.world.clusters.Clusters` describes the method.

    Args:
        redact: removes secrets from logs and errors.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, redact: Redactor, duration: float = limits.LEASE) -> None:
        super().__init__()
        self._redact, self._duration = redact, duration

    def _open(self, address: str) -> Cluster:
        from shipit.adapters.kubernetes import KubectlNamespace

        return KubectlNamespace(address, self._redact, self._duration)


class AwsSites(_Places["Site"]):
    """All buckets; `shipit.world.sites.Sites` describes the method.

    Args:
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, duration: float = limits.BUCKET_LOCK) -> None:
        super().__init__()
        self._duration = duration

    def _open(self, address: str) -> Site:
        from shipit.adapters.sites import AwsSite

        return AwsSite(address, self._duration)


class AwsEcsServices(_Places["EcsService"]):
    """All services; `shipit.world.ecs.EcsServices` describes the method.

    Args:
        redact: removes the secrets from a log.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, redact: Redactor, duration: float = limits.BUCKET_LOCK) -> None:
        super().__init__()
        self._redact, self._duration = redact, duration

    def _open(self, address: str) -> EcsService:
        from shipit.adapters.ecs import AwsEcsService

        return AwsEcsService(address, self._redact, self._duration)
