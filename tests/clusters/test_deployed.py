"""Deployments to a Deployment of a cluster with kubectl."""

from __future__ import annotations

from clusters.shop import REJECTED, Shop
from parts.kubernetes.node import App


def test_a_version_is_rolled_out_by_digest_and_the_one_before_comes_back_by_a_rollback(shop: Shop) -> None:
    shop.push("1.0.0")
    shop.deploy("1.0.0").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record == ["started 1.0.0", "verified 1.0.0"]
    shop.push("1.1.0")
    shop.deploy("1.1.0").succeeded()
    assert shop.runs() == ["1.1.0", "1.1.0"]
    shop.run("rollback", "prod").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record[-3:] == ["held 1.1.0", "started 1.0.0", "verified 1.0.0"]


def test_an_image_that_cannot_be_pulled_ends_with_status_6_and_the_earlier_one_serves(shop: Shop) -> None:
    shop.push("1.0.0", App(missing=True))
    failed = shop.deploy("1.0.0")
    assert failed.status == REJECTED, failed.err
    assert "ImagePullBackOff" in failed.err
    assert "0.9.0" in failed.err
    assert "serves, as before; this was verified" in failed.err
    assert shop.runs() == ["0.9.0", "0.9.0"]
