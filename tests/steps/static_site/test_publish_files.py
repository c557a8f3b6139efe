"""The step `publish-files`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.samples import Sample
from steps.static_site.scene import BUCKET, SCRIPT, STATE, replace_the_index, site_of, upload, uploaded

from shipit.core.deploy import FRESH
from shipit.errors import ConflictError
from shipit.steps.base import Step, Todo
from shipit.steps.static_site import PublishFiles


def publish_files(clone: Clone) -> Step:
    return PublishFiles(BUCKET, STATE, uploaded(clone)[1])


SAMPLE = Sample(publish_files, (replace_the_index,), hosts=True)


def test_the_index_is_written_last_and_names_its_release(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    site_of(world).requests.clear()
    PublishFiles(BUCKET, STATE, image).apply(world)
    assert [each for each in site_of(world).requests if each.startswith("put ")] == [
        "put favicon.ico",
        "put release.json",
        "put index.html",
    ]
    found = site_of(world).objects["index.html"]
    assert (found.release, found.cache, found.type) == (image.digest, FRESH, "text/html; charset=utf-8")
    assert site_of(world).objects["favicon.ico"].data == b"\xff icon"


def test_nothing_is_published_if_a_file_of_the_release_is_missing(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    del site_of(world).objects[SCRIPT]
    with pytest.raises(ConflictError, match=f"`{SCRIPT}` of 1.1.0"):
        PublishFiles(BUCKET, STATE, image).apply(world)
    assert "index.html" not in site_of(world).objects


def test_a_file_that_keeps_its_name_is_seen_as_changed(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    step = PublishFiles(BUCKET, STATE, image)
    step.apply(world)
    site_of(world).objects["favicon.ico"] = site_of(world).objects["index.html"]
    assert isinstance(step.check(world), Todo)


def test_an_index_of_the_same_content_is_written_again_for_another_release(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    PublishFiles(BUCKET, STATE, image).apply(world)
    later = replace(image, digest="commit:" + "c" * 40)
    upload(later).apply(world)
    PublishFiles(BUCKET, STATE, later, site_of(world).objects["index.html"].etag).apply(world)
    assert site_of(world).objects["index.html"].release == later.digest
