"""The attestation of an image that a step has pushed or promoted.

Only what this run has built, or what has a valid attestation already, is attested: an attestation of whatever the
registry has under a tag would also cover an image that somebody else pushed there.
"""

from __future__ import annotations

from shipit.core.images import Reference, provenance
from shipit.errors import ConflictError, RemoteError
from shipit.world import World

NOT_ATTESTED = (
    "find out who pushed it; then release a new version, or attest this digest by hand: `shipit explain not-attested`"
)
"""The hint for an image without a valid attestation."""


def image_of(reference: str, digest: str) -> str:
    """Return the image of a tag, as `name@digest`."""
    return str(Reference(Reference.parse(reference).name, digest=digest))


def attest(image: str, public_key: str, world: World) -> None:
    """Attest an image, unless it has a valid attestation. Raises `RemoteError` if it has none then."""
    if not world.attestations.refusal(image, public_key):
        return
    found = world.registry.find(image)
    if found is None:
        raise RemoteError(
            f"`{image}` was pushed, but the registry does not have it",
            hint="run the same command again",
            retryable=True,
        )
    world.attestations.attest(image, provenance(found.labels))
    if refusal := world.attestations.refusal(image, public_key):
        raise invalid(image, public_key, refusal)


def invalid(attested: str, public_key: str, refusal: str) -> RemoteError:
    """Return the error for an attestation that was just made, and that is not valid for the public key."""
    what = f"the new attestation of `{attested}` is not valid for the public key `{public_key}`: {refusal}"
    return RemoteError(what, hint="run `shipit doctor`, which checks that the private key belongs to it")


def require_attestation(image: str, public_key: str, world: World) -> None:
    """Raise `ConflictError` if an image that is in the registry has no valid attestation."""
    if refusal := world.attestations.refusal(image, public_key):
        what = f"`{image}` is in the registry already, without a valid attestation by `{public_key}`: {refusal}"
        raise ConflictError(what, hint=NOT_ATTESTED)
