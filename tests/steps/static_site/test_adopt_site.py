"""The step `adopt-site`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from steps.deploy.scene import fake
from steps.samples import Sample
from steps.static_site.scene import BUCKET, STATE, delete_the_list, site_of, uploaded

from shipit.core.deploy import adopted
from shipit.steps.base import Step
from shipit.steps.static_site import AdoptSite, read_release
from shipit.testing import FakeObject

INDEX = FakeObject(b"<h1>by hand</h1>", "text/html")
BEFORE = adopted("shop-web", INDEX.etag)


def adopt_site(clone: Clone) -> Step:
    world, image = uploaded(clone)
    site_of(world).objects["index.html"] = INDEX
    site_of(world).objects["about.html"] = INDEX
    return AdoptSite(BUCKET, STATE, BEFORE, image)


SAMPLE = Sample(adopt_site, (delete_the_list,), hosts=True)


def test_the_files_that_the_first_release_replaces_are_kept_with_their_headers(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    step, world = adopt_site(clone), fake(clone)
    step.apply(world)
    release = read_release(site_of(world), STATE, BEFORE.digest)
    assert release and [file.path for file in release.files] == ["index.html", "release.json"]
    assert (release.index.type, release.index.cache) == ("text/html", "")
