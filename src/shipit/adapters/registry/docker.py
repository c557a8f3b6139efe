"""The configuration file of docker's command line, in which `docker login` stores logins, and a copy for one run.

Its keys are described in https://docs.docker.com/reference/cli/docker/#configuration-files.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from typing import Any

from shipit.adapters.files.regular_file import read_regular_file
from shipit.core import limits
from shipit.errors import AuthError, ConfigError

DOCKER_CONFIG_FILE = "config.json"
_TABLES = ("auths", "credHelpers")
_HUB_KEY = "https://index.docker.io/v1/"  # the key of Docker Hub in `auths`, for historical reasons


def docker_config_directory() -> str:
    """Return the path of the directory with the configuration of docker's command line."""
    return os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")


def docker_credentials(registry: str) -> Mapping[str, str]:
    """Return the login that docker has for `registry`: `username` and `password`, or `identitytoken`; empty for none.

    Raises:
        AuthError: the configured credential helper fails.
        ConfigError: the configuration cannot be read.
    """
    from docker.auth import AuthConfig
    from docker.errors import DockerException, InvalidConfigFile

    from shipit.adapters.registry.credential_helper import limited

    config = read_docker_config()
    try:
        auths = AuthConfig.parse_auth(config.get("auths") or {}, raise_on_error=True)
        helpers = {name: config[name] for name in ("credsStore", "credHelpers") if config.get(name)}
        with warnings.catch_warnings(action="ignore"):  # about a missing helper, which is an error below
            login = limited({**helpers, "auths": auths}).resolve_authconfig(registry)
    except (ValueError, AttributeError, TypeError, InvalidConfigFile) as error:  # a value has the wrong form
        raise _unreadable(error) from error
    except DockerException as error:
        raise AuthError(
            f"docker's credential helper failed to return the login for `{registry}`: {error.__cause__ or error}",
            where=os.path.join(docker_config_directory(), DOCKER_CONFIG_FILE),
            hint="fix the credential helper, or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`",
        ) from error
    return {name.lower(): value for name, value in (login or {}).items() if value}


def read_docker_config() -> dict[str, Any]:
    """Return docker's configuration; empty if there is none. Raises `ConfigError` if the file cannot be read."""
    try:
        path = os.path.join(docker_config_directory(), DOCKER_CONFIG_FILE)
        config = json.loads(read_regular_file(path, limits.CONFIG_FILE).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(error) from error
    if not isinstance(config, dict) or not all(isinstance(config.get(name) or {}, dict) for name in _TABLES):
        raise _unreadable(TypeError("it does not have the form that `docker login` writes"))
    return config


def write_docker_config_copy(target: str, basics: Mapping[str, str]) -> None:
    """Write a copy of docker's configuration, with more logins, to the directory `target`.

    The other files of the configuration directory (plugins, contexts, builders) are linked and not copied, because
    docker writes to them.

    Args:
        basics: base64 of `username:password`, by registry.
    """
    config, keys = read_docker_config(), {_key(registry): value for registry, value in basics.items()}
    config["auths"] = {**(config.get("auths") or {}), **{key: {"auth": value} for key, value in keys.items()}}
    # With a credential store docker ignores `auths`, except for registries whose credential helper is empty.
    config["credHelpers"] = {**(config.get("credHelpers") or {}), **dict.fromkeys(keys, "")}
    with open(os.path.join(target, DOCKER_CONFIG_FILE), "w", encoding="utf-8") as file:
        json.dump(config, file)
    source = os.path.abspath(docker_config_directory())
    for name in os.listdir(source) if os.path.isdir(source) else ():
        if name != DOCKER_CONFIG_FILE:
            os.symlink(os.path.join(source, name), os.path.join(target, name))


def _key(registry: str) -> str:
    return _HUB_KEY if registry == "docker.io" else registry


def _unreadable(error: Exception) -> ConfigError:
    path = os.path.join(docker_config_directory(), DOCKER_CONFIG_FILE)
    return ConfigError(f"docker's configuration cannot be read: {error}", where=path, hint="fix or remove that file")
