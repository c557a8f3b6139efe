"""The step that pushes an image under a permanent tag, such as `1.4.0`."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.images import UNATTESTED
from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images.attestation import attest, image_of, require_attestation
from shipit.steps.images.origin import Origin, digest_key, digest_output
from shipit.world import World


class PushImage(Struct, frozen=True):
    """Push the image `reference`, first its content and then its tag, and check it in the registry.

    If `public_key` is the path of a public key, the image is attested before it gets its tag: it is pushed as
    `unattested`, attested by its digest, and then tagged. So a run that is killed leaves no tag without attestation.
    """

    kind: ClassVar[str] = "push-image"
    public: ClassVar[bool] = True
    reference: str
    origin: Origin
    public_key: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        return f"push {self.reference}" + (f", attested with the key of {self.public_key}" if self.public_key else "")

    def check(self, world: World) -> Done | Todo:
        found = self.origin.pushed(self.reference, world)
        if isinstance(found, Done):
            self._require_attestation(found.outputs[digest_key(self.reference)], world)
        return found

    def apply(self, world: World) -> Outputs:
        pushed = self._push_attested(world) if self.public_key else world.engine.push(self.reference)
        found = world.registry.find(self.reference)
        if found is None:
            raise RemoteError(
                f"`{self.reference}` was pushed as `{pushed}`, but the registry does not have it",
                hint="run the same command again; if it fails again, check the registry",
                retryable=True,
            )
        # Another run for the same commit can have pushed its image meanwhile: use the digest that the registry has.
        digest = self.origin.require(self.reference, found, world)
        self._require_attestation(digest, world)
        return digest_output(self.reference, digest)

    def _push_attested(self, world: World) -> str:
        pushed = world.engine.push(self.reference, tag=UNATTESTED)
        attest(image_of(self.reference, pushed), self.public_key, world)
        world.registry.tag(self.reference, pushed)
        return pushed

    def _require_attestation(self, digest: str, world: World) -> None:
        if self.public_key:
            require_attestation(image_of(self.reference, digest), self.public_key, world)
