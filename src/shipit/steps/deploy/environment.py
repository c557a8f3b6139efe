"""The environment variables of a container: those of the configuration, and the secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from shipit.core import limits
from shipit.core.deploy import ContainerSpec
from shipit.errors import ConfigError, ShipitError
from shipit.world import World
from shipit.world.hosts import Host

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_NOT_IN_VARIABLES = re.compile(r"[\0\ud800-\udc7f\udd00-\udfff]")  # JSON can write halves of characters


def container_environment(spec: ContainerSpec, world: World) -> dict[str, str]:
    """Return the environment variables of a container.

    Raises `ConfigError` for a name that two sources set, and for a value that is too long for a variable.
    """
    found = secret_values(spec.secrets, world)
    for name in spec.env.keys() & found.keys():
        raise ConfigError(f"`container.env` sets `{name}`, which is also a secret", hint="remove one of them")
    return {**spec.env, **found}


def secret_values(sources: Iterable[str], world: World) -> dict[str, str]:
    """Return the secrets of all `sources` by the names of their variables.

    Raises `ConfigError` for a name in two sources, and for a name or a value that no variable can have.
    """
    found: dict[str, str] = {}
    first: dict[str, str] = {}  # the source of each
    for source in sources:
        for name, value in world.secrets.values(source).items():
            if name in found:
                what = f"the secret `{name}` is in two sources: `{first[name]}` and `{source}`"
                raise ConfigError(what, hint="remove one of them")
            if not _NAME.fullmatch(name):
                what = f"`{source}` has the key {name!r}, which cannot be the name of a variable"
                raise ConfigError(what, hint="rename the key: use letters, digits, `_`, `-` and `.`")
            if _NOT_IN_VARIABLES.search(value):
                what = f"the value of `{name}` from `{source}` has a character that no variable can contain"
                raise ConfigError(what, hint="store it in another form, such as base64")
            if len(value.encode("utf-8", "surrogateescape")) > limits.VARIABLE:
                what = f"the value of `{name}` from `{source}` is longer than {limits.VARIABLE} bytes"
                raise ConfigError(what, hint="put the value into a file on the host, and mount the file with `volumes`")
            found[name], first[name] = value, source
    return found


def log_of(spec: ContainerSpec, host: Host, world: World) -> str:
    """Return the end of the log of a container, without the secrets that it got."""
    with suppress(ShipitError):  # it must not hide why the deployment failed; after it, the redactor knows the secrets
        secret_values(spec.secrets, world)
    return host.containers.logs(spec.name, limits.DEPLOY_LOG)
