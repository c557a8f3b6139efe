"""The lock of a namespace: a Lease, which is renewed while it is held."""

from __future__ import annotations

import datetime as dt
from typing import Any

from msgspec import json

from shipit.adapters.hosts import Lock, RenewedLocks
from shipit.adapters.kubernetes.kubectl import Kubectl
from shipit.adapters.kubernetes.objects import LeaseObject, read_as
from shipit.core import limits


class Leases(RenewedLocks):
    """The Leases of a namespace that are used as locks; the version of a lock is its object, None if there is none.

    Args:
        kubectl: the way to the cluster.
        namespace: the namespace.
        machine: the name of the namespace for messages.
        duration: the seconds after which a Lease that is not renewed is free.
    """

    def __init__(self, kubectl: Kubectl, namespace: str, machine: str, duration: float = limits.LEASE) -> None:
        super().__init__(machine, duration)
        self._kubectl = kubectl
        self._all = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"

    def _read(self, name: str) -> Lock:
        found = self._kubectl.get(f"{self._all}/{name}")
        if found is None:
            return Lock("", None, None)
        lease = read_as(LeaseObject, found).spec
        return Lock(lease.holder_identity or "", lease.renew_time, read_as(dict[str, Any], found))

    def _write(self, name: str, owner: str, version: dict[str, Any] | None) -> bool:
        spec = {"spec": self._spec(owner)}
        if version is None:
            new = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}}
            return self._kubectl.create(self._all, json.encode(new | spec))
        return self._kubectl.replace(f"{self._all}/{name}", json.encode(version | spec))

    def _spec(self, text: str) -> dict[str, Any]:
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        duration = max(1, round(self._duration))
        return {"holderIdentity": text, "leaseDurationSeconds": duration, "acquireTime": now, "renewTime": now}
