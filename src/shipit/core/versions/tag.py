"""Tags that name releases.

>>> format = TagFormat("v{version}")
>>> format.render(Version.parse("1.4.0"))
'v1.4.0'
>>> str(format.parse("v1.4.0"))
'1.4.0'

Floating tags never confuse it:

>>> [format.parse(name) for name in ("v1", "v1.2", "nightly", "1.4.0", "v1.4.0.1", "v01.2.3")]
[None, None, None, None, None, None]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from shipit.core.versions.version import Version, channel_of, precedence, version_of

# A tag that a person would take for a release, whatever stands before the number.
_LOOKS_LIKE_VERSION = r"(?P<prefix>[A-Za-z@][\w@/.+-]*?)?(?P<version>\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)"


class TagFormat(Struct, frozen=True, dict=True):
    """How versions are spelled as tags; `template` holds `{version}` once."""

    template: str

    @cached_property
    def _around(self) -> tuple[str, str]:
        before, _, after = self.template.partition("{version}")
        return before, after

    def render(self, version: Version | str) -> str:
        return self.template.replace("{version}", str(version))

    def parse(self, name: str) -> Version | None:
        """The version a tag names; None when it is not of this format or not SemVer."""
        before, after = self._around
        if not (name.startswith(before) and name.endswith(after)):
            return None
        return version_of(name[len(before) : len(name) - len(after)])


class Tag(Struct, frozen=True):
    """A tag that names a release, and the commit it leads to."""

    name: str
    version: Version
    commit: str


def version_tags(commits: Mapping[str, str], format: TagFormat, channel: str | None = None) -> list[Tag]:
    """Release tags, highest version first: the stable ones, and those of `channel`.

    Args:
        commits: tag name to the commit it leads to.
    """
    found = (Tag(name, version, commit) for name, version, commit in _parsed(commits, format))
    kept = (tag for tag in found if channel_of(tag.version) in (None, channel))
    return sorted(kept, key=lambda tag: precedence(tag.version), reverse=True)


def _parsed(commits: Mapping[str, str], format: TagFormat) -> Iterator[tuple[str, Version, str]]:
    for name, commit in commits.items():
        version = format.parse(name)
        if version is not None:
            yield name, version, commit


def mismatched_tags(names: Iterable[str], formats: Iterable[TagFormat]) -> tuple[str, ...]:
    """Tags that look like versions, where no tag at all is in one of `formats`; else none.

    >>> mismatched_tags(["1.2.3", "nightly"], [TagFormat("v{version}")])
    ('1.2.3',)
    >>> mismatched_tags(["1.2.3", "v1.2.4"], [TagFormat("v{version}")])
    ()
    """
    names, formats = tuple(names), tuple(formats)
    if any(format.parse(name) for name in names for format in formats):
        return ()
    return tuple(name for name in names if re.fullmatch(_LOOKS_LIKE_VERSION, name))


def suggested_format(name: str) -> str:
    """The tag format that `name` follows.

    >>> suggested_format("release-1.2.3")
    'release-{version}'
    """
    found = re.fullmatch(_LOOKS_LIKE_VERSION, name)
    return (found["prefix"] or "" if found else "") + "{version}"
