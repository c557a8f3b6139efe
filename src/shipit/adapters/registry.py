"""Registries, over the HTTP API of the OCI distribution specification."""

from __future__ import annotations

from collections.abc import Sequence

from shipit.adapters.registry_login import Logins
from shipit.errors import Finding
from shipit.world import RemoteImage


class Registries:
    """Each image's own registry."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins

    def find(self, reference: str) -> RemoteImage | None:
        raise NotImplementedError

    def findings(self, names: Sequence[str]) -> tuple[Finding, ...]:
        raise NotImplementedError

    def tag(self, reference: str, digest: str) -> None:
        raise NotImplementedError

    def copy(self, source: str, reference: str) -> str:
        raise NotImplementedError
