"""The stores of secrets: AWS Parameter Store, and the environment variables of this run."""

from __future__ import annotations

import os
from collections.abc import Mapping

from shipit.errors import ConfigError


class SecretStores:
    """All stores; `shipit.world.hosts.Secrets` describes the methods."""

    def values(self, reference: str) -> Mapping[str, str]:
        kind, _, name = reference.partition(":")
        assert kind == "env"
        value = os.environ.get(name)
        if not value:
            raise ConfigError(
                f"the environment variable `{name}` is not set", hint=f"set `{name}` in the job that deploys"
            )
        return {name: value}

    def version(self, reference: str) -> str:
        return ""
