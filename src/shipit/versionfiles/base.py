"""The protocol of a version-file format, and the reading and writing that all formats share.

A format only finds the characters of the version (`Span`). Reading and writing use these positions, so that no format
can change anything else. Texts are as the port `Files` returns them: line ends are not translated, a byte order mark is
kept, and bytes that are not UTF-8 are surrogates. All of this is the same after writing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.core.redact import shortened
from shipit.errors import ConfigError

_LITERAL = pattern(r"v?(?P<version>[0-9A-Za-z][0-9A-Za-z.+_-]*)")


class VersionFileError(ConfigError):
    """An error in a version file: the version is not found, is found more than once, or is not plain text.

    `computed` is True when a build script computes the version, `unreadable` when the file is too large or not UTF-8.
    """

    computed = False
    unreadable = False


class VersionFile(Protocol):
    """A format of version files.

    `paths` are the places inside a file to use instead of the usual one, such as `["openapi3.version"]`.
    """

    def read(self, text: str, paths: Sequence[str] = ()) -> str:
        """Return the version at the first place, including `-SNAPSHOT`. Raises `VersionFileError`."""

    def write(self, text: str, version: str, paths: Sequence[str] = ()) -> str:
        """Return the text with `version` at all places, and nothing else changed. Raises `VersionFileError`."""


class Span(NamedTuple):
    """A range of characters in a text, from `start` up to and without `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


class Place(NamedTuple):
    """A value in a file: its path with dots, its characters, and whether it is written as plain text.

    `literal` is false for a value that is computed.
    """

    path: str
    span: Span
    literal: bool = True


class TextFormat(Struct, frozen=True):
    """A `VersionFile` made from `find`, which returns the characters of the version in a text.

    `find(text, paths)` returns at least one span or raises `VersionFileError`.
    """

    find: Callable[[str, Sequence[str]], Sequence[Span]]

    def read(self, text: str, paths: Sequence[str] = ()) -> str:
        return self._versions(text, paths)[0].of(text)

    def write(self, text: str, version: str, paths: Sequence[str] = ()) -> str:
        spans = self._versions(text, paths)
        edited = _replace(text, spans, version)
        if not self._holds(edited, version, paths):
            what = f"`{version}` cannot be written here: another version would be read from the file"
            raise error_at(text, spans[0].start, what)
        return edited

    def _versions(self, text: str, paths: Sequence[str]) -> list[Span]:
        require_readable(text)
        return [_version(text, span) for span in self.find(text, paths)]

    def _holds(self, text: str, version: str, paths: Sequence[str]) -> bool:
        try:
            return all(span.of(text) == version for span in self._versions(text, paths))
        except VersionFileError:
            return False


def select(text: str, places: Iterable[Place], paths: Sequence[str]) -> list[Place]:
    """Return the place of each path, in the order of `paths`.

    Raises:
        VersionFileError: a path has no place, or several.
    """
    found: dict[str, list[Place]] = {path: [] for path in paths}
    others: dict[str, None] = {}
    for place in places:
        if place.path in found and len(place.path) <= limits.VALUE_PATH:
            found[place.path].append(place)
        elif len(others) < limits.SIMILAR_PATHS and _may_be_version(place.span.of(text)):
            others[place.path] = None
    return [_only(text, path, found[path], others) for path in paths]


def _may_be_version(value: str) -> bool:
    """Return whether a value, which may be in quotes, begins with a number, or is computed."""
    return value.lstrip("\"'v")[:1] in frozenset("0123456789$")


def spans(text: str, places: Iterable[Place], paths: Sequence[str]) -> list[Span]:
    """Return the characters of the places that `select` returns."""
    return [place.span for place in select(text, places, paths)]


def require_readable(text: str) -> None:
    """Raise `VersionFileError` for a text that is too large, or is not UTF-8."""
    if len(text) > limits.VERSION_FILE:
        hint = "write the version into a smaller file, and name that one in `version-files`"
        raise _unreadable(f"this file is larger than {limits.VERSION_FILE.written}", hint)
    if "\0" in text:
        raise _unreadable("this file has NUL bytes: it is not text in UTF-8", "save it as UTF-8")


def _unreadable(what: str, hint: str) -> VersionFileError:
    error = VersionFileError(what, hint=hint)
    error.unreadable = True
    return error


def cut(path: str) -> str:
    """Return `path` without its end if nobody can name it, so that time and memory do not grow with its length."""
    return path[: limits.VALUE_PATH + 1]


def line_number(text: str, offset: int) -> int:
    """Return the line of the character at `offset`, counted from 1."""
    return text.count("\n", 0, offset) + 1


def error_at(text: str, offset: int, what: str, hint: str | None = None) -> VersionFileError:
    """Return an error with the line of the character at `offset` as its place."""
    return VersionFileError(what, where=f"line {line_number(text, offset)}", hint=hint)


def replace_non_ascii(text: str) -> str:
    """Return the text with `x` instead of each character that is not ASCII.

    Some parsers report positions in bytes; in this text, they are the same as positions in characters.
    """
    return re.sub(r"[^\x00-\x7f]", "x", text)


def _only(text: str, path: str, found: Sequence[Place], others: Iterable[str]) -> Place:
    if not found:
        import difflib

        close = difflib.get_close_matches(path, others, n=3, cutoff=0.5)
        others = f", or use another place in `paths`: {', '.join(f'`{name}`' for name in close)}" if close else ""
        raise VersionFileError(f"`{path}` is not set in this file", hint=f"set `{path}` in the file{others}")
    if len(found) > 1:
        raise ambiguous(text, path, found)
    return found[0]


def ambiguous(text: str, path: str, found: Sequence[Place], hint: str = "keep one of them") -> VersionFileError:
    """Return the error for a version that is set more than once, at the places `found`."""
    lines = ", ".join(str(line_number(text, place.span.start)) for place in found[: limits.NAMED_PLACES])
    if len(found) > limits.NAMED_PLACES:
        lines += ", …"
    return error_at(text, found[0].span.start, f"`{path}` is set {len(found)} times (lines {lines})", hint)


def _version(text: str, span: Span) -> Span:
    """Return the characters of the version within a literal, without a leading `v`."""
    match = _LITERAL.fullmatch(span.of(text))
    if match is None:
        raise error_at(
            text,
            span.start,
            f"`{shortened(span.of(text), limits.QUOTED_TEXT)}` is not a plain version",
            hint="write the version here as plain text, or name in `version-files` the file that contains it",
        )
    return Span(span.start + match.start("version"), span.end)


def _replace(text: str, found: Sequence[Span], version: str) -> str:
    pieces, end = [], 0
    for span in sorted(set(found)):
        pieces += [text[end : span.start], version]
        end = span.end
    return "".join([*pieces, text[end:]])
