"""Cargo.toml: the version of the package or of its workspace. Cargo.lock: that of our own crate.

>>> MANIFEST.read('[package]\\nname = "a"\\nversion = "1.2.3"')
'1.2.3'

In a lock file `paths` are crate names, unasked the only one there. Crates that have a `source`, as those from a
registry do, are never ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax import toml

_USUAL = ("package.version", "workspace.package.version")


def _find_in_manifest(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(toml.places(text))
    present = [path for path in _USUAL if any(place.path == path for place in places)]
    if not paths and len(present) > 1:
        raise VersionFileError(
            "both `package.version` and `workspace.package.version` are set",
            hint='say which: paths = ["package.version"], paths = ["workspace.package.version"], or both in one list',
        )
    if not paths and not present:
        raise VersionFileError(
            "this Cargo.toml has no version of its own",
            hint="name the Cargo.toml of the workspace, or add `version` to `[package]`",
        )
    return spans(text, places, paths or present)


def _find_in_lock(text: str, paths: Sequence[str]) -> list[Span]:
    places = {place.path: place for place in toml.places(text)}
    own = [crate for crate in _crates(text, places) if f"{crate.path}.source" not in places]
    named = [Place(places[f"{crate.path}.name"].span.of(text), crate.span) for crate in own]
    if not paths and len(named) != 1:
        names = ", ".join(f'"{place.path}"' for place in named) or "none"
        raise VersionFileError(
            f"{len(named)} packages of this Cargo.lock are local: {names}", hint='name ours: paths = ["<crate>"]'
        )
    return spans(text, named, paths or [named[0].path])


def _crates(text: str, places: dict[str, Place]) -> Iterator[Place]:
    """Each `[[package]]` that has a name: its table's path and its version."""
    for path, place in places.items():
        table, _, key = path.rpartition(".")
        if key == "version" and table.startswith("package.") and f"{table}.name" in places:
            yield Place(table, place.span)


MANIFEST = TextFormat(("Cargo.toml",), _find_in_manifest)
LOCK = TextFormat(("Cargo.lock",), _find_in_lock)
