"""The crates of a Cargo workspace that have the version of a released one, and the places that repeat it.

>>> files = {
...     "core/Cargo.toml": '[package]\\nname = "core"\\nversion = "1.2.3"',
...     "cli/Cargo.toml": '[dependencies]\\ncore = { path = "../core", version = "1.2.3" }',
... }
>>> list(dependents("core/Cargo.toml", files, files.get))
[('cli/Cargo.toml', ('dependencies.core.version',))]

Cargo refuses a path dependency whose version does not fit, so these versions are written with those of the crates. A
requirement with fewer numbers, such as `1.2`, or one of another version stays as it is.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping

from shipit.core.pattern import pattern
from shipit.versionfiles.base import VersionFileError, require_readable
from shipit.versionfiles.formats.cargo import local_crates, without_operator
from shipit.versionfiles.syntax.toml import toml_places

# Returns the text of the file at a path; None if there is no such file.
Read = Callable[[str], str | None]

_DEPENDENCY = pattern(r"(?:.*\.)?(?:dev-|build-)?dependencies\.[^.]+")
_OWN, _SHARED = "package.version", "workspace.package.version"


def dependents(path: str, committed: Iterable[str], read: Read) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each Cargo.toml that depends by a path on a crate with the version in `path`, with the places of it.

    Args:
        path: the Cargo.toml of a crate, or of a workspace whose crates inherit its version.
        committed: the paths of all files.
        read: a function that returns the text of a file.
    """
    yield from _dependents(path, _manifests(committed, read))


def dependents_in(paths: Iterable[str], committed: Iterable[str], read: Read) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what `dependents` yields for each of `paths`, if it is one of `paths` itself; each file is read once."""
    listed = dict.fromkeys(paths)
    manifests = _manifests(committed, read)
    for path in listed:
        yield from (found for found in _dependents(path, manifests) if found[0] in listed)


def _dependents(path: str, manifests: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    version, crates = _released(path, manifests)
    for other, values in manifests.items() if version else ():
        found = [
            f"{name}.version"
            for name in (key.removesuffix(".path") for key in values if key.endswith(".path"))
            if _DEPENDENCY.fullmatch(name)
            and without_operator(values.get(f"{name}.version", "")) == version
            and _beside(other, f"{values[f'{name}.path']}/Cargo.toml") in crates
        ]
        if found:
            yield other, tuple(found)


def crates_in_lock(path: str, committed: Iterable[str], read: Read) -> tuple[str, ...]:
    """Return the names in the Cargo.lock beside `path` of the crates with its version, if the lock has several crates.

    The arguments are those of `dependents`.
    """
    lock = read(_beside(path, "Cargo.lock"))
    manifests = _manifests(committed, read)
    version, crates = _released(path, manifests)
    try:
        local = local_crates(lock) if lock and version else {}
    except VersionFileError:
        return ()
    names = [manifests[each].get("package.name", "") for each in crates]
    return tuple(name for name in names if local.get(name) == version) if len(local) > 1 else ()


def _manifests(committed: Iterable[str], read: Read) -> dict[str, dict[str, str]]:
    """Return the strings of each Cargo.toml by their keys; one that cannot be read has none."""
    paths = [path for path in committed if path.rpartition("/")[2] == "Cargo.toml"]
    return {path: _strings(read(path) or "") for path in paths}


def _strings(text: str) -> dict[str, str]:
    try:
        require_readable(text)
        return {place.path: place.span.of(text) for place in toml_places(text)}
    except VersionFileError:
        return {}


def _released(path: str, manifests: Mapping[str, Mapping[str, str]]) -> tuple[str | None, list[str]]:
    """Return the version in `path`, and the manifests of the crates that have it: its own, or those that inherit it."""
    values = manifests.get(path, {})
    if _OWN in values:
        return values[_OWN], [path]
    below = posixpath.dirname(path)
    inside = [each for each in manifests if not below or each.startswith(f"{below}/")]
    return values.get(_SHARED), [
        each for each in inside if "package.name" in manifests[each] and _OWN not in manifests[each]
    ]


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
