"""Labels of images: those that shipit sets, and the facts that it reads from them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipit.core.images.tags import Source
from shipit.core.versions import Version, is_version

VERSION = "org.opencontainers.image.version"
REVISION = "org.opencontainers.image.revision"
SOURCE = "org.opencontainers.image.source"
_CREATED = "org.opencontainers.image.created"


def image_labels(source: Source, *, created: str, title: str, url: str | None) -> dict[str, str]:
    """Return the labels of an image (OCI image specification, annotations).

    Args:
        created: the time of the commit (RFC 3339).
        title: the name of the image, for readers.
        url: the address of the repository; None leaves the label out.
    """
    labels = {
        _CREATED: created,
        "org.opencontainers.image.title": title,
        VERSION: str(source.version),
        REVISION: source.revision,
        SOURCE: url or "",
    }
    return {name: value for name, value in labels.items() if value}


def created_at(labels: Mapping[str, str]) -> str:
    """Return the time of the commit that an image was built from, as shipit writes it: such texts sort by time.

    >>> created_at({_CREATED: "2026-11-29T17:00:00Z"}), created_at({_CREATED: "yesterday"})
    ('2026-11-29T17:00:00Z', '')
    """
    created = labels.get(_CREATED, "")
    return created if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created, re.ASCII) else ""


def source_commit(labels: Mapping[str, str]) -> str:
    """Return the id of the commit that an image was built from, by its labels; empty without a full commit id.

    Other tools can write any text into the label. The name of a branch is not accepted, because the branch can have
    moved since the build.

    >>> source_commit({REVISION: "0a" * 20}) == "0a" * 20, source_commit({REVISION: "main"})
    (True, '')
    """
    revision = labels.get(REVISION, "")
    return revision if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", revision) else ""


def holds_newer_release(labels: Mapping[str, str], version: str) -> bool:
    """Return whether the image with `labels` is of a newer release than `version`.

    It is never true for the build of a branch: its version says nothing about its age, because a branch can be reset
    to an older commit.

    >>> holds_newer_release({VERSION: "1.5.0"}, "1.4.1"), holds_newer_release({VERSION: "1.4.0"}, "1.4.1")
    (True, False)
    >>> holds_newer_release({VERSION: "1.5.0-dev.9+0a1b2c3"}, "1.5.0-dev.8+1b2c3d4"), holds_newer_release({}, "1.0.0")
    (False, False)
    """
    labelled = labels.get(VERSION, "")
    if not is_version(labelled) or _is_build(labelled) or _is_build(version):
        return False
    return Version.parse(labelled) > Version.parse(version)


def _is_build(version: str) -> bool:
    return Version.parse(version).build is not None
