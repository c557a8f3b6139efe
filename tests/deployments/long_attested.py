"""Deployments of images that need an attestation, with the real cosign. `make test-attestation` starts this file."""

from __future__ import annotations

from pathlib import Path

import pytest
from deployments.shop import REFUSED, Shop
from parts.cosign import KeyPair, search_path

OLD, NEW = "1.0.0", "1.1.0"


@pytest.fixture
def keys(shop: Shop, tmp_path: Path) -> KeyPair:
    """The key pair of the images of prod, which all need an attestation."""
    keys = KeyPair.new(tmp_path / "keys")
    settings = shop.root / "shipit.toml"
    settings.write_text(settings.read_text().replace('branch = "prod"', 'branch = "prod"\nrequire-attestation = true'))
    (shop.root / "cosign.pub").write_text(keys.public.read_text())
    shop.git("add", ".")
    shop.git("commit", "--quiet", "--message", "feat: need attestations")
    shop.environment |= {"PATH": search_path()}
    return keys


def test_only_an_image_that_is_attested_with_the_key_is_deployed(shop: Shop, keys: KeyPair, tmp_path: Path) -> None:
    old, new = (shop.apps(version).by_digest for version in (OLD, NEW))
    keys.attest_by_hand(old)
    shop.deploy(OLD).succeeded()
    shop.consistent(OLD)
    before = shop.containers()
    KeyPair.new(tmp_path / "other").attest_by_hand(new)
    refused = f"`{new}` has no valid attestation by `cosign.pub`: "
    assert refused in shop.deploy(NEW, "--dry-run").out
    run = shop.deploy(NEW)
    assert run.status == REFUSED and refused in run.err
    assert shop.containers() == before
    shop.consistent(OLD)
    keys.attest_by_hand(new)
    shop.deploy(NEW).succeeded()
    shop.consistent(NEW)
    shop.run("rollback", "prod").succeeded()
    shop.consistent(OLD)
