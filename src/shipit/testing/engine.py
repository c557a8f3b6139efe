"""A container engine in memory, for tests."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

from shipit.core.images import Build, Reference
from shipit.errors import CommandError
from shipit.finding import Finding
from shipit.testing.registry import FakeRegistry
from shipit.world import LocalImage, RemoteImage


class FakeEngine:
    """An engine that stores one image for each reference. Each build creates a new digest, as with a real engine.

    `builds` lists the references that were built, in order.
    """

    def __init__(self, registry: FakeRegistry) -> None:
        self._registry = registry
        self._images: dict[str, LocalImage] = {}
        self._numbers = itertools.count(1)
        self.builds: list[str] = []

    def builder(self) -> str:
        return "no builder: images exist in memory only"

    def find(self, reference: str) -> LocalImage | None:
        return self._images.get(reference)

    def findings(self, builds: Sequence[Build]) -> tuple[Finding, ...]:
        return ()

    def build(self, reference: str, build: Build, *, timeout: float) -> None:
        self.builds.append(reference)
        self._images[reference] = LocalImage(_digest(f"{id(self)} {next(self._numbers)}"), dict(build.labels))

    def push(self, reference: str, *, tag: str = "") -> str:
        image = self._images.get(reference)
        if image is None:
            raise CommandError(f"there is no image `{reference}` to push", hint="build the image first")
        digest = _digest(image.id)
        wanted = str(Reference(Reference.parse(reference).name, tag)) if tag else reference
        self._registry.accept(wanted, RemoteImage(digest, image.labels))
        return digest


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
