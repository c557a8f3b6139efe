"""The step that promotes an image: it gives an image of another environment a tag of this one."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images.attestation import attest, image_of, require_attestation
from shipit.steps.images.origin import Origin, digest_key, digest_output
from shipit.world import World


class PromoteImage(Struct, frozen=True):
    """Make the permanent tag `reference` lead to the image `source`, which has the form `name@digest`.

    If `public_key` is the path of a public key, `source` must have a valid attestation, and `reference` gets one.
    """

    kind: ClassVar[str] = "promote-image"
    public: ClassVar[bool] = True
    reference: str
    source: str
    origin: Origin
    public_key: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        name, _, digest = self.source.partition("@")
        attested = f", attested with the key of {self.public_key}" if self.public_key else ""
        return f"push {self.reference}, which is {name}@{digest.removeprefix('sha256:')[:12]}{attested}"

    def check(self, world: World) -> Done | Todo:
        found = self.origin.pushed(self.reference, world)
        if isinstance(found, Done) and self.public_key:
            image = image_of(self.reference, found.outputs[digest_key(self.reference)])
            if self._is_source(image) and world.attestations.refusal(image, self.public_key):
                return Todo()  # an earlier run copied the image, and did not attest the copy
            require_attestation(image, self.public_key, world)
        return found

    def _is_source(self, image: str) -> bool:
        return image.rpartition("@")[2] == self.source.rpartition("@")[2]

    def apply(self, world: World) -> Outputs:
        if self.public_key:
            require_attestation(self.source, self.public_key, world)
        copied = world.registry.copy(self.source, self.reference)
        found = world.registry.find(self.reference)
        if found is None or found.digest != copied:
            raise RemoteError(
                f"`{self.reference}` was pushed, but the tag points to another image in the registry, not `{copied}`",
                hint="run the same command again; if it fails again, check the registry",
                retryable=True,
            )
        if self.public_key:
            attest(image_of(self.reference, copied), self.public_key, world)
        return digest_output(self.reference, copied)
