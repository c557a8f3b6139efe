"""The step `upload-files`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.samples import Sample, commit_meanwhile
from steps.static_site.scene import SCRIPT, built, site_of, upload, uploaded

from shipit.core import limits
from shipit.core.deploy import IMMUTABLE
from shipit.errors import ConfigError, ConflictError
from shipit.steps.base import Step
from shipit.steps.static_site import read_release
from shipit.testing import FakeObject


def upload_files(clone: Clone) -> Step:
    return upload(built(clone)[1])


SAMPLE = Sample(upload_files, (commit_meanwhile,), hosts=True)


def test_a_file_without_a_hash_is_not_visible_until_it_is_published(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    public = [key for key in site_of(world).objects if not key.startswith(".shipit/")]
    assert public == [SCRIPT]
    release = read_release(site_of(world), ".shipit/shop", image.digest)
    assert release and [file.path for file in release.fresh] == ["favicon.ico", "release.json", "index.html"]


def test_files_that_the_bucket_has_are_not_uploaded_again(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    later = replace(image, digest="commit:" + "c" * 40)
    site_of(world).requests.clear()
    replace(upload(later), earlier=(image.digest,)).apply(world)
    puts = [each for each in site_of(world).requests if each.startswith("put ")]
    assert len(puts) == 2 and puts[1] == f"put .shipit/shop/releases/{later.digest.replace(':', '-')}.json"
    assert not any(each.startswith("head ") for each in site_of(world).requests)


def test_a_file_that_another_program_uploaded_with_other_headers_gets_the_right_ones(tmp_path: Path) -> None:
    world, image = built(in_memory(tmp_path))
    site_of(world).objects[SCRIPT] = FakeObject(b"run()", "binary/octet-stream")
    upload(image).apply(world)
    found = site_of(world).objects[SCRIPT]
    assert (found.type, found.cache) == ("text/javascript; charset=utf-8", IMMUTABLE)


def test_another_content_under_a_name_that_browsers_keep_for_a_year_is_refused(tmp_path: Path) -> None:
    world, image = uploaded(in_memory(tmp_path))
    world.files.edit(f"dist/{SCRIPT}", "changed()")
    with pytest.raises(ConfigError, match=f"the content of `{SCRIPT}` changed"):
        upload(replace(image, digest="commit:" + "c" * 40)).apply(world)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"dist/index.html": None}, "there is no `dist/index.html` to deploy"),
        ({"dist/release.json": "{}"}, "the name of the file in which shipit writes the version"),
        ({"dist/\udcff.png": "x"}, "is not UTF-8: 'dist/.udcff.png'"),
        ({"dist/film.mp4": "x" * (1 + 256)}, "`dist/film.mp4` is larger than"),
    ],
)
def test_a_build_that_is_no_site_is_refused(
    change: dict[str, str | None], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SITE_FILE", limits.Size("deployments", 256, "", ""))
    world, image = built(in_memory(tmp_path))
    for path, text in change.items():
        world.files.held.pop(path, None)
        if text is not None:
            world.files.edit(path, text)
    with pytest.raises(ConfigError, match=problem):
        upload(image).apply(world)


def test_a_version_that_is_gone_from_the_bucket_is_not_made_of_another_commit(tmp_path: Path) -> None:
    world, image = built(in_memory(tmp_path))
    with pytest.raises(ConflictError, match="no longer in bucket shop-web") as raised:
        upload(replace(image, revision="d" * 40)).check(world)
    assert raised.value.hint == f"run `git checkout {'d' * 40}`, then deploy it again"
