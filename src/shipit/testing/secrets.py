"""Stores of secrets in memory, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from shipit.errors import AuthError, ConfigError


class FakeSecrets:
    """The secrets by reference; `shipit.world.hosts.Secrets` describes the methods.

    `refusals` are the references that the store refuses to read.
    """

    def __init__(self) -> None:
        self.refusals: set[str] = set()
        self._values: dict[str, dict[str, str]] = {}
        self._versions: dict[str, int] = {}

    def put(self, reference: str, values: Mapping[str, str]) -> None:
        """Replace the secrets of a reference, which gives them a new version."""
        self._values[reference] = dict(values)
        self._versions[reference] = self._versions.get(reference, 0) + 1

    def values(self, reference: str) -> Mapping[str, str]:
        if reference in self.refusals:
            raise AuthError(f"the store refused to read `{reference}`", hint="use credentials that can read it")
        if not self._values.get(reference):
            raise ConfigError(f"there is no secret in `{reference}`", hint="check the name")
        return dict(self._values[reference])

    def version(self, reference: str, key: str) -> str:
        return str(self._versions.get(reference, 0))
