"""What the guide shows of images is what happens. `SHIPIT_ACCEPT=1` writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from images.shop import FILES, Shop
from markdown_it import MarkdownIt
from parts.engine import Engine
from parts.registry import Registry

GUIDE = Path(__file__).parents[2] / "docs/guides/images.md"
TEXT = GUIDE.read_text(encoding="utf-8")
CONFIG, *_ = EXAMPLES = [token.content for token in MarkdownIt().parse(TEXT) if token.info == "toml"]
SHOWN = r"(<!-- on {branch}, with an engine and a registry: shipit (?P<arguments>[^\n]+) -->\n```text\n)(?P<text>.*?)(```\n)"
ACCEPT = "SHIPIT_ACCEPT" in os.environ  # looked up before the tests take away what the environment says


def shop_of(config: str, place: Path, engine: Engine, registry: Registry) -> Shop:
    """A project with a configuration of the guide, released as 1.3.0, and a feature on top."""
    shop = Shop(place, engine, registry.address, config=config.replace("acme/chat", "{name}"))
    (shop.root / "gradlew").write_text("#!/bin/sh\n")
    (shop.root / "gradlew").chmod(0o755)
    (shop.root / "frontend").mkdir()
    shop.commit("build: begin", {"build.gradle": "version = '1.3.0'\n", "frontend/Dockerfile": FILES["Dockerfile"]})
    shop.git("tag", "v1.3.0")
    shop.commit("feat: 검색")
    shop.git("push", "--quiet", "--tags", "origin", "main", "main:dev")
    return shop


def compare(shop: Shop, branch: str) -> None:
    """What the guide shows on a branch with what shipit says there."""
    shown = re.search(SHOWN.format(branch=branch), TEXT, re.DOTALL)
    assert shown
    done = shop.shipit(*shown["arguments"].split())
    said = neutral(done.out + done.err, shop)
    if ACCEPT:
        text = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(text.replace(shown[0], shown[1] + said + shown[4]), encoding="utf-8")
    assert shown["text"] == said


def neutral(text: str, shop: Shop) -> str:
    """Without what is another on every machine and in every run."""
    text = text.replace(shop.name, "acme/chat").replace(shop.git("rev-parse", "HEAD")[:7], "0a1b2c3")
    text = re.sub(r"docker buildx [\d.]+", "docker buildx 0.13.1", text)
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:9f86d081…", text)


def test_the_guide_shows_what_is_said_before_a_push_from_dev(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    shop = shop_of(CONFIG, tmp_path, engine, registry)
    shop.switch("dev")
    compare(shop, "dev")


def test_the_guide_shows_what_a_second_run_on_prod_says(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    shop = shop_of(CONFIG, tmp_path, engine, registry)
    shop.release()
    shop.merge("main", "prod")
    shop.shipit("run")
    compare(shop, "prod")


def test_the_cache_of_the_guide_is_found_by_an_engine_that_has_none(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    cached = next(example for example in EXAMPLES if "cache-from" in example)
    lines = [line for line in cached.splitlines() if not line.startswith("secrets")]
    shop = shop_of("\n".join([*lines, 'tags = ["latest", "{sha}"]']), tmp_path, engine, registry)
    shop.release()
    shop.shipit("image", "prod", "--push")
    shop.forget()
    engine.docker("builder", "prune", "--all", "--force")
    shop.commit("docs: how to start")
    assert "CACHED" in shop.shipit("image", "prod", "--push").err


@pytest.mark.parametrize("example", EXAMPLES[1:3], ids=["several images", "an image that is taken over"])
def test_what_else_the_guide_configures_can_be_planned(
    example: str, engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    shop = shop_of(example.replace("ghcr.io/", ""), tmp_path, engine, registry)
    shop.release()
    images = shop.json("image", "prod", "--push", "--dry-run")["images"]
    assert {image["reference"].removeprefix(shop.name) for image in images} <= {":1.4.0", "-web:1.4.0"}


def test_the_images_of_a_release_are_planned_as_the_guide_configures_them(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    (example,) = (each for each in EXAMPLES if "[release.images." in each)
    shop = shop_of(example, tmp_path, engine, registry)
    steps = [step["kind"] for step in shop.json("plan")["steps"]]
    assert [kind for kind in steps if "image" in kind or kind in ("push", "publish-release")] == [
        "build-image",
        "push",
        "push-image",
        "tag-image",
        "tag-image",
        "publish-release",
    ]
