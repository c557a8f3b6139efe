"""The bucket and the site that the samples of the steps for static sites share."""

from __future__ import annotations

from contracts.clones import Clone
from steps.deploy.scene import fake

from shipit.core.deploy import DeployedImage, files_of_commit
from shipit.steps.static_site import PublishFiles, UploadFiles
from shipit.testing import FakeObject, FakeSite, FakeWorld

BUCKET, STATE = "s3://shop-web", ".shipit/shop"
URL = "https://shop.example"
SCRIPT = "assets/index-BX3a9d2k.js"
FILES = {"index.html": f'<script src="/{SCRIPT}"></script>', SCRIPT: "run()", "favicon.ico": "\udcff icon"}


def site_of(world: FakeWorld) -> FakeSite:
    return world.sites.at(BUCKET)


def built(clone: Clone) -> tuple[FakeWorld, DeployedImage]:
    """Return the world with the built files, and the name of the files."""
    world = fake(clone)
    commit = clone.commit("feat: a site")
    for path, text in FILES.items():
        world.files.edit(f"dist/{path}", text)
    world.hosts.at("local").servers["shop.example"] = site_of(world).distribution.answer
    return world, files_of_commit("shop-web", "1.1.0", commit)


def upload(image: DeployedImage) -> UploadFiles:
    return UploadFiles(BUCKET, STATE, image, "dist")


def uploaded(clone: Clone) -> tuple[FakeWorld, DeployedImage]:
    """Return the same as `built`, after the files are in the bucket."""
    world, image = built(clone)
    upload(image).apply(world)
    return world, image


def published(clone: Clone) -> tuple[FakeWorld, DeployedImage]:
    """Return the same as `built`, after the files are published."""
    world, image = uploaded(clone)
    PublishFiles(BUCKET, STATE, image).apply(world)
    return world, image


def replace_the_index(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    site_of(clone.world).objects["index.html"] = FakeObject(b"by hand")


def delete_the_list(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    objects = site_of(clone.world).objects
    for key in [key for key in objects if "/releases/" in key]:
        del objects[key]
