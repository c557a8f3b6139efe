"""The step `invalidate-cache`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.samples import Sample
from steps.static_site.scene import BUCKET, STATE, delete_the_list, published, site_of, upload

from shipit.core import limits
from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.static_site import InvalidateCache, PublishFiles


def invalidate_cache(clone: Clone) -> Step:
    return InvalidateCache(BUCKET, STATE, "E2QWRUHEXAMPLE", published(clone)[1], ("",), 60)


SAMPLE = Sample(invalidate_cache, (delete_the_list,), hosts=True)


def test_only_the_changed_files_that_keep_their_names_are_removed_from_the_cache(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    world, first = published(clone)
    world.files.edit("dist/favicon.ico", "another icon")
    second = replace(first, digest=f"commit:{clone.commit('feat: icon')}", version="1.2.0")
    upload(second).apply(world)
    PublishFiles(BUCKET, STATE, second, site_of(world).objects["index.html"].etag).apply(world)
    InvalidateCache(BUCKET, STATE, "E2QWRUHEXAMPLE", second, (first.digest,), 60).apply(world)
    (found,) = site_of(world).distribution.invalidations
    assert found.paths == ("/favicon.ico", "/release.json")


def test_files_that_are_published_again_get_another_reference(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    step = InvalidateCache(BUCKET, STATE, "E2QWRUHEXAMPLE", image, ("",), 60)
    step.apply(world)
    assert isinstance(step.check(world), Done)
    world.clock.sleep(60)
    site = site_of(world)
    site.objects["favicon.ico"] = replace(site.objects["favicon.ico"], modified=world.clock.now().isoformat())
    assert isinstance(step.check(world), Todo)


def test_many_changed_files_are_removed_as_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INVALIDATED_PATHS", 2)
    world, image = published(in_memory(tmp_path))
    InvalidateCache(BUCKET, STATE, "E2QWRUHEXAMPLE", image, ("",), 60).apply(world)
    assert site_of(world).distribution.invalidations[0].paths == ("/*",)


def test_a_cache_that_is_not_emptied_in_time_fails_the_deployment(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    site_of(world).distribution.delay = 600
    with pytest.raises(DeployError, match="within 60 seconds") as raised:
        InvalidateCache(BUCKET, STATE, "E2QWRUHEXAMPLE", image, ("",), 60).apply(world)
    assert raised.value.hint and "aws cloudfront list-invalidations" in raised.value.hint


def test_without_an_earlier_release_there_is_nothing_to_remove(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    assert isinstance(InvalidateCache(BUCKET, STATE, "E2QWRUHEXAMPLE", image, (), 60).check(world), Done)
