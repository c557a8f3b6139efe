"""The lock of a namespace: a Lease, which is renewed while it is held.

A Lease of another run is taken when it was not renewed for its whole duration. This is measured by the clock of this
machine, so that clocks that differ do no harm.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from msgspec import json

from shipit.adapters.hosts import RenewedLocks, lock_held, lock_lost
from shipit.adapters.kubernetes.kubectl import Kubectl
from shipit.adapters.kubernetes.objects import LeaseObject, read_as
from shipit.core import limits

_LOOK = 0.5  # seconds between two looks at the Lease of another run


class Leases(RenewedLocks):
    """The Leases of a namespace that are used as locks.

    Args:
        kubectl: the way to the cluster.
        namespace: the namespace.
        machine: the name of the namespace for messages.
        duration: the seconds after which a Lease that is not renewed is free.
    """

    def __init__(self, kubectl: Kubectl, namespace: str, machine: str, duration: float = limits.LEASE) -> None:
        super().__init__(machine, duration)
        self._kubectl = kubectl
        self._namespace = namespace
        self._all = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"

    def holder(self, name: str) -> str | None:
        """Return the run that holds the lock; None if none does, or if it stopped renewing it."""
        found = self._find(name)
        if found is None or not found.spec.holder_identity:
            return None
        renewed = found.spec.renew_time
        dead = renewed is None or dt.datetime.now(dt.UTC) - renewed > dt.timedelta(seconds=self._duration)
        return None if dead else found.spec.holder_identity

    def free(self, name: str) -> None:
        """Take the lock away from the run that holds it."""
        self._replace(name, None, "")

    def require(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        for name, text in self._held.items():
            found = self._find(name)
            if found is None or found.spec.holder_identity != text:
                raise lock_lost(self._machine)

    def _take(self, name: str, text: str) -> None:
        body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}}
        if self._find(name) is None and self._kubectl.create(self._all, json.encode(body | {"spec": self._spec(text)})):
            return
        dead = self._wait_for_death(name)
        if not self._replace(name, dead, text):
            raise lock_held(self.holder(name), self._machine)

    def _wait_for_death(self, name: str) -> str:
        """Wait until the holder stops renewing the lock, and return its text; raise `ConflictError` if it goes on."""
        first = self._find(name)
        end = time.monotonic() + self._duration
        while first and first.spec.holder_identity and time.monotonic() < end:
            time.sleep(_LOOK)
            now = self._find(name)
            if now and now.spec.holder_identity and now.spec != first.spec:
                raise lock_held(now.spec.holder_identity, self._machine)
            first = now if now is None or not now.spec.holder_identity else first
        return (first.spec.holder_identity if first else "") or ""

    def _replace(self, name: str, owner: str | None, text: str) -> bool:
        """Write `text` as the owner if `owner` has the lock, None for any, and return whether it was written."""
        found = self._kubectl.get(f"{self._all}/{name}")
        if found is None:
            return False
        if owner is not None and (read_as(LeaseObject, found).spec.holder_identity or "") != owner:
            return False
        body = read_as(dict[str, Any], found)
        return self._kubectl.replace(f"{self._all}/{name}", json.encode(body | {"spec": self._spec(text)}))

    def _spec(self, text: str) -> dict[str, Any]:
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        duration = max(1, round(self._duration))
        return {"holderIdentity": text, "leaseDurationSeconds": duration, "acquireTime": now, "renewTime": now}

    def _find(self, name: str) -> LeaseObject | None:
        found = self._kubectl.get(f"{self._all}/{name}")
        return read_as(LeaseObject, found) if found else None
