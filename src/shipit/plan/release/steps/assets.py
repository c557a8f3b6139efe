"""The steps that attach the assets of a release to its draft."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import Config
from shipit.steps.base import Step
from shipit.steps.forge import ATTESTATION, AttestAssets, UploadAssets


def asset_steps(config: Config, tag: str, version: str) -> Iterator[Step]:
    """Yield the steps for the assets of the release `tag`; with `attest-assets`, their attestations come first."""
    assets = config.release.assets
    if assets and config.release.attest_assets:
        yield AttestAssets(tag, version, assets, config.attestation.public_key)
        assets = (*assets, *(f"{pattern}{ATTESTATION}" for pattern in assets))
    if assets:
        yield UploadAssets(tag, assets)
