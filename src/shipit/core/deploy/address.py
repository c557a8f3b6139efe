"""The addresses of the places that are deployed to: this machine, a host, or a namespace of a Kubernetes cluster.

>>> machine("local"), machine("ssh://deploy@shop.example")
('this machine', 'deploy@shop.example')
>>> machine(cluster_address("shop", "prod")), machine(cluster_address("shop", None))
('cluster prod, namespace shop', 'the cluster, namespace shop')
"""

from __future__ import annotations

import shlex

LOCAL = "local"
_CLUSTER = "kubernetes:"


def machine(address: str) -> str:
    """Return the name of the place at `address`, as messages write it after "on"."""
    if is_cluster(address):
        namespace, context = cluster_parts(address)
        return f"{f'cluster {context}' if context else 'the cluster'}, namespace {namespace}"
    return "this machine" if address == LOCAL else address.removeprefix("ssh://")


def cluster_address(namespace: str, context: str | None) -> str:
    """Return the address of a namespace; without `context`, in the cluster that `kubectl` uses by itself."""
    return f"{_CLUSTER}{namespace}@{context}" if context else f"{_CLUSTER}{namespace}"


def is_cluster(address: str) -> bool:
    """Return whether `address` is that of a namespace of a cluster."""
    return address.startswith(_CLUSTER)


def cluster_parts(address: str) -> tuple[str, str | None]:
    """Return the namespace and the context of the address of a namespace.

    >>> cluster_parts("kubernetes:shop@arn:aws:eks:eu-west-1:1:cluster/prod")
    ('shop', 'arn:aws:eks:eu-west-1:1:cluster/prod')
    """
    namespace, _, context = address.removeprefix(_CLUSTER).partition("@")
    return namespace, context or None


def kubectl(address: str, command: str) -> str:
    """Return a command of `kubectl` for a namespace, to paste into a shell.

    >>> kubectl("kubernetes:shop@prod", "get events")
    'kubectl --context prod --namespace shop get events'
    """
    namespace, context = cluster_parts(address)
    chosen = f"--context {shlex.quote(context)} " if context else ""
    return f"kubectl {chosen}--namespace {namespace} {command}"
