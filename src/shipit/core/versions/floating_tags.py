"""Tags that move along with releases: `v1` and `v1.4` are where the highest release they name is.

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
    """The tag that stands for every release with the same `part`."""
    return format.render(str(version.major) if part == "major" else f"{version.major}.{version.minor}")


def floating_tag_target(name: str, format: TagFormat, tags: Iterable[str]) -> str | None:
    """The tag of the highest stable release among `tags` that the floating tag `name` stands for."""
    versions = (version for version in map(format.parse, tags) if version and not version.prerelease)
    parts: tuple[Part, ...] = ("major", "minor")
    named = (version for version in versions if name in [floating_tag(format, version, part) for part in parts])
    highest = max(named, default=None)
    return format.render(highest) if highest else None


def has_outdated_floating_tag(parts: Iterable[Part], format: TagFormat, last: Tag, tags: Mapping[str, str]) -> bool:
    """Whether a floating tag that the release `last` should hold is elsewhere among `tags` (name to commit)."""
    names = [floating_tag(format, last.version, part) for part in parts]
    return any(
        floating_tag_target(name, format, tags) == last.name and tags.get(name) != tags[last.name] for name in names
    )
