"""The objects of a cluster in memory, with the rules of the Kubernetes API for versions and merges."""

from __future__ import annotations

import datetime as dt
import itertools
import marshal
from collections.abc import Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Object = dict[str, Any]
Key = tuple[str, str, str]  # the resource, the namespace, the name
KINDS = {
    "deployments": ("apps/v1", "Deployment"),
    "replicasets": ("apps/v1", "ReplicaSet"),
    "pods": ("v1", "Pod"),
    "configmaps": ("v1", "ConfigMap"),
    "resourcequotas": ("v1", "ResourceQuota"),
    "namespaces": ("v1", "Namespace"),
    "nodes": ("v1", "Node"),
    "jobs": ("batch/v1", "Job"),
    "leases": ("coordination.k8s.io/v1", "Lease"),
}
_MERGED_BY_NAME = ("containers", "initContainers", "env", "volumes")


def _copy(each: T) -> T:
    """Return a deep copy of plain data, much faster than `copy.deepcopy` does it."""
    copied: T = marshal.loads(marshal.dumps(each))  # type: ignore[arg-type]
    return copied


class Refused(Exception):
    """An answer that is an error of the API: its HTTP status, its reason, its message."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


class Store:
    """All objects. A change of one replaces its `resourceVersion`, and a change of its `spec` counts its `generation`."""

    def __init__(self) -> None:
        self._objects: dict[Key, Object] = {}
        self._versions = itertools.count(1)
        self.changes = 0
        """The number of changes so far."""

    def clear(self) -> None:
        """Remove all objects."""
        self._objects.clear()
        self.changes += 1

    def find(self, resource: str, namespace: str, name: str) -> Object:
        """Return a copy of an object."""
        found = self._objects.get((resource, namespace, name))
        if found is None:
            raise Refused(404, "NotFound", f'{resource} "{name}" not found')
        return _copy(found)

    def list(self, resource: str, namespace: str = "") -> list[Object]:
        """Return copies of all objects of a resource, the oldest first; without a namespace, those of all."""
        found = (each for key, each in self._objects.items() if key[0] == resource and namespace in ("", key[1]))
        return [_copy(each) for each in found]

    def create(self, resource: str, namespace: str, body: Object) -> Object:
        meta = body.setdefault("metadata", {})
        key = (resource, namespace, meta["name"])
        if key in self._objects:
            raise Refused(409, "AlreadyExists", f'{resource} "{meta["name"]}" already exists')
        version, kind = KINDS[resource]
        number = next(self._versions)
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        meta |= {"namespace": namespace, "uid": f"uid-{number}", "resourceVersion": str(number), "generation": 1}
        self.changes += 1
        self._objects[key] = {
            "apiVersion": version,
            "kind": kind,
            **body,
            "metadata": meta | {"creationTimestamp": now},
        }
        return self.find(*key)

    def replace(self, resource: str, namespace: str, name: str, body: Object, manager: str = "") -> Object:
        """Replace an object, if it still has the version in `body`."""
        old = self.find(resource, namespace, name)
        wanted = body.get("metadata", {}).get("resourceVersion")
        if wanted and wanted != old["metadata"]["resourceVersion"]:
            raise Refused(409, "Conflict", f'Operation cannot be fulfilled on {resource} "{name}": it was modified')
        new = _copy(body)
        meta = new["metadata"] = {**old["metadata"], **new.get("metadata", {})}
        if {**new, "metadata": None} == {**old, "metadata": None} and _same(meta, old["metadata"]):
            return old
        meta["resourceVersion"] = str(next(self._versions))
        meta["generation"] = old["metadata"]["generation"] + (new.get("spec") != old.get("spec"))
        if manager:
            fields = [each for each in meta.get("managedFields", []) if each["manager"] != manager]
            meta["managedFields"] = [*fields, {"manager": manager, "operation": "Update"}]
        self.changes += 1
        self._objects[resource, namespace, name] = new
        return self.find(resource, namespace, name)

    def patch(self, resource: str, namespace: str, name: str, patch: Object, manager: str = "") -> Object:
        return self.replace(resource, namespace, name, merged(self.find(resource, namespace, name), patch), manager)

    def delete(self, resource: str, namespace: str, name: str) -> Object:
        found = self.find(resource, namespace, name)
        self.changes += 1
        del self._objects[resource, namespace, name]
        return found


def _same(one: Object, other: Object) -> bool:
    return {**one, "resourceVersion": ""} == {**other, "resourceVersion": ""}


def merged(old: Any, patch: Any, key: str = "") -> Any:
    """Return `old` after a strategic merge patch: tables are merged, and some lists by the names in them."""
    if isinstance(old, dict) and isinstance(patch, dict):
        new = dict(old)
        for name, value in patch.items():
            if value is None:
                new.pop(name, None)
            else:
                new[name] = merged(old.get(name), value, name)
        return new
    if key in _MERGED_BY_NAME and isinstance(old, list):
        return list(_merged_lists(old, patch))
    return _copy(patch)


def _merged_lists(old: list[Object], patch: list[Object]) -> Iterator[Object]:
    changes = {each["name"]: each for each in patch}
    for each in old:
        yield merged(each, changes.pop(each["name"], {}))
    yield from changes.values()
