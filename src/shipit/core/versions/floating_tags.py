"""Floating tags: `v1` and `v1.4` are moved to the highest release of their series.

>>> format = TagFormat("v{version}")
>>> floating_tag(format, Version.parse("1.4.2"), "major"), floating_tag(format, Version.parse("1.4.2"), "minor")
('v1', 'v1.4')
>>> floating_tag_target("v1", format, ["v1.4.0", "v1.10.0", "v1.11.0-beta.1", "v2.0.0", "v1"])
'v1.10.0'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from semver import Version

from shipit.core.versions.tag import Tag, TagFormat

Part = Literal["major", "minor"]


def floating_tag(format: TagFormat, version: Version, part: Part) -> str:
    """Return the name of the floating tag of all releases that have the same `part` as `version`."""
    return format.render(str(version.major) if part == "major" else f"{version.major}.{version.minor}")


def floating_tag_target(name: str, format: TagFormat, tags: Iterable[str]) -> str | None:
    """Return the tag name of the highest stable release in the series of the floating tag `name`, or None.

    Args:
        tags: the names of all tags.
    """
    versions = (version for version in map(format.parse, tags) if version and not version.prerelease)
    parts: tuple[Part, ...] = ("major", "minor")
    in_series = (version for version in versions if name in [floating_tag(format, version, part) for part in parts])
    highest = max(in_series, default=None)
    return format.render(highest) if highest else None


def has_outdated_floating_tag(parts: Iterable[Part], format: TagFormat, last: Tag, tags: Mapping[str, str]) -> bool:
    """Return whether a floating tag that should be on the release `last` is missing or on another commit.

    Args:
        parts: the floating tags that releases move.
        last: the last release.
        tags: the commit id of each tag, by name.
    """
    names = [floating_tag(format, last.version, part) for part in parts]
    return any(
        floating_tag_target(name, format, tags) == last.name and tags.get(name) != tags[last.name] for name in names
    )
