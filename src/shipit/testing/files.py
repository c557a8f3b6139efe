"""A working tree in memory, for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath

from shipit.errors import ConfigError


class FakeFiles:
    """The files of a working tree; `held` has their bytes by path, and a test can read and change it.

    Args:
        texts: the initial files, text by path.
    """

    def __init__(self, texts: Mapping[str, str] = {}) -> None:
        self.held = {path: _bytes(text) for path, text in texts.items()}
        self._written: set[bytes] = set()

    def read(self, path: str) -> str | None:
        data = self.held.get(_inside(path))
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def real_path(self, path: str) -> str:
        """Return `path`: this working tree has no links."""
        return _inside(path)

    def digest(self, path: str) -> str | None:
        data = self.held.get(_inside(path))
        return None if data is None else hashlib.sha256(data).hexdigest()

    def size(self, path: str) -> int:
        return len(self.held[_inside(path)])

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the paths that match: `*` within a name, `**` any number of directories; hidden files are left out."""
        parts = pattern.split("/")
        return tuple(sorted(path for path in self.held if _matches(path.split("/"), parts)))

    def wrote(self, path: str) -> bool:
        return self.held.get(_inside(path)) in self._written

    def write(self, path: str, text: str) -> None:
        self.held[_inside(path)] = _bytes(text)
        self._written.add(_bytes(text))

    def edit(self, path: str, text: str) -> None:
        """Write a file as a user does, so that `wrote` does not count it as shipit's."""
        self.held[_inside(path)] = _bytes(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _inside(path: str) -> str:
    """Return `path` in its shortest form; raises `ConfigError` if it is outside the repository."""
    short = normpath(path)
    if short.startswith(("../", "/")):
        raise ConfigError(f"`{path}` is outside the repository", hint="name a file below the repository's root")
    return short


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern or (not parts and pattern != ["**"]):
        return not parts and not pattern
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or (_fits(parts, "*") and _matches(parts[1:], pattern))
    return _fits(parts, pattern[0]) and _matches(parts[1:], pattern[1:])


def _fits(parts: Sequence[str], pattern: str) -> bool:
    """Return whether the first part matches; a name with a leading dot matches only a pattern with one."""
    hidden = bool(parts) and parts[0].startswith(".")
    return bool(parts) and hidden <= pattern.startswith(".") and fnmatchcase(parts[0], pattern)
