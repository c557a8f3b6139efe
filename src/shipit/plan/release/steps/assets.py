"""The steps that attach the assets of a release to its draft."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import Config
from shipit.plan.release.observe import Observed
from shipit.steps.base import Step
from shipit.steps.forge import AttestAssets, RemoveAssets, UploadAssets


def asset_steps(config: Config, observed: Observed, tag: str, version: str) -> Iterator[Step]:
    """Yield the steps for the assets of the release `tag`; with `attest-assets`, their attestations come first.

    If there is a draft already, it can have files of an earlier attempt, from another commit or configuration.
    """
    assets, attested = config.release.assets, config.release.attest_assets
    if assets and attested:
        yield AttestAssets(tag, version, assets, config.attestation.public_key)
    if tag in observed.drafts:
        yield RemoveAssets(tag, assets, attested)
    if assets:
        yield UploadAssets(tag, assets, attested)
