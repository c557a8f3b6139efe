"""Deployments of a static site through boto3 to moto, behind a cache like CloudFront."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.aws import Aws, aws, moto
from sites.sent import counted
from sites.shop import Shop, behind_edge, polled

from shipit import api
from shipit.config.load import parse_config
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
    with polled(shop) as seen:
        for version in ("1.1.0", "1.2.0"):
            shop.commit(world, version)
            shop.deploy(shop.run(world))
            assert shop.served() == version
        shop.rollback(shop.run(world))
        assert shop.served() == "1.1.0"
    assert seen.pages and not seen.problems
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
    assert changed.written == ["assets/main-000110Bx.js", "favicon.ico", "release.json", "index.html"]
    assert changed.count < 60


def test_the_example_is_deployed(shop: Shop) -> None:
    text = (Path(__file__).parents[2] / "examples/static-site/shipit.toml").read_text(encoding="utf-8")
    config = parse_config(text.replace("https://shop.example", shop.url).replace("E2QWRUHEXAMPLE", shop.distribution))
    world = shop.world()
    world.process.effects |= {"npm ci": lambda files, env: None}
    shop.commit(world, "1.0.0")
    world.git.create_tag("v1.0.0", str(world.git.head()), "1.0.0")
    world.push("v1.0.0")
    project = Shop(config, shop.url, shop.distribution).project(shop.run(world))
    report = api.deploy(project, "prod").report()
    assert (report["version"], report["verified"], report["url"]) == ("1.0.0", "true", shop.url)
    assert shop.served() == "1.0.0"
