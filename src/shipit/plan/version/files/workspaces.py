"""The npm packages below the root that people publish: workspaces, which lerna can give one version together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from shipit.core.versions import Tag, Version, is_version
from shipit.plan.version.files.nested_fix import NestedFile
from shipit.world import Git

LERNA = "lerna.json"


def is_published(text: str | None) -> bool:
    """Return whether `text` is a package.json with a name that is not marked as private."""
    manifest = _object(text)
    return isinstance(manifest.get("name"), str) and manifest.get("private") is not True


def lerna_version(text: str | None) -> str | None:
    """Return the version in `text`, a lerna.json; None if each package has a version of its own.

    >>> lerna_version('{"version": "1.2.0"}'), lerna_version('{"version": "independent"}')
    ('1.2.0', None)
    """
    version = _object(text).get("version")
    return version if isinstance(version, str) and is_version(version) else None


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def lerna_file(git: Git, rev: str, last: Tag | None) -> list[NestedFile]:
    """Return lerna.json if it has the version of the release `last` for all packages together; else nothing."""
    if last is None or lerna_version(git.text(rev, LERNA)) != str(last.version):
        return []
    return [NestedFile(LERNA, str(last.version), fits=True, paths=("version",))]


def as_one_version(git: Git, rev: str, parts: Sequence[NestedFile], last: Tag) -> list[NestedFile]:
    """Return `parts` of which each published package has the version of the release `last`, or fits to it.

    lerna raises only the packages that were changed, so the others have an older version until their next change.
    """
    return [replace(part, fits=True) if _is_of_release(git, rev, part, last) else part for part in parts]


def _is_of_release(git: Git, rev: str, part: NestedFile, last: Tag) -> bool:
    if part.fits or part.releases or not is_version(part.version) or Version.parse(part.version) > last.version:
        return part.fits
    return part.path.endswith("/package.json") and is_published(git.text(rev, part.path))
