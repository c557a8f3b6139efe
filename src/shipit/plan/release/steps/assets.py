"""The steps that attach the assets of a release to its draft."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import Config
from shipit.steps.base import Step
from shipit.steps.forge import AttestAssets, UploadAssets


def asset_steps(config: Config, tag: str, version: str) -> Iterator[Step]:
    """Yield the steps for the assets of the release `tag`; with `attest-assets`, their attestations come first."""
    assets, attested = config.release.assets, config.release.attest_assets
    if assets and attested:
        yield AttestAssets(tag, version, assets, config.attestation.public_key)
    if assets:
        yield UploadAssets(tag, assets, attested)
