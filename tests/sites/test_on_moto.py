"""Deployments of a static site through boto3 to moto, behind a cache like CloudFront."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from parts.aws import Aws, aws, moto
from sites.requests import counted
from sites.shop import Shop, behind_edge, polled

from shipit.errors import DeployError, PreflightError

pytestmark = pytest.mark.slow
__all__ = ["aws", "moto"]  # fixtures


@pytest.fixture
def shop(aws: Aws, request: pytest.FixtureRequest) -> Iterator[Shop]:
    with behind_edge(aws, getattr(request, "param", 3)) as made:
        yield made


def test_users_get_the_new_version_and_never_a_page_without_its_files(shop: Shop) -> None:
    world = shop.world()
    shop.commit(world, "1.0.0")
    shop.deploy(shop.run(world))
    assert shop.served() == "1.0.0"
    with polled(shop) as problems:
        for version in ("1.1.0", "1.2.0"):
            shop.commit(world, version)
            shop.deploy(shop.run(world))
            assert shop.served() == version
        shop.rollback(shop.run(world))
        assert shop.served() == "1.1.0"
    assert problems == []
    with pytest.raises(PreflightError):
        shop.deploy(shop.run(world))


def test_without_an_invalidation_users_get_the_earlier_version_and_the_deployment_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache shows that the step is needed: without it the deployment is not verified."""
    world = shop.world()
    shop.commit(world, "1.0.0")
    shop.deploy(shop.run(world))
    assert shop.served() == "1.0.0"
    shop.commit(world, "1.1.0")
    monkeypatch.setattr("shipit.steps.static_site.InvalidateCache.check", lambda step, world: _done())
    with pytest.raises(DeployError, match="still names commit:"):
        shop.deploy(shop.run(world))
    assert shop.served() == "1.0.0"


def _done() -> object:
    from shipit.steps.base import Done

    return Done()


@pytest.mark.parametrize("shop", [40], indirect=True)
def test_only_what_changed_is_uploaded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first, again, changed = counted(shop, monkeypatch)
    assert len([path for path in first.written if path.startswith("assets/")]) == 41
    assert again.written == []
    assert again.count < 30
    assert changed.written == ["assets/main-Bx000110.js", "favicon.ico", "release.json", "index.html"]
    assert changed.count < 60
