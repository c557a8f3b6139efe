"""The things in a place that only one target can use, such as a port: two targets with the same one are a fault.

Two environments can have different machines as `local`, for example each a CI runner, and different clusters as the
current context of Kubernetes. So only two targets of the same environment share these.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.keys import Key, path
from shipit.config.model import Config
from shipit.config.reading.decode import Fault

_SSH, _LOCAL, _BUCKET, _SERVICE = "ssh://", "local", "s3://", "ecs://"


def shared_places(config: Config) -> Iterator[Fault]:
    """Yield a fault for each key of a target whose value an earlier target uses in the same place."""
    owners: dict[tuple[str, str, str], Key] = {}
    for name, environment in config.environments.items():
        for index, target in environment.numbered_targets:
            if target.deploys_image and (target.image or "") not in environment.built:  # another rule reports that
                continue
            at: Key = ("environments", name, "deploy", *([index] if isinstance(environment.deploy, tuple) else []))
            found: dict[str, Fault] = {}
            for place, key, thing in target.uses(environment.app_name(name, target)):
                owner = owners.setdefault(("" if _is_same_everywhere(place) else name, place, thing), at)
                if owner != at:
                    found.setdefault(key, _fault((*at, key), thing, place, owner))
            yield from found.values()


def _is_same_everywhere(place: str) -> bool:
    """Return whether a place is the same one for all environments: a host over SSH, a bucket, or a named context.

    A service of ECS is one with its bucket, whose name exists only once in AWS. Without a bucket, environments can have
    services with the same names in different accounts.
    """
    if place.startswith(_SERVICE):
        return not place.endswith("#")
    if place.startswith((_SSH, _BUCKET)):
        return True
    if place == _LOCAL:
        return False
    from shipit.core.deploy import cluster_parts  # only targets of Kubernetes need it

    return cluster_parts(place)[1] is not None


def _fault(at: Key, thing: str, place: str, owner: Key) -> Fault:
    if place.startswith(_BUCKET):
        return Fault(
            at, f"bucket `{place.removeprefix(_BUCKET)}` is used by `{path(owner)}` already", "write another `bucket`"
        )
    from shipit.core.deploy import is_cluster, machine, service_parts  # only faults need it

    if place.startswith(_SERVICE):
        _, service, bucket = service_parts(place)
        where = machine(place) if service else f"bucket {bucket.removeprefix(_BUCKET)}"
        return Fault(at, f"{thing} on {where} is used by `{path(owner)}` already", f"write another `{at[-1]}`")
    where, other = (machine(place), "another `namespace`") if is_cluster(place) else (f"`{place}`", "other `hosts`")
    return Fault(at, f"{thing} on {where} is used by `{path(owner)}` already", f"write another `{at[-1]}`, or {other}")
