"""Templates of image tags."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.versions import Version


class Source(Struct, frozen=True):
    """The source of an image: its commit, the branch of the commit, and the version.

    `revision` is the full commit id; empty if the release has still to make the commit.
    """

    version: Version
    revision: str
    branch: str


def fill(template: str, source: Source) -> str:
    """Fill the placeholders of a template of a tag or of a build argument.

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
    return re.sub(r"\{(version|major|minor|branch|sha)\}", lambda match: values[match[1]], template)


def image_tag(template: str, source: Source) -> str:
    """Render a template as an image tag. Characters that a tag cannot contain become `-`.

    The grammar of tags is in the OCI distribution specification, "Pulling manifests". If the tag is too long, the name
    of the branch is shortened, because the commit id makes the tags of a branch unique.

    >>> source = Source(Version.parse("1.4.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "feat/로그인")
    >>> image_tag("{version}", source), image_tag("{branch}-{sha}", source)
    ('1.4.0-dev.7-0a1b2c3', 'feat-----0a1b2c3')
    >>> image_tag("{branch}-{sha}", replace(source, branch="long" * 40))[-20:]
    'longlonglong-0a1b2c3'
    """
    tag = _rendered(template, source)
    if (excess := len(tag) - limits.IMAGE_TAG) > 0:
        tag = _rendered(template, replace(source, branch=source.branch[: max(0, len(source.branch) - excess)]))
    return tag[: limits.IMAGE_TAG]


def _rendered(template: str, source: Source) -> str:
    tag = re.sub(r"[^A-Za-z0-9_.-]", "-", fill(template, source))
    return re.sub(r"^[.-]", "_", tag)


def is_permanent(template: str) -> bool:
    """Return whether tags of this template are permanent: each belongs to one commit or version and never moves.

    >>> [is_permanent(template) for template in ("{version}", "{branch}-{sha}", "{major}.{minor}", "latest")]
    [True, True, False, False]
    """
    return "{version}" in template or "{sha}" in template
