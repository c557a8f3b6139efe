"""The labels of an image."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipit.core.images.tags import Source
from shipit.core.versions import Version, is_version

VERSION = "org.opencontainers.image.version"


REVISION = "org.opencontainers.image.revision"


def image_labels(source: Source, *, created: str, title: str, url: str | None) -> dict[str, str]:
    """The labels an image gets (OCI image specification, annotations).

    Args:
        created: the commit's time (RFC 3339).
        title: the image's name, for people.
        url: where the source is.
    """
    labels = {
        "org.opencontainers.image.created": created,
        "org.opencontainers.image.title": title,
        VERSION: str(source.version),
        REVISION: source.revision,
        "org.opencontainers.image.source": url or "",
    }
    return {name: value for name, value in labels.items() if value}


def source_commit(labels: Mapping[str, str]) -> str:
    """The commit that an image with `labels` says it is built from; empty where it names none by its whole id.

    What stands there is up to whoever built it: the name of a branch would be read as what that is here and now.

    >>> source_commit({REVISION: "0a" * 20}) == "0a" * 20, source_commit({REVISION: "main"})
    (True, '')
    """
    told = labels.get(REVISION, "")
    return told if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", told) else ""


def holds_newer_release(labels: Mapping[str, str], version: str) -> bool:
    """Whether a tag on an image with `labels` holds a newer release than `version`.

    Builds of a branch are told apart by their commits, not by their versions: a branch may be set back.

    >>> holds_newer_release({VERSION: "1.5.0"}, "1.4.1"), holds_newer_release({VERSION: "1.4.0"}, "1.4.1")
    (True, False)
    >>> holds_newer_release({VERSION: "1.5.0-dev.9+0a1b2c3"}, "1.5.0-dev.8+1b2c3d4"), holds_newer_release({}, "1.0.0")
    (False, False)
    """
    held = labels.get(VERSION, "")
    if not is_version(held) or _is_build(held) or _is_build(version):
        return False
    return Version.parse(held) > Version.parse(version)


def _is_build(version: str) -> bool:
    return Version.parse(version).build is not None
