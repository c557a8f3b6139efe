"""A namespace of a cluster, through `kubectl`."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.parse import quote

from msgspec import json

from shipit.adapters.kubernetes.jobs import Jobs
from shipit.adapters.kubernetes.kubectl import INSTALL, Kubectl
from shipit.adapters.kubernetes.lease import Leases
from shipit.adapters.kubernetes.objects import ConfigMap, DeploymentObject, Parts, PodObject, ReplicaSet, read_as
from shipit.adapters.kubernetes.rights import missing_rights
from shipit.adapters.kubernetes.workloads import workload_of
from shipit.core import limits
from shipit.core.deploy import Job, NewJob, Workload, cluster_parts, machine
from shipit.core.redact import Redactor
from shipit.errors import ConfigError, ConflictError, ShipitError
from shipit.finding import Finding

_KEY = "record.json"  # of the text in a ConfigMap


class KubectlNamespace:
    """A namespace; `shipit.world.clusters.Cluster` describes the methods.

    Args:
        address: its address.
        redact: removes secrets from logs and errors.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, address: str, redact: Redactor, duration: float = limits.LEASE) -> None:
        self.address = address
        self._namespace, context = cluster_parts(address)
        self._kubectl = Kubectl(context, redact)
        self._jobs = Jobs(self._kubectl, self._namespace)
        self._redact = redact
        self._leases = Leases(self._kubectl, self._namespace, machine(address), duration)
        self._kept: dict[str, bytes | None] = {}  # the ConfigMaps that were read under a lock of this run

    def findings(self, *, jobs: bool = False) -> tuple[Finding, ...]:
        if not shutil.which("kubectl"):
            return (Finding("kubectl", "`kubectl` is not installed on this machine", INSTALL),)
        try:
            return tuple(missing_rights(self._kubectl, self._namespace, self.address, jobs=jobs))
        except ConfigError as error:
            return (Finding("kubernetes-context", error.what, error.hint or ""),)

    def workload(self, name: str, *, pods: bool = True) -> Workload | None:
        path = f"/apis/apps/v1/namespaces/{self._namespace}/deployments/{quote(name)}"
        text = self._kubectl.get(path)
        if text is None:
            return None
        found, parts = read_as(DeploymentObject, text), list[ReplicaSet | PodObject]()
        if pods:
            text = self._kubectl.list(self._namespace, "replicasets.apps,pods", found.spec.selector.query)
            parts = read_as(Parts, text).items
        return workload_of(found, parts)

    def job(self, name: str) -> Job | None:
        return self._jobs.find(name)

    def logs(self, pod: str, container: str, lines: int) -> str:
        path = f"{self._core}/pods/{quote(pod)}/log?container={quote(container)}&tailLines={lines}"
        for previous in ("&previous=true", ""):  # the log before a crash, if there was one
            with suppress(ShipitError):
                if text := self._kubectl.get(f"{path}{previous}"):
                    return self._redact(text.decode(errors="replace").strip())
        return ""

    def read(self, path: str) -> str | None:
        found = self._config_map(path)
        return (read_as(ConfigMap, found).data or {}).get(_KEY) if found else None

    def locked_by(self, path: str) -> str | None:
        return self._leases.owner(path)

    def set_image(self, workload: Workload, container: str, image: str, cause: str) -> bool:
        self._leases.require()
        metadata = {"resourceVersion": workload.version, "annotations": {"kubernetes.io/change-cause": cause}}
        spec = {"template": {"spec": {"containers": [{"name": container, "image": image}]}}}
        patch = json.encode({"metadata": metadata, "spec": spec}).decode()
        return self._kubectl.patch(self._namespace, workload.name, patch)

    def start_job(self, job: NewJob) -> None:
        self._leases.require()
        if not self._jobs.start(job):
            what = f"another program created the job `{job.name}` on {machine(self.address)} meanwhile"
            raise ConflictError(what, hint="run the same command again")

    def write(self, path: str, text: str) -> None:
        self._leases.require()
        found, all_maps = self._config_map(path), f"{self._core}/configmaps"
        self._kept.clear()
        name = _name(path)
        new = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
        body = (read_as(dict[str, Any], found) if found else new) | {"data": {_KEY: text}}
        write = self._kubectl.replace if found else self._kubectl.create
        if not write(f"{all_maps}/{name}" if found else all_maps, json.encode(body)):
            what = f"another program changed the ConfigMap `{name}` on {machine(self.address)} meanwhile"
            raise ConflictError(what, hint="run the same command again")

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._leases.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._leases.free(path)

    @property
    def _core(self) -> str:
        return f"/api/v1/namespaces/{self._namespace}"

    def _config_map(self, path: str) -> bytes | None:
        """Return the ConfigMap of a text; under a lock of this run it is read once, because no other run writes it."""
        place = f"{self._core}/configmaps/{_name(path)}"
        if not self._leases.held:
            self._kept.clear()
            return self._kubectl.get(place)
        if path not in self._kept:
            self._kept[path] = self._kubectl.get(place)
        return self._kept[path]


def _name(path: str) -> str:
    """Return the name of the ConfigMap for a text."""
    return path.removesuffix(".json")
