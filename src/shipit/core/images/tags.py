"""Templates of image tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

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


def build_tags(template: str, branch: str) -> re.Pattern[str]:
    """Return the pattern of the tags that builds of `branch` get by a template.

    >>> [bool(build_tags("{version}", "dev").fullmatch(tag)) for tag in ("1.4.0-dev.7-0a1b2c3", "1.4.0", "latest")]
    [True, False, False]
    >>> bool(build_tags("{branch}-{sha}", "feat/a").fullmatch("feat-a-0a1b2c3"))
    True
    """
    values = {
        "version": r"\d+\.\d+\.\d+-dev\.\d+-[0-9a-f]{7}",
        "major": r"\d+",
        "minor": r"\d+",
        "branch": re.escape(_valid(branch)),
        "sha": "[0-9a-f]{7}",
    }
    texts = re.split(r"\{(version|major|minor|branch|sha)\}", template)
    parts = (values[text] if number % 2 else re.escape(_valid(text)) for number, text in enumerate(texts))
    return re.compile("".join(parts))


def is_build_tag(tag: str, templates: Iterable[str], source: Source) -> bool:
    """Return whether `tag` is a permanent tag of a build of `source`, by one of the templates.

    The version of a build ends with its commit; a release has another version, so its tags never count.

    >>> source = Source(Version.parse("1.4.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "dev")
    >>> is_build_tag("dev-0a1b2c3", ["latest", "{branch}-{sha}"], source), is_build_tag("latest", ["latest"], source)
    (True, False)
    >>> is_build_tag("1.4.0", ["{version}"], Source(Version.parse("1.4.0"), "0a1b2c3d4e5f", "main"))
    False
    """
    if not source.revision or source.version.build != source.revision[:7]:
        return False
    return tag in {image_tag(each, source) for each in templates if is_permanent(each)}


def _valid(text: str) -> str:
    """Return `text` with `-` in place of each character that a tag cannot contain."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", text)


def _rendered(template: str, source: Source) -> str:
    return re.sub(r"^[.-]", "_", _valid(fill(template, source)))


def is_permanent(template: str) -> bool:
    """Return whether tags of this template are permanent: each belongs to one commit or version and never moves.

    >>> [is_permanent(template) for template in ("{version}", "{branch}-{sha}", "{major}.{minor}", "latest")]
    [True, True, False, False]
    """
    return "{version}" in template or "{sha}" in template
