"""Cargo.toml: the version of the package or of its workspace. Cargo.lock: that of our own crate.

>>> MANIFEST.read('[package]\\nname = "a"\\nversion = "1.2.3"')
'1.2.3'

In a lock file `paths` are crate names, unasked the only one there. Crates that have a `source`, as those from a
registry do, are never ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.lock import packages
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
    own = packages(text, lambda table: "source" not in table)
    if not paths and len(own) != 1:
        names = ", ".join(f'"{place.path}"' for place in own) or "none"
        raise VersionFileError(
            f"{len(own)} packages of this Cargo.lock are local: {names}", hint='name ours: paths = ["<crate>"]'
        )
    return spans(text, own, paths or [own[0].path])


MANIFEST = TextFormat(("Cargo.toml",), _find_in_manifest)
LOCK = TextFormat(("Cargo.lock",), _find_in_lock)
