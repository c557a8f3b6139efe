"""The environment variables of a container: those of the configuration, and the secrets."""

from __future__ import annotations

from shipit.core.deploy import ContainerSpec
from shipit.errors import ConfigError
from shipit.world import World

_LONGEST = 131_000  # bytes; the kernel refuses a longer variable (MAX_ARG_STRLEN, 128 KiB)


def container_environment(spec: ContainerSpec, world: World) -> dict[str, str]:
    """Return the environment variables of a container.

    Raises `ConfigError` for a name that two sources set, and for a value that is too long for a variable.
    """
    found: dict[str, str] = dict(spec.env)
    for reference in spec.secrets:
        for name, value in world.secrets.values(reference).items():
            if name in found:
                what = f"the variable `{name}` of `{spec.app}` is set twice, the second time by `{reference}`"
                raise ConfigError(what, hint="remove one of them")
            if len(value.encode("utf-8", "surrogateescape")) > _LONGEST:
                what = f"the value of `{name}` from `{reference}` is longer than {_LONGEST} bytes"
                raise ConfigError(what, hint="give the app a file with it: mount it with `volumes`")
            found[name] = value
    return found
