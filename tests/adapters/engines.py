"""A set-up for tests of `DockerEngine` over a real engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from parts.engine import Engine as Part

from shipit.adapters.engine import DockerEngine
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins
from shipit.core.images import Build
from shipit.core.redact import Redactor

TOKEN = "ghp-write-token-1"
PLAIN = Build()


@dataclass
class Bench:
    """A directory to build in, and the engine `part`.

    `transfers` lists the reported progress of pushes.
    """

    part: Part
    root: Path
    login: Login | None = None
    transfers: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = self.for_login(self.login)

    def for_login(self, login: Login | None) -> DockerEngine:
        return DockerEngine(
            str(self.root), Logins(login), Redactor([TOKEN]), lambda *progress: self.transfers.append(progress)
        )

    def dockerfile(self, *lines: str, path: str = "Dockerfile") -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines))

    def build(self, reference: str, build: Build = PLAIN, timeout: float = 60) -> None:
        self.engine.build(reference, build, timeout=timeout)

    def run(self, reference: str, *command: str) -> str:
        return self.part.docker("run", "--rm", reference, *command)


def bench(part: Part, root: Path, monkeypatch: pytest.MonkeyPatch, login: Login | None = None) -> Bench:
    """Return a set-up for `part`, whose address is in the environment variables, as a user would set them."""
    for name, value in part.environment.items():
        monkeypatch.setenv(name, value)
    root.mkdir(exist_ok=True)
    return Bench(part, root, login)
