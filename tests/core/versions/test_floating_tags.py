"""Tests of floating tags."""

from __future__ import annotations

import pytest

from shipit.core.versions import Tag, TagFormat, Version
from shipit.core.versions.floating_tags import floating_tag, floating_tag_target, has_outdated_floating_tag

FORMAT = TagFormat("v{version}")


@pytest.mark.parametrize(
    ("format", "names"),
    [("v{version}", ("v2", "v2.10")), ("{version}", ("2", "2.10")), ("api-{version}-ga", ("api-2-ga", "api-2.10-ga"))],
)
def test_a_floating_tag_has_the_format_of_release_tags(format: str, names: tuple[str, str]) -> None:
    version = Version.parse("2.10.3")
    assert tuple(floating_tag(TagFormat(format), version, part) for part in ("major", "minor")) == names
    assert [TagFormat(format).parse(name) for name in names] == [None, None]


@pytest.mark.parametrize(
    ("name", "tags", "highest"),
    [
        ("v1", ["v1.9.0", "v1.10.0", "v2.0.0"], "v1.10.0"),
        ("v1.9", ["v1.9.0", "v1.9.3", "v1.10.0"], "v1.9.3"),
        ("v1", ["v1.0.0", "v1.1.0-rc.1", "v10.0.0", "v1", "1.5.0"], "v1.0.0"),
        ("v1", ["v1.1.0-rc.1"], None),
        ("v3", ["v1.0.0"], None),
    ],
)
def test_the_target_of_a_floating_tag_is_the_highest_stable_release_of_its_series(
    name: str, tags: list[str], highest: str | None
) -> None:
    assert floating_tag_target(name, FORMAT, tags) == highest


@pytest.mark.parametrize(
    ("tags", "is_outdated"),
    [
        ({"v1.1.0": "b", "v1": "b"}, False),
        ({"v1.1.0": "b", "v1": "a"}, True),
        ({"v1.1.0": "b"}, True),
        ({"v1.1.0": "b", "v1": "c", "v1.2.0": "c"}, False),
    ],
)
def test_a_floating_tag_is_outdated_if_it_is_not_on_its_target(tags: dict[str, str], is_outdated: bool) -> None:
    last = Tag("v1.1.0", Version.parse("1.1.0"), "b")
    assert has_outdated_floating_tag(["major"], FORMAT, last, tags) == is_outdated
