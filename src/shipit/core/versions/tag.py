"""Release tags.

>>> format = TagFormat("v{version}")
>>> format.render(Version.parse("1.4.0"))
'v1.4.0'
>>> str(format.parse("v1.4.0"))
'1.4.0'

Floating tags are not read as versions:

>>> [format.parse(name) for name in ("v1", "v1.2", "nightly", "1.4.0", "v1.4.0.1", "v01.2.3")]
[None, None, None, None, None, None]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from shipit.core.limits import VERSION_LENGTH
from shipit.core.versions.version import Version, channel_of, precedence, version_of

# A tag that a person would read as a version, with any prefix: also `v1.2.3.4` and `REL_1_2_3`.
_LOOKS_LIKE_VERSION = (
    r"(?:[A-Za-z@][\w@/.+-]*?)?(?<!\d)(?:(?<!\d\.)\d+\.\d+\.\d+(?:[.-][0-9A-Za-z.-]+)?|\d{1,3}_\d{1,4}_\d{1,4})"
)
# Those that follow a tag format: with a version, and with the words that Java projects add to releases.
_FOLLOWS_FORMAT = (
    r"(?P<prefix>[A-Za-z@][\w@/.+-]*?)?"
    r"(?<!\d)(?<!\d\.)(?P<version>\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)"
    r"(?P<suffix>\.(?:RELEASE|Final|GA))?"
)


class TagFormat(Struct, frozen=True, dict=True):
    """The spelling of versions as tags; `template` contains `{version}` once."""

    template: str

    @cached_property
    def _affixes(self) -> tuple[str, str]:
        before, _, after = self.template.partition("{version}")
        return before, after

    def render(self, version: Version | str) -> str:
        """Return the name of the tag of a version."""
        return self.template.replace("{version}", str(version))

    def parse(self, name: str) -> Version | None:
        """Return the version that a tag names; None if the tag does not have this format."""
        text = self.text_of_version(name)
        return None if text is None else version_of(text)

    def text_of_version(self, name: str) -> str | None:
        """Return the part of a tag in the place of the version; None if the rest of the tag is different."""
        before, after = self._affixes
        if not (name.startswith(before) and name.endswith(after)):
            return None
        return name[len(before) : len(name) - len(after)]


class Tag(Struct, frozen=True):
    """A release tag, with the id of the commit that it points to."""

    name: str
    version: Version
    commit: str


def version_tags(commits: Mapping[str, str], format: TagFormat, channel: str | None = None) -> list[Tag]:
    """Return the tags of stable releases and of the pre-releases of `channel`, highest version first.

    Args:
        commits: the id of the commit that each tag points to, by tag name.
    """
    all_tags = (Tag(name, version, commit) for name, version, commit in _parsed(commits, format))
    in_channel = (tag for tag in all_tags if channel_of(tag.version) in (None, channel))
    return sorted(in_channel, key=lambda tag: precedence(tag.version), reverse=True)


def _parsed(commits: Mapping[str, str], format: TagFormat) -> Iterator[tuple[str, Version, str]]:
    for name, commit in commits.items():
        version = format.parse(name)
        if version is not None:
            yield name, version, commit


def mismatched_tags(names: Iterable[str], formats: Iterable[TagFormat]) -> tuple[str, ...]:
    """Return the tags that look like versions, but only if no tag has one of the `formats`.

    They are a hint that the configured tag format is wrong.

    >>> mismatched_tags(["1.2.3", "nightly"], [TagFormat("v{version}")])
    ('1.2.3',)
    >>> mismatched_tags(["1.2.3", "v1.2.4"], [TagFormat("v{version}")])
    ()
    """
    names, formats = tuple(names), tuple(formats)
    if any(format.parse(name) for name in names for format in formats):
        return ()
    return tuple(name for name in names if len(name) <= VERSION_LENGTH and re.fullmatch(_LOOKS_LIKE_VERSION, name))


def suggested_format(name: str) -> str | None:
    """Return the tag format that the tag `name` follows; None if no tag format gives such a tag.

    >>> suggested_format("release-1.2.3"), suggested_format("1.2.3.RELEASE"), suggested_format("nightly")
    ('release-{version}', '{version}.RELEASE', None)
    """
    match = re.fullmatch(_FOLLOWS_FORMAT, name) if len(name) <= VERSION_LENGTH else None
    return f"{match['prefix'] or ''}{{version}}{match['suffix'] or ''}" if match else None
