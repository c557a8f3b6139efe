"""The step `confirm-site`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.samples import Sample
from steps.static_site.scene import (
    BUCKET,
    SCRIPT,
    STATE,
    URL,
    delete_the_list,
    published,
    replace_the_index,
    site_of,
)

from shipit.core.deploy import DeployedImage
from shipit.errors import DeployError
from shipit.steps.base import Step
from shipit.steps.deploy import read_record
from shipit.steps.static_site import ConfirmSite
from shipit.testing import FakeObject


def confirm(image: DeployedImage, url: str = URL) -> ConfirmSite:
    return ConfirmSite(BUCKET, "shop", STATE, image, 60, url, "run 7")


def confirm_site(clone: Clone) -> Step:
    return confirm(published(clone)[1])


SAMPLE = Sample(confirm_site, (replace_the_index, delete_the_list), hosts=True)


def test_a_version_that_users_get_is_recorded_as_verified(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    outputs = confirm(image).apply(world)
    assert outputs["serving"] == image.digest
    record = read_record(site_of(world), f"{STATE}.json")
    assert (record.current, record.events[-1].by) == (image, "run 7")


def test_a_page_that_a_cache_still_has_fails_the_deployment(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    site = site_of(world)
    new = site.objects["index.html"]
    site.objects["index.html"] = FakeObject(b"the earlier page")
    site.distribution.answer("GET", f"{URL}/", {})
    site.objects["index.html"] = new
    with pytest.raises(DeployError, match=f"after 60 seconds: `{URL}/` serves another page"):
        confirm(image).apply(world)


@pytest.mark.parametrize(
    ("path", "problem"),
    [("release.json", "`https://shop.example/release.json` answered 403"), (SCRIPT, f"`{URL}/{SCRIPT}` answered 403")],
)
def test_a_site_of_which_users_do_not_get_all_files_fails_the_deployment(
    path: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, image = published(in_memory(tmp_path))
    site = site_of(world)
    content = {key: each.data for key, each in site.objects.items() if key != path}
    monkeypatch.setattr(site.distribution, "_content", content.get)
    with pytest.raises(DeployError, match=problem):
        confirm(image).apply(world)


def test_a_broken_distribution_fails_the_deployment(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    site_of(world).distribution.broken = True
    with pytest.raises(DeployError, match=r"release.json` answered 503"):
        confirm(image).apply(world)


def test_without_an_address_the_bucket_is_read_back(tmp_path: Path) -> None:
    world, image = published(in_memory(tmp_path))
    site_of(world).distribution.broken = True
    assert confirm(image, url="").apply(world)["deployed"] == "true"
    site_of(world).objects["favicon.ico"] = FakeObject(b"by hand")
    with pytest.raises(DeployError, match=r"`favicon.ico` in bucket shop-web has another content than in") as raised:
        confirm(image, url="").apply(world)
    assert raised.value.hint == "check which program changes files in bucket shop-web, then run: shipit deploy --retry"
