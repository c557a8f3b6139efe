"""A working tree in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath

from shipit.errors import ConfigError


class FakeFiles:
    """Files by path, as bytes in `held`, which a test may look at and change.

    Args:
        texts: the files there are at first.
    """

    def __init__(self, texts: Mapping[str, str] = {}) -> None:
        self.held = {path: _bytes(text) for path, text in texts.items()}
        self._written: set[bytes] = set()

    def read(self, path: str) -> str | None:
        data = self.held.get(_inside(path))
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def digest(self, path: str) -> str | None:
        data = self.held.get(_inside(path))
        return None if data is None else hashlib.sha256(data).hexdigest()

    def size(self, path: str) -> int:
        return len(self.held[_inside(path)])

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The files that `pattern` matches: `*` within a name, `**` any number of directories, hidden ones aside."""
        parts = pattern.split("/")
        return tuple(sorted(path for path in self.held if _matches(path.split("/"), parts)))

    def wrote(self, path: str) -> bool:
        return self.held.get(_inside(path)) in self._written

    def write(self, path: str, text: str) -> None:
        self.held[_inside(path)] = _bytes(text)
        self._written.add(_bytes(text))

    def edit(self, path: str, text: str) -> None:
        """Write as a person does: not to be taken for shipit's own."""
        self.held[_inside(path)] = _bytes(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _inside(path: str) -> str:
    """`path` in its shortest form; raises `ConfigError` when it leads out of the repository."""
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
    """Whether the first part fits; what begins with a dot has to be asked for."""
    hidden = bool(parts) and parts[0].startswith(".")
    return bool(parts) and hidden <= pattern.startswith(".") and fnmatchcase(parts[0], pattern)
