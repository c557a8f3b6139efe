"""Which tags an image gets, which it leaves where they are, and in which order: alone, after others, and at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from images.shop import CONFIG, Shop
from parts.engine import Engine
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry
from release.runs import Driver

STAGED = """\
[environments.staging]
branch = "main"
version = "release"
build = ["echo built >> '{place}/built'"]

[environments.staging.image]
name = "{name}-staging"
args = { VERSION = "{version}" }

[environments.prod]
branch = "prod"
promote = "staging"
build = ["echo built >> '{place}/built'"]
image = { name = "{name}", tags = ["latest", "{version}", "{major}.{minor}"] }
"""
TWO = """\
[environments.dev]
branch = "dev"
images.back = { name = "{name}-back" }
images.front = { name = "{name}-front", context = "web", dockerfile = "web/Dockerfile" }
"""
SMALL = "FROM scratch\nCOPY Dockerfile /\n"


def test_an_older_version_takes_no_tag_from_a_newer_one(shop: Shop) -> None:
    shop.release()
    old = shop.merge("main", "prod")
    shop.switch("main")
    shop.commit("fix: 오타")
    shop.git("push", "--quiet", "origin", "main")
    shop.release()
    shop.merge("main", "prod")
    newest = shop.json("image", "prod", "--push")["digest"]
    shop.git("checkout", "--quiet", "-B", "prod", old)
    run = shop.shipit("image", "prod", "--push")
    tags = shop.tags(shop.name)
    assert (tags["latest"], tags["0.0"], tags["0.0.2"]) == (newest,) * 3
    assert tags.keys() == {"latest", "0.0", "0.0.1", "0.0.2"}
    assert tags["0.0.1"] != newest
    assert f"{shop.name}:latest is not moved: it is on 0.0.2, which is newer" in run.err
    assert f"{shop.name}:0.0 is not moved: it is on 0.0.2, which is newer" in run.err


def test_prod_takes_over_what_was_built_for_staging(
    engine: Engine, base_image: str, registry: Registry, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, engine, registry.address, config=STAGED)
    shop.release()
    staged = shop.json("image", "staging", "--push")["digest"]
    shop.forget()
    shop.merge("main", "prod")
    told = shop.json("image", "prod", "--push")
    assert told["digest"] == staged
    assert shop.tags(shop.name) == {"latest": staged, "0.0.1": staged, "0.0": staged}
    assert (tmp_path / "built").read_text() == "built\n"
    assert engine.docker("images", "--quiet", shop.name) == ""
    assert shop.told_by(f"{shop.name}:latest") == "0.0.1"


@pytest.fixture
def two(engine: Engine, faulty: FaultyRegistry, driver: Driver, tmp_path: Path) -> Shop:
    """A back end and a front end; shipit's own waits are short."""
    files = {"Dockerfile": SMALL, "web/Dockerfile": f"# front\n{SMALL}"}
    shop = Shop(tmp_path, engine, faulty.address, config=TWO, files=files, driver=driver)
    shop.switch("dev")
    return shop


def test_the_moving_tags_of_all_images_wait_for_the_content_of_all(two: Shop, faulty: FaultyRegistry) -> None:
    told = two.json("image", "--push")
    fixed = told["image"].splitlines()
    moved = [f"{two.name}-{image}:latest" for image in ("back", "front")]
    names = [one.path.removeprefix("/v2/").replace("/manifests/", ":") for one in faulty.seen("PUT", "/manifests/")]
    assert [f"{faulty.address}/{name}" for name in names] == [*fixed, *moved]
    for image, digest in zip(("back", "front"), told["digest"].splitlines(), strict=True):
        assert set(two.tags(f"{two.name}-{image}").values()) == {digest}


def test_no_tag_moves_where_one_image_of_several_cannot_be_pushed(two: Shop, faulty: FaultyRegistry) -> None:
    faulty.faults = [Fault("PUT", "-front/manifests/", times=1000, status=500)]
    run = two.shipit("image", "--push", status=5)
    assert f"done and public: push {two.name}-back:" in run.err
    assert "latest" not in two.tags(f"{two.name}-back")
    assert two.tags(f"{two.name}-front") == {}


def test_two_runs_at_once_end_well_with_one_digest(shop: Shop) -> None:
    runs = [shop.start("image", "dev", "--push", root=root) for root in (shop.root, shop.clone())]
    for run in runs:
        run.end().succeeded()
    tags = shop.tags(f"{shop.name}-dev")
    assert len(tags) == 2
    assert len(set(tags.values())) == 1


def test_two_machines_at_once_end_with_one_digest_for_all_tags(
    engine: Engine, containerd_engine: Engine, faulty: FaultyRegistry, tmp_path: Path
) -> None:
    """One is through, from the build to `latest`, while the other puts its first tag."""
    shop = Shop(tmp_path, engine, faulty.address, config=CONFIG, files={"Dockerfile": SMALL})
    other, elsewhere = shop.clone(), dict(containerd_engine.environment)
    quicker = []
    faulty.faults = [
        Fault(
            "PUT",
            "/manifests/main-",
            call=lambda: quicker.append(shop.json("image", "dev", "--push", root=other, env=elsewhere)["digest"]),
        )
    ]
    slower = shop.json("image", "dev", "--push")["digest"]
    assert quicker
    assert quicker != [slower]
    assert set(shop.tags(f"{shop.name}-dev").values()) == {slower}
    assert shop.labels(f"{shop.name}-dev@{quicker[0]}") == shop.labels(f"{shop.name}-dev:latest")


def test_old_builds_of_dev_are_removed_from_a_real_registry_and_the_last_ones_stay(
    engine: Engine, registry: Registry, tmp_path: Path
) -> None:
    kept = CONFIG.replace('tags = ["latest", "{branch}-{sha}"]', 'tags = ["latest", "{branch}-{sha}"]\nkeep = 2')
    shop = Shop(tmp_path, engine, registry.address, config=kept, files={"Dockerfile": SMALL})
    shop.switch("dev")
    commits = []
    for number in range(4):
        commits.append(shop.commit(f"feat: {number}", {"Dockerfile": f"FROM scratch\nCOPY Dockerfile /{number}\n"})[:7])
        run = shop.shipit("image", "dev", "--push")
    assert shop.tags(f"{shop.name}-dev").keys() == {"latest", f"dev-{commits[2]}", f"dev-{commits[3]}"}
    assert f"remove 1 old image of {shop.name}-dev: dev-{commits[1]}" in run.err
    assert shop.json("image", "dev", "--push")["digest"] == shop.tags(f"{shop.name}-dev")["latest"]
