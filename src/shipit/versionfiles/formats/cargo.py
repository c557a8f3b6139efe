"""Cargo.toml, with the version of the package or of its workspace, and Cargo.lock, with the version of the local crate.

>>> CARGO_TOML.read('[package]\\nname = "a"\\nversion = "1.2.3"')
'1.2.3'

In Cargo.lock, `paths` are names of crates; without `paths`, there must be only one local crate. Crates with a `source`
are not local: they come from a registry, for example.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.core import limits
from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax.lock import lock_packages
from shipit.versionfiles.syntax.toml import toml_places

_USUAL = ("package.version", "workspace.package.version")

_NO_VERSION = {
    True: "name the Cargo.toml of each crate in `version-files`, or add `version` to `[workspace.package]`",
    False: "name the Cargo.toml of the workspace in `version-files`, or add `version` to `[package]`",
}


def _is_workspace(text: str) -> bool:
    return any(line.lstrip().startswith(("[workspace]", "[workspace.")) for line in text.splitlines())


def _find_in_manifest(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(toml_places(text))
    present = [path for path in _USUAL if any(place.path == path for place in places)]
    if not paths and len(present) > 1:
        raise VersionFileError(
            "both `package.version` and `workspace.package.version` are set",
            hint='choose with paths = ["package.version"] or paths = ["workspace.package.version"], or list both',
        )
    if not paths and not present:
        raise VersionFileError("this Cargo.toml has no version of its own", hint=_NO_VERSION[_is_workspace(text)])
    return [_number(text, span) for span in spans(text, places, paths or present)]


def without_operator(requirement: str) -> str:
    """Return the version in a requirement of a dependency, such as `=1.2.3`."""
    return requirement.lstrip("=^~ ")


def _number(text: str, span: Span) -> Span:
    return Span(span.end - len(without_operator(span.of(text))), span.end)


def local_crates(text: str) -> dict[str, str]:
    """Return the version of each local crate in a Cargo.lock, by its name."""
    return {place.path: place.span.of(text) for place in _local(text)}


def _local(text: str) -> list[Place]:
    return lock_packages(text, lambda table: "source" not in table)


def _find_in_lock(text: str, paths: Sequence[str]) -> list[Span]:
    local = _local(text)
    if not paths and len(local) != 1:
        names = ", ".join(f'"{place.path}"' for place in local[: limits.NAMED_PLACES]) or "none"
        names += ", …" if len(local) > limits.NAMED_PLACES else ""
        raise VersionFileError(
            f"{len(local)} packages of this Cargo.lock are local: {names}",
            hint='name the crate to release: paths = ["<crate>"]',
        )
    return spans(text, local, paths or [local[0].path])


CARGO_TOML = TextFormat(_find_in_manifest)
CARGO_LOCK = TextFormat(_find_in_lock)
