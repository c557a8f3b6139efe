"""What a version file is, and the edit that all formats share.

A format only says *where* the version's characters are (`Span`); reading and writing follow from that,
so no format can change anything else. Text is as the `Files` port gives it: untranslated line ends, a
byte order mark if there is one, undecodable bytes as surrogates; all of it survives.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from shipit.errors import ConfigError

_LITERAL = re.compile(r"v?(?P<version>[0-9A-Za-z][0-9A-Za-z.+_-]*)")


class VersionFileError(ConfigError):
    """The version's place in a file is not found, not unique, or does not hold a plain version."""


class VersionFile(Protocol):
    """A format that holds a version. A module or a value may be one.

    `paths` names places inside the file other than the usual one, as in `["openapi3.version"]`.
    """

    @property
    def patterns(self) -> tuple[str, ...]:
        """File names of this format (fnmatch, without folders). Names without `*` are detected unasked."""

    def read(self, text: str, paths: Sequence[str] = ()) -> str:
        """The version found, `-SNAPSHOT` included; of several places the first. Raises `VersionFileError`."""

    def write(self, text: str, version: str, paths: Sequence[str] = ()) -> str:
        """The text with `version` at every place and nothing else changed. Raises `VersionFileError`."""


class Span(NamedTuple):
    """Offsets into the text, `end` exclusive."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


class Place(NamedTuple):
    """A value in a file: its dotted path, its characters, and whether it is a literal at all."""

    path: str
    span: Span
    literal: bool = True


class TextFormat(Struct, frozen=True):
    """A `VersionFile` made of the one thing in which formats differ: `find(text, paths)`, never empty."""

    patterns: tuple[str, ...]
    find: Callable[[str, Sequence[str]], Sequence[Span]]

    def read(self, text: str, paths: Sequence[str] = ()) -> str:
        return self._versions(text, paths)[0].of(text)

    def write(self, text: str, version: str, paths: Sequence[str] = ()) -> str:
        spans = self._versions(text, paths)
        edited = _replace(text, spans, version)
        if not self._holds(edited, version, paths):
            raise fault(text, spans[0].start, f"`{version}` cannot be written here: it would read back differently")
        return edited

    def _versions(self, text: str, paths: Sequence[str]) -> list[Span]:
        return [_version(text, span) for span in self.find(text, paths)]

    def _holds(self, text: str, version: str, paths: Sequence[str]) -> bool:
        try:
            return all(span.of(text) == version for span in self._versions(text, paths))
        except VersionFileError:
            return False


def select(text: str, places: Iterable[Place], paths: Sequence[str]) -> list[Place]:
    """The one place of each path, in the order of `paths`; `VersionFileError` when one is missing or double."""
    by_path: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_path[place.path].append(place)
    return [_only(text, path, by_path) for path in paths]


def spans(text: str, places: Iterable[Place], paths: Sequence[str]) -> list[Span]:
    """The characters that `select` finds."""
    return [place.span for place in select(text, places, paths)]


def line_of(text: str, offset: int) -> int:
    """The line of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1


def fault(text: str, offset: int, what: str, hint: str | None = None) -> VersionFileError:
    """An error that says which line it is about."""
    return VersionFileError(what, where=f"line {line_of(text, offset)}", hint=hint)


def ascii_twin(text: str) -> str:
    """The text with `x` for each character beyond ASCII: parsers that count bytes then count characters."""
    return re.sub(r"[^\x00-\x7f]", "x", text)


def _only(text: str, path: str, by_path: dict[str, list[Place]]) -> Place:
    found = by_path.get(path, [])
    if not found:
        close = difflib.get_close_matches(path, by_path, n=3, cutoff=0.5)
        others = f", or name a place that is: {', '.join(f'`{name}`' for name in close)}" if close else ""
        raise VersionFileError(f"`{path}` is not set in this file", hint=f"set `{path}` there{others}")
    if len(found) > 1:
        raise ambiguous(text, path, found)
    return found[0]


def ambiguous(text: str, path: str, found: Sequence[Place], hint: str = "keep one of them") -> VersionFileError:
    """The error for a version set more than once."""
    lines = ", ".join(str(line_of(text, place.span.start)) for place in found)
    return fault(text, found[0].span.start, f"`{path}` is set {len(found)} times (lines {lines})", hint)


def _version(text: str, span: Span) -> Span:
    """The version within a literal: a `v` before it stays out."""
    match = _LITERAL.fullmatch(span.of(text))
    if match is None:
        raise fault(
            text,
            span.start,
            f"`{span.of(text)}` is not a plain version",
            hint="write the version itself there, or name in `version-files` the file that holds it",
        )
    return Span(span.start + match.start("version"), span.end)


def _replace(text: str, found: Sequence[Span], version: str) -> str:
    for span in sorted(set(found), reverse=True):
        text = text[: span.start] + version + text[span.end :]
    return text
