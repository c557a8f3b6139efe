"""Images that a release builds: before anything is public, pushed after the commit point."""

from __future__ import annotations

from pathlib import Path

import pytest
from images.shop import Shop
from parts.engine import Engine
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry

CONFIG = """\
[release]
prepare = ["mkdir -p build && echo release > build/made"]

[release.images.app]
name = "{name}"
tags = ["latest", "{version}", "{major}"]
args = { VERSION = "{version}" }
"""


@pytest.fixture
def shop(engine: Engine, base_image: str, registry: Registry, tmp_path: Path) -> Shop:
    return Shop(tmp_path, engine, registry.address, config=CONFIG)


def test_the_image_of_a_release_carries_its_version_and_its_commit(shop: Shop) -> None:
    told = shop.json("release")
    commit = shop.git("rev-parse", "v0.0.1^{commit}")
    tags = shop.tags(shop.name)
    assert set(tags) == {"latest", "0.0.1", "0"}
    assert set(tags.values()) == {told["digest"]}
    assert (told["version"], told["image"]) == ("0.0.1", f"{shop.name}:0.0.1")
    assert shop.labels(f"{shop.name}:0.0.1")["org.opencontainers.image.revision"] == commit
    assert shop.told_by(f"{shop.name}:latest") == "0.0.1"


def test_an_image_that_cannot_be_built_stops_a_release_before_anything_is_public(shop: Shop) -> None:
    shop.commit("fix: 인증", {"Dockerfile": "FROM base/busybox:1\nRUN exit 7\n"})
    failed = shop.shipit("release", status=5)
    assert "nothing was pushed" in failed.err
    assert shop.git("ls-remote", "--tags", "origin") == ""
    assert shop.tags(shop.name) == {}


def test_a_version_that_the_registry_has_from_elsewhere_stops_a_release_before_anything_is_public(shop: Shop) -> None:
    shop.engine.docker("tag", "base/busybox:1", f"{shop.name}:0.0.1")
    shop.engine.docker("push", "--quiet", f"{shop.name}:0.0.1")
    before = shop.tags(shop.name)
    failed = shop.shipit("release", status=3)
    assert f"`{shop.name}:0.0.1` is in the registry already" in failed.err
    assert shop.git("ls-remote", "--tags", "origin") == ""
    assert shop.tags(shop.name) == before


def test_a_registry_that_nobody_reaches_stops_a_release_before_anything_is_public(shop: Shop) -> None:
    shop.commit("chore: away", {"shipit.toml": CONFIG.replace("{name}", "127.0.0.1:9/acme/app")})
    failed = shop.shipit("release", status=3)
    assert "[registry-unreachable]" in failed.err
    assert shop.git("ls-remote", "--tags", "origin") == ""


@pytest.mark.parametrize("write_back", ["push", "none"])
@pytest.mark.parametrize("meanwhile", [False, True], ids=["", "somebody pushes meanwhile"])
def test_a_release_killed_before_its_image_is_pushed_is_finished_by_a_machine_that_has_nothing(
    engine: Engine, base_image: str, faulty: FaultyRegistry, tmp_path: Path, write_back: str, meanwhile: bool
) -> None:
    config = CONFIG.replace("[release]\n", f'[release]\nwrite-back = "{write_back}"\n')
    shop = Shop(tmp_path, engine, faulty.address, config=config)
    run = shop.start("release")
    faulty.faults = [Fault("POST", "/blobs/uploads/", cut=True, call=run.kill)]
    assert run.end().killed
    assert "v0.0.1" in shop.git("ls-remote", "--tags", "origin")
    assert shop.tags(shop.name) == {}
    if meanwhile:
        shop.switch("main")
        shop.commit("docs: 설명")
        shop.git("push", "--quiet", "origin", "main")
    shop.forget()
    shop.json("release", root=shop.clone())
    shop.switch("main")
    assert shop.labels(f"{shop.name}:0.0.1")["org.opencontainers.image.revision"] == shop.git(
        "rev-parse", "v0.0.1^{commit}"
    )
    assert shop.told_by(f"{shop.name}:latest") == "0.0.1"
    assert "nothing to release" in shop.shipit("release", root=shop.clone()).err
