"""The container engine, through its SDK; BuildKit through `docker buildx` where that is there."""

from __future__ import annotations

from collections.abc import Sequence

from shipit.adapters.project import Transfer
from shipit.adapters.registry_login import Logins
from shipit.core.image import Build
from shipit.core.redact import Redactor
from shipit.errors import Finding
from shipit.world import LocalImage


class DockerEngine:
    """The engine that docker's command line would use.

    Args:
        root: the directory that build contexts are relative to.
        transfer: told how far a push is.
    """

    def __init__(self, root: str, logins: Logins, redact: Redactor, transfer: Transfer = lambda *told: None) -> None:
        self._root = root
        self._logins = logins
        self._redact = redact
        self._transfer = transfer

    def builder(self) -> str:
        raise NotImplementedError

    def find(self, reference: str) -> LocalImage | None:
        raise NotImplementedError

    def findings(self, builds: Sequence[Build]) -> tuple[Finding, ...]:
        raise NotImplementedError

    def build(self, reference: str, build: Build, *, timeout: float) -> None:
        raise NotImplementedError

    def push(self, reference: str) -> str:
        raise NotImplementedError
