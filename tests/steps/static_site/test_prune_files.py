"""The step `prune-files`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from steps.samples import Sample
from steps.static_site.scene import BUCKET, STATE, built, site_of, upload

from shipit.core.deploy import DeployedImage, files_of_commit
from shipit.steps.base import Step
from shipit.steps.static_site import ConfirmSite, PruneFiles, PublishFiles
from shipit.testing import FakeObject, FakeWorld


def deployed(clone: Clone, count: int) -> tuple[FakeWorld, list[DeployedImage]]:
    """Return a world in which `count` releases were verified, each with a script of its own."""
    world, _ = built(clone)
    images = []
    for number in range(1, count + 1):
        for path in [path for path in world.files.held if "/assets/" in path or "page" in path]:
            del world.files.held[path]
        world.files.edit(f"dist/assets/index-Bx{number}aaaaa.js", f"run({number})")
        world.files.edit("dist/favicon.ico", f"icon {number}")
        world.files.edit(f"dist/page-{number}.html", "a page")
        image = files_of_commit("shop-web", f"1.{number}.0", clone.commit(f"feat: {number}"))
        upload(image).apply(world)
        index = site_of(world).objects.get("index.html")
        PublishFiles(BUCKET, STATE, image, index.etag if index else "").apply(world)
        ConfirmSite(BUCKET, "shop", STATE, image, 60).apply(world)
        images.append(image)
    return world, images


def prune_files(clone: Clone) -> Step:
    _, images = deployed(clone, 3)
    return PruneFiles(BUCKET, STATE, 2, images[-1])


SAMPLE = Sample(prune_files, hosts=True)


def test_files_of_old_releases_are_deleted_and_those_of_other_programs_stay(tmp_path: Path) -> None:
    world, images = deployed(in_memory(tmp_path), 4)
    site_of(world).objects["uploads/1.png"] = FakeObject(b"of a user")
    PruneFiles(BUCKET, STATE, 2, images[-1]).apply(world)
    objects = site_of(world).objects
    scripts = [key for key in objects if key.startswith("assets/")]
    assert scripts == ["assets/index-Bx3aaaaa.js", "assets/index-Bx4aaaaa.js"]
    assert len([key for key in objects if "/releases/" in key]) == 2
    stored = {each.data for key, each in objects.items() if "/files/" in key}
    assert b"icon 3" in stored and b"icon 2" not in stored
    assert [key for key in objects if "page" in key or "uploads" in key] == [
        "page-3.html",
        "page-4.html",
        "uploads/1.png",
    ]
