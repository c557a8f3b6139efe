"""Families of tags: the tags that look like versions, by the tag format that they follow.

>>> [(family.format.template, family.name) for family in tag_families({"web/v1.2.3": "a", "1.2.3": "b", "v1": "c"})]
[('web/v{version}', 'web'), ('{version}', '')]
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from shipit.core.versions.tag import Tag, TagFormat, suggested_format
from shipit.core.versions.version import Version, precedence

# Words in front of a version that say only that it is one.
_NO_NAME = frozenset(("", "v", "r", "rel", "release", "releases", "tag", "ver", "version"))
_PREFIX_END = re.compile(r"(?:^|[-_/@.])v\.?$|[-_/@.]$", re.IGNORECASE)
_FIRST_YEAR = 1900  # a first number from here on is the year of a date
# Versions with one or two numbers. A date has a larger first number.
_SHORT = {1: r"(?:0|[1-9]\d{0,2})", 2: r"(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,3})"}


class TagFamily(Struct, frozen=True, dict=True):
    """The tags of one format, highest version first."""

    format: TagFormat
    tags: tuple[Tag, ...]

    @cached_property
    def name(self) -> str:
        """The name in front of the version, which is probably that of a package; empty for `v{version}`.

        >>> TagFamily(TagFormat("@acme/web@{version}"), ()).name
        'web'
        """
        prefix = self.format.template.partition("{version}")[0]
        while (shorter := _PREFIX_END.sub("", prefix)) != prefix:
            prefix = shorter
        return "" if prefix.lower() in _NO_NAME else prefix.rpartition("/")[2]

    @property
    def dated(self) -> bool:
        """True when the versions are dates, as in `nightly-2026.11.21`."""
        return self.tags[0].version.major >= _FIRST_YEAR


def tag_families(commits: Mapping[str, str]) -> tuple[TagFamily, ...]:
    """Return the families of tags, the largest first; families of the same size as their first tags are in `commits`.

    Args:
        commits: the id of the commit that each tag points to, by tag name.
    """
    found: dict[str, list[Tag]] = defaultdict(list)
    for name, commit in commits.items():
        template = suggested_format(name)
        version = TagFormat(template).parse(name) if template else None
        if template and version:
            found[template].append(Tag(name, version, commit))
    families = (
        TagFamily(TagFormat(template), tuple(sorted(tags, key=lambda tag: precedence(tag.version), reverse=True)))
        for template, tags in found.items()
    )
    return tuple(sorted(families, key=lambda family: -len(family.tags)))


def short_tags(commits: Mapping[str, str], format: TagFormat, numbers: Literal[1, 2]) -> list[Tag]:
    """Return the tags with so many numbers, such as `v1.4`, highest version first, each with 0 for those missing.

    >>> tags = {"v1.4": "a", "v1.10": "b", "1.11": "c", "v1": "d", "v2026.11": "e"}
    >>> [(tag.name, str(tag.version)) for tag in short_tags(tags, TagFormat("v{version}"), 2)]
    [('v1.10', '1.10.0'), ('v1.4', '1.4.0')]
    """
    texts = {name: format.text_of_version(name) for name in commits}
    found = (
        Tag(name, Version.parse(text + ".0" * (3 - numbers)), commits[name])
        for name, text in texts.items()
        if text and re.fullmatch(_SHORT[numbers], text, re.ASCII)
    )
    return sorted(found, key=lambda tag: precedence(tag.version), reverse=True)


def is_named(name: str, path: str) -> bool:
    """Return whether the directory `path` has the name `name`, written with `-` or `_`.

    >>> is_named("release-plz", "crates/release_plz"), is_named("web", "apps/web-ui")
    (True, False)
    """
    return _plain(path.rpartition("/")[2]) == _plain(name)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
