"""The addresses of places to deploy to: hosts, namespaces of Kubernetes, buckets of S3, services of ECS.

The address of a service of ECS ends with the bucket that has its record and its lock. Without a bucket, Parameter Store
has them.

>>> machine("local"), machine("ssh://deploy@shop.example")
('this machine', 'deploy@shop.example')
>>> machine(cluster_address("shop", "prod")), machine(cluster_address("shop", None))
('namespace shop of cluster prod', 'namespace shop of the cluster')
>>> machine(bucket_address("shop-web", "ap-northeast-2"))
'bucket shop-web'
>>> machine(service_address("shop", "web", "shop-state", None))
'ECS service shop/web'
"""

from __future__ import annotations

import shlex

LOCAL = "local"
_CLUSTER = "kubernetes:"
_BUCKET = "s3://"
_SERVICE = "ecs://"
_PARAMETERS = "ssm://"


def machine(address: str) -> str:
    """Return the name of the place at `address`, as messages write it after "on"."""
    if is_cluster(address):
        namespace, context = cluster_parts(address)
        return f"namespace {namespace} of {f'cluster {context}' if context else 'the cluster'}"
    if is_bucket(address):
        return f"bucket {bucket_parts(address)[0]}"
    if is_service(address):
        cluster, service, *_ = service_parts(address)
        return f"ECS service {cluster}/{service}"
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


def bucket_address(bucket: str, region: str | None) -> str:
    """Return the address of a bucket of S3; without `region`, it is in the region of the credentials."""
    return f"{_BUCKET}{bucket}@{region}" if region else f"{_BUCKET}{bucket}"


def is_bucket(address: str) -> bool:
    """Return whether `address` is that of a bucket."""
    return address.startswith(_BUCKET)


def bucket_parts(address: str) -> tuple[str, str | None]:
    """Return the bucket and the region of the address of a bucket.

    >>> bucket_parts("s3://shop-web@ap-northeast-2"), bucket_parts("s3://shop-web")
    (('shop-web', 'ap-northeast-2'), ('shop-web', None))
    """
    bucket, _, region = address.removeprefix(_BUCKET).partition("@")
    return bucket, region or None


def service_address(cluster: str, service: str, bucket: str | None, region: str | None) -> str:
    """Return the address of a service of ECS, whose record and lock are in `bucket`; without it, in Parameter Store."""
    return f"{_SERVICE}{cluster}/{service}#{bucket or ''}{f'@{region}' if region else ''}"


def is_service(address: str) -> bool:
    """Return whether `address` is that of a service of ECS."""
    return address.startswith(_SERVICE)


def service_parts(address: str) -> tuple[str, str, str]:
    """Return the cluster and the name of a service of ECS, and the address of the store with its record and its lock.

    >>> service_parts("ecs://shop/web#shop-state@eu-west-1")
    ('shop', 'web', 's3://shop-state@eu-west-1')
    >>> service_parts("ecs://shop/web#@eu-west-1")
    ('shop', 'web', 'ssm://@eu-west-1')
    """
    service, _, store = address.removeprefix(_SERVICE).partition("#")
    cluster, _, name = service.partition("/")
    return cluster, name, f"{_PARAMETERS if not store or store.startswith('@') else _BUCKET}{store}"


def parameters_region(address: str) -> str | None:
    """Return the region in an address of Parameter Store; None for that of the credentials.

    >>> parameters_region("ssm://@eu-west-1"), parameters_region("ssm://")
    ('eu-west-1', None)
    """
    return address.removeprefix(_PARAMETERS).removeprefix("@") or None


def parameter_name(path: str) -> str:
    """Return the name of the parameter for the path of a record or a lock.

    >>> parameter_name(".shipit/ecs/shop-prod.json")
    '/shipit/ecs/shop-prod.json'
    """
    return f"/{path.removeprefix('.')}"


def kubectl(address: str, command: str) -> str:
    """Return a command of `kubectl` for a namespace, to paste into a shell.

    >>> kubectl("kubernetes:shop@prod", "get events")
    'kubectl --context prod --namespace shop get events'
    """
    namespace, context = cluster_parts(address)
    chosen = f"--context {shlex.quote(context)} " if context else ""
    return f"kubectl {chosen}--namespace {namespace} {command}"
