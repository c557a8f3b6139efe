"""The tags of an image."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.versions import Version

_LONGEST_TAG = 128


class Source(Struct, frozen=True):
    """What an image is made of: the commit and its branch, and the version it carries.

    `revision` is empty where the commit is still to be made.
    """

    version: Version
    revision: str
    branch: str


def fill(template: str, source: Source) -> str:
    """A template of a tag or of a build argument with its placeholders filled in.

    >>> source = Source(Version.parse("1.4.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "feat/로그인")
    >>> fill("{version} of {branch} at {sha}, {major}.{minor}", source)
    '1.4.0-dev.7+0a1b2c3 of feat/로그인 at 0a1b2c3, 1.4'
    """
    version = source.version
    values = {
        "version": str(version),
        "major": str(version.major),
        "minor": str(version.minor),
        "branch": source.branch,
        "sha": source.revision[:7],
    }
    return re.sub(r"\{(version|major|minor|branch|sha)\}", lambda found: values[found[1]], template)


def image_tag(template: str, source: Source) -> str:
    """The tag that `template` gives; what a tag cannot hold becomes `-`.

    The grammar of tags is in the OCI distribution specification, "Pulling manifests". The name of a long branch is cut
    short rather than what tells its commits apart.

    >>> source = Source(Version.parse("1.4.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "feat/로그인")
    >>> image_tag("{version}", source), image_tag("{branch}-{sha}", source)
    ('1.4.0-dev.7-0a1b2c3', 'feat-----0a1b2c3')
    >>> image_tag("{branch}-{sha}", replace(source, branch="long" * 40))[-20:]
    'longlonglong-0a1b2c3'
    """
    tag = _written(template, source)
    if (excess := len(tag) - _LONGEST_TAG) > 0:
        tag = _written(template, replace(source, branch=source.branch[: max(0, len(source.branch) - excess)]))
    return tag[:_LONGEST_TAG]


def _written(template: str, source: Source) -> str:
    tag = re.sub(r"[^A-Za-z0-9_.-]", "-", fill(template, source))
    return re.sub(r"^[.-]", "_", tag)


def is_permanent(template: str) -> bool:
    """Whether a tag of this template belongs to one commit or version for good.

    >>> [is_permanent(template) for template in ("{version}", "{branch}-{sha}", "{major}.{minor}", "latest")]
    [True, True, False, False]
    """
    return "{version}" in template or "{sha}" in template
