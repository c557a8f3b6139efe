"""The rights that a deployment needs in a namespace, as `kubectl auth can-i` asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from shipit.adapters.kubernetes.kubectl import Kubectl
from shipit.adapters.kubernetes.objects import Review, read_as, wrong_answer
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
    if len(answers) != len(rights):
        raise wrong_answer(f"{len(answers)} answers to {len(rights)} questions about rights")
    missing = [
        f"{verb} {resource}{f'/{part}' if part else ''}"
        for (verb, _, resource, part), answer in zip(rights, answers, strict=True)
        if not answer.status.allowed
    ]
    if missing:
        what = f"the login of `kubectl` may not {', '.join(missing)} on {machine(address)}"
        yield Finding("kubernetes-rights", what, "bind the Role of docs/guides/kubernetes.md to the login")


def _review(namespace: str, verb: str, group: str, resource: str, part: str) -> dict[str, object]:
    asked = {"namespace": namespace, "verb": verb, "group": group, "resource": resource, "subresource": part}
    kind = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {}}
    return {**kind, "spec": {"resourceAttributes": asked}}


def _objects(text: bytes) -> list[Review]:
    """Return the objects that `kubectl` printed: one after the other, or in a list."""
    decoder, rest = json.JSONDecoder(), text.decode(errors="replace").strip()
    found: list[Review] = []
    while rest.startswith("{"):
        try:
            each, end = decoder.raw_decode(rest)
        except ValueError:
            break  # answers are missing then
        review = read_as(Review, each)
        found += review.items or [review]
        rest = rest[end:].strip()
    return found
