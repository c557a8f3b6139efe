"""The configuration that `docker login` writes, and a copy of it for one run.

Its keys are those of https://docs.docker.com/reference/cli/docker/#configuration-files.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from typing import Any

from shipit.errors import AuthError, ConfigError

CONFIG = "config.json"
_TABLES = ("auths", "credHelpers")
_HUB_KEY = "https://index.docker.io/v1/"  # by which docker has known its Hub since before there were others


def directory() -> str:
    """Where docker's command line keeps its configuration."""
    return os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")


def credentials(registry: str) -> Mapping[str, str]:
    """What docker would log in to `registry` with, empty for nothing: `username` and `password`, or `identitytoken`.

    Raises:
        AuthError: the credential helper that is configured fails.
        ConfigError: the configuration cannot be read.
    """
    from docker.auth import AuthConfig
    from docker.errors import DockerException, InvalidConfigFile

    told = read()
    try:
        auths = AuthConfig.parse_auth(told.get("auths") or {}, raise_on_error=True)
        helpers = {name: told[name] for name in ("credsStore", "credHelpers") if told.get(name)}
        with warnings.catch_warnings(action="ignore"):  # of a helper that is missing: it is an error just below
            found = AuthConfig({**helpers, "auths": auths}).resolve_authconfig(registry)
    except (ValueError, AttributeError, TypeError, InvalidConfigFile) as error:  # of a strange value
        raise _unreadable(error) from error
    except DockerException as error:
        raise AuthError(
            f"docker's credential helper does not tell the login of `{registry}`: {error.__cause__ or error}",
            where=os.path.join(directory(), CONFIG),
            hint="mend the helper, or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`",
        ) from error
    return {name.lower(): value for name, value in (found or {}).items() if value}


def read() -> dict[str, Any]:
    """The configuration as it is; empty where there is none. Raises `ConfigError` when it cannot be read."""
    try:
        with open(os.path.join(directory(), CONFIG), encoding="utf-8") as file:
            told = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    if not isinstance(told, dict) or not all(isinstance(told.get(name) or {}, dict) for name in _TABLES):
        raise _unreadable(TypeError("it is not what `docker login` writes"))
    return told


def write_copy(target: str, basics: Mapping[str, str]) -> None:
    """Make the directory `target` a configuration like the user's own, with more logins.

    Everything beside `config.json` (plugins, contexts, builders) is linked, because docker writes there too.

    Args:
        basics: base64 of `username:password`, by registry.
    """
    told, keys = read(), {_key(registry): value for registry, value in basics.items()}
    told["auths"] = {**(told.get("auths") or {}), **{key: {"auth": value} for key, value in keys.items()}}
    # Where a store is configured docker looks nowhere else, unless a registry is said to have none.
    told["credHelpers"] = {**(told.get("credHelpers") or {}), **dict.fromkeys(keys, "")}
    with open(os.path.join(target, CONFIG), "w", encoding="utf-8") as file:
        json.dump(told, file)
    own = os.path.abspath(directory())
    for name in os.listdir(own) if os.path.isdir(own) else ():
        if name != CONFIG:
            os.symlink(os.path.join(own, name), os.path.join(target, name))


def _key(registry: str) -> str:
    return _HUB_KEY if registry == "docker.io" else registry


def _unreadable(error: Exception) -> ConfigError:
    place = os.path.join(directory(), CONFIG)
    return ConfigError(f"docker's configuration cannot be read: {error}", where=place, hint="mend or remove that file")
