"""The rights that a deployment needs in a namespace, as `kubectl auth can-i` asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from shipit.adapters.kubernetes.kubectl import Kubectl
from shipit.core.deploy import machine
from shipit.finding import Finding

# The verb, the group, the resource and the part of it.
_RIGHTS = (
    ("get", "apps", "deployments", ""),
    ("patch", "apps", "deployments", ""),
    ("list", "apps", "replicasets", ""),
    ("list", "", "pods", ""),
    ("get", "", "pods", "log"),
    *((verb, "", "configmaps", "") for verb in ("get", "create", "update")),
    *((verb, "coordination.k8s.io", "leases", "") for verb in ("get", "create", "update")),
)
_RIGHTS_FOR_JOBS = tuple((verb, "batch", "jobs", "") for verb in ("get", "create", "delete"))


def missing_rights(kubectl: Kubectl, namespace: str, address: str, *, jobs: bool) -> Iterator[Finding]:
    """Yield a finding if the login has not all rights in the namespace; with `jobs`, also those to run Jobs."""
    rights = (*_RIGHTS, *_RIGHTS_FOR_JOBS) if jobs else _RIGHTS
    asked = [_review(namespace, *right) for right in rights]
    answers = _objects(kubectl.review(json.dumps({"apiVersion": "v1", "kind": "List", "items": asked}).encode()))
    allowed = [answer.get("status", {}).get("allowed", False) for answer in answers]
    missing = [
        f"{verb} {resource}{f'/{part}' if part else ''}"
        for (verb, _, resource, part), granted in zip(rights, allowed, strict=True)
        if not granted
    ]
    if missing:
        what = f"the login of `kubectl` may not {', '.join(missing)} on {machine(address)}"
        yield Finding("kubernetes-rights", what, "bind the Role of docs/guides/kubernetes.md to the login")


def _review(namespace: str, verb: str, group: str, resource: str, part: str) -> dict[str, object]:
    asked = {"namespace": namespace, "verb": verb, "group": group, "resource": resource, "subresource": part}
    kind = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {}}
    return {**kind, "spec": {"resourceAttributes": asked}}


def _objects(text: bytes) -> list[dict[str, dict[str, bool]]]:
    """Return the objects that `kubectl` printed: one after the other, or in a list."""
    decoder, rest = json.JSONDecoder(), text.decode().strip()
    found: list[dict[str, dict[str, bool]]] = []
    while rest:
        each, end = decoder.raw_decode(rest)
        found += each["items"] if each.get("kind") == "List" else [each]
        rest = rest[end:].strip()
    return found
