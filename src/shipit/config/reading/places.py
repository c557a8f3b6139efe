"""The things on a host that only one target can use, such as a port: two targets with the same one are a fault.

Two environments can have different machines as `local`, for example each a CI runner, and different clusters as the
current context of Kubernetes. So only two targets of the same environment share these.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.keys import Key, path
from shipit.config.model import Config
from shipit.config.reading.decode import Fault

_SSH = "ssh://"


def shared_places(config: Config) -> Iterator[Fault]:
    """Yield a fault for each key of a target whose value an earlier target uses on the same host."""
    owners: dict[tuple[str, str, str], Key] = {}
    for name, environment in config.environments.items():
        for index, target in environment.numbered_targets:
            if (target.image or "") not in environment.built:  # another rule reports that
                continue
            at: Key = ("environments", name, "deploy", *([index] if isinstance(environment.deploy, tuple) else []))
            found: dict[str, Fault] = {}
            for host, key, thing in target.uses(environment.app_name(name, target)):
                owner = owners.setdefault(("" if host.startswith(_SSH) else name, host, thing), at)
                what = f"{thing} on `{host}` is used by `{path(owner)}` already"
                if owner != at:
                    found.setdefault(key, Fault((*at, key), what, f"write another `{key}`, or other `hosts`"))
            yield from found.values()
