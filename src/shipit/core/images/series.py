"""The images that belong to one moving tag: of one series of permanent tags, and of one line of versions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipit.core.images.tags import Source, image_tag
from shipit.core.versions import Version, is_version


def series_of(tag: str, source: Source) -> str:
    """Return a permanent tag without the version and the commit of its image; images of one series have it in common.

    >>> source = Source(Version.parse("1.5.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "")
    >>> series_of("dev-0a1b2c3", source), series_of("build-1.5.0-dev.7-0a1b2c3", source)
    ('dev-{sha}', 'build-{version}')
    """
    for placeholder in ("{version}", "{sha}") if source.revision else ("{version}",):
        tag = tag.replace(image_tag(placeholder, source), placeholder)
    return tag


def shares_moving_tag(tag: str, own: Version, other: Version) -> bool:
    """Return whether an image of the version `other` can have the moving tag of an image of the version `own`.

    A tag such as `1.4` or `v1` belongs to one line of versions. Only the image of a pre-release shares its tags with
    pre-releases.

    >>> own = Version.parse("1.4.5")
    >>> [shares_moving_tag(tag, own, Version.parse("1.5.0")) for tag in ("latest", "v1", "1.4")]
    [True, True, False]
    >>> shares_moving_tag("latest", own, Version.parse("2.0.0-beta.1"))
    False
    """
    if other.prerelease and not own.prerelease:
        return False
    for line, others in (
        (f"{own.major}.{own.minor}", f"{other.major}.{other.minor}"),
        (str(own.major), str(other.major)),
    ):
        if re.search(rf"(?<!\d){re.escape(line)}(?!\d)", tag):
            return line == others
    return True


def later_tags(tags: Iterable[str], series: str, own: Version) -> tuple[str, ...]:
    """Return those of `tags` that name a later version than `own` in the same series, the latest first.

    >>> later_tags(["1.10.0", "1.9.0", "1.4.0", "latest", "dev-1.5.0"], "{version}", Version.parse("1.4.0"))
    ('1.10.0', '1.9.0')
    """
    before, placeholder, after = series.partition("{version}")
    parts = re.compile(rf"{re.escape(before)}(.+){re.escape(after)}") if placeholder else re.compile("(?!)")
    named = {tag: match[1] for tag in tags if (match := parts.fullmatch(tag)) and is_version(match[1])}
    later = {tag: version for tag, text in named.items() if (version := Version.parse(text)) > own}
    return tuple(sorted(later, key=lambda tag: later[tag], reverse=True))
