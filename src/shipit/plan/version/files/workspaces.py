"""The npm packages below the root that people publish: workspaces, which lerna can give one version together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from shipit.core.versions import Tag, Version, is_version
from shipit.plan.version.files.nested_fix import NestedFile
from shipit.world import Git

LERNA = "lerna.json"
_LOCK = "package-lock.json"
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


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


def with_dependencies(git: Git, rev: str, parts: Sequence[NestedFile]) -> list[NestedFile]:
    """Return `parts` with the places that repeat the version of another part of the release, and package-lock.json.

    npm installs a workspace only if its version is the one that the others depend on; else it asks the registry.
    """
    manifests = {part: _object(git.text(rev, part.path)) for part in parts if _is_of_npm(part)}
    versions = {str(manifest.get("name")): part.version for part, manifest in manifests.items()}
    found = [replace(part, paths=_with(_repeated(manifests.get(part, {}), versions), part)) for part in parts]
    lock = _object(git.text(rev, _LOCK)) if manifests else {}
    locked = [place for part in manifests for place in _locked(lock, part, versions)]
    if locked:
        found.append(NestedFile(_LOCK, next(iter(versions.values())), fits=True, paths=tuple(locked)))
    return found


def _is_of_npm(part: NestedFile) -> bool:
    return part.fits and part.path.endswith("/package.json")


def _with(repeated: Sequence[str], part: NestedFile) -> tuple[str, ...]:
    return ("version", *repeated) if repeated else part.paths


def _repeated(package: Mapping[str, Any], versions: Mapping[str, str]) -> list[str]:
    """Return the places in a package.json, or in an entry of package-lock.json, that require one of `versions`."""
    return [
        f"{kind}.{name}"
        for kind in _DEPENDENCIES
        for name, required in _table(package.get(kind)).items()
        if name in versions and isinstance(required, str) and required.lstrip("^~") == versions[name]
    ]


def _locked(lock: Mapping[str, Any], part: NestedFile, versions: Mapping[str, str]) -> Iterator[str]:
    """Yield the places in package-lock.json that repeat the version of `part`, and of those that it depends on."""
    entry = _table(_table(lock.get("packages")).get(part.directory))
    at = f"packages.{part.directory}"
    if entry.get("version") == part.version:
        yield f"{at}.version"
    yield from (f"{at}.{place}" for place in _repeated(entry, versions))


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
