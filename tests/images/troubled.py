"""A project whose registry fails, and whose runs are killed: one image, quickly built, like no other anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from images.shop import Shop
from parts.engine import Engine
from release.runs import Driver, Run
from runner import outputs

CONFIG = """\
[environments.dev]
branch = "dev"
build = ["echo built >> '{place}/built'"]
image = { name = "{name}-dev", tags = ["latest", "{branch}-{sha}", "{version}"] }
"""
DOCKERFILE = "FROM scratch\nCOPY content /\n"


class TroubledShop(Shop):
    """Its shipit waits for nothing, and can be killed at its n-th write: release/driver.py."""

    def __init__(self, place: Path, engine: Engine, registry: str, driver: Driver) -> None:
        files = {"Dockerfile": DOCKERFILE, "content": secrets.token_hex(200_000)}
        super().__init__(place, engine, registry, config=CONFIG, files=files, driver=driver)
        self.switch("dev")
        self._outputs = place / "outputs"
        self.image = f"{self.name}-dev"
        self.head = self.git("rev-parse", "HEAD")
        self.fixed = f"dev-{self.head[:7]}"

    @property
    def built(self) -> int:
        """How often the environment's build command has run."""
        log = self.place / "built"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def push(self, root: Path | None = None, env: Mapping[str, str] = {}) -> Run:
        """A step of GitHub Actions that pushes the image, to its end."""
        self._outputs.unlink(missing_ok=True)
        told = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(self._outputs), **env}
        return self._driver.run(root or self.root, ["image", "dev", "--push"], self.environment(told))

    @property
    def announced(self) -> tuple[str, str]:
        """The image and the digest that the last step told those after it."""
        told = outputs(self._outputs.read_text())
        return told["image"], told["digest"]

    def writes(self, root: Path | None = None) -> list[str]:
        """What a run writes that succeeds."""
        told = self.place / "writes"
        self.push(root, {"WRITES": str(told)}).succeeded()
        return told.read_text().split()

    def fresh_clone(self) -> Path:
        """A clone on a machine that has never built anything of this."""
        self.forget()
        root = self.clone()
        self._git(root, "checkout", "--quiet", "dev")
        return root

    def killed(self, at: int, when: str) -> None:
        """A run that SIGKILL ends before or after its write number `at`."""
        assert self.push(env={"STOP_AT": str(at), "STOP_WHEN": when}).killed

    @property
    def pushed(self) -> Mapping[str, str]:
        return self.tags(self.image)

    def is_whole(self) -> bool:
        """Whether all tags lead to one image, which can be pulled and is that of the commit."""
        tags = self.pushed
        assert set(tags) == {"latest", self.fixed, f"0.0.1-dev.1-{self.fixed[4:]}"}
        assert len(set(tags.values())) == 1
        return self.labels(f"{self.image}:latest")["org.opencontainers.image.revision"] == self.head
