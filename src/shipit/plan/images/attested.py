"""The findings about attestations of images: a key or the program is missing, or an image has no valid one."""

from __future__ import annotations

from collections.abc import Iterable

from shipit.finding import Finding
from shipit.steps.images import NOT_ATTESTED
from shipit.world import World


def attestation_findings(
    world: World, public_key: str, images: Iterable[str], *, attesting: bool = False
) -> tuple[Finding, ...]:
    """Return the reasons why images have no valid attestation, or why none can be checked or made.

    Args:
        world: the ports.
        public_key: the path of the public key; empty if no attestation is needed.
        images: the images to check, as `name@digest`.
        attesting: True if this run attests images.
    """
    if not public_key:
        return ()
    found = world.attestations.findings(public_key, attesting=attesting)
    refusals = ((image, world.attestations.refusal(image, public_key)) for image in dict.fromkeys(images) if not found)
    return (
        *found,
        *(
            Finding("not-attested", f"`{image}` has no valid attestation by `{public_key}`: {refusal}", NOT_ATTESTED)
            for image, refusal in refusals
            if refusal
        ),
    )
