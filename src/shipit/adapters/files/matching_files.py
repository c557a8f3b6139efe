"""The files below a directory that match a glob pattern.

`glob.glob` follows links round in circles: with two links to the same directory inside that directory, `**` never ends.
Here `**` visits each directory once, and stays below the root.
"""

from __future__ import annotations

import glob
import os
from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatchcase

_Position = tuple[str, int]
"""A path, and the number of parts of the pattern that it matches."""


def matching_files(root: str, pattern: str) -> Iterator[str]:
    """Yield the path of each file below `root` that matches; a link to a file counts as a file.

    `*` matches within a name, and `**` matches any number of directories. Names with a leading dot match only a pattern
    with one. A directory with several names, because of links, has the name without links.
    """
    return _Search(root, pattern).files()


class _Search:
    def __init__(self, root: str, pattern: str) -> None:
        self._root = root
        self._real_root = os.path.realpath(root)
        self._parts = pattern.lstrip("/").split("/")
        self._waiting: deque[_Position] = deque([("/" if pattern.startswith("/") else "", 0)])
        self._links: deque[_Position] = deque()  # visited last, so that a directory keeps its own name
        self._visited: set[tuple[int, int, int]] = set()

    def files(self) -> Iterator[str]:
        while self._waiting or self._links:
            path, index = (self._waiting or self._links).popleft()
            if index == len(self._parts):
                if os.path.isfile(self._at(path)):
                    yield path
            elif self._parts[index] == "**":
                self._enter(path, index)
            elif glob.has_magic(self._parts[index]):
                found = (entry.name for entry in self._entries(path) if self._fits(entry.name, self._parts[index]))
                self._waiting.extend((os.path.join(path, name), index + 1) for name in found)
            else:
                self._waiting.append((os.path.join(path, self._parts[index]), index + 1))

    def _enter(self, path: str, index: int) -> None:
        """Go on with the directory `path` and all below it, unless `**` at `index` was here before."""
        try:
            status = os.stat(self._at(path))
        except OSError:
            return
        place = (index, status.st_dev, status.st_ino)
        if place in self._visited:
            return
        self._visited.add(place)
        last = index + 1 == len(self._parts)
        if not last:
            self._waiting.append((path, index + 1))
        for entry in self._entries(path):
            below = os.path.join(path, entry.name)
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                if not entry.is_symlink():
                    self._waiting.append((below, index))
                elif self._is_inside(below):
                    self._links.append((below, index))
            elif last:
                self._waiting.append((below, index + 1))

    def _entries(self, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._at(path)) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:  # it is no directory, or it cannot be read
            return []

    def _fits(self, name: str, part: str) -> bool:
        return name.startswith(".") <= part.startswith(".") and fnmatchcase(name, part)

    def _is_inside(self, path: str) -> bool:
        real = os.path.realpath(self._at(path))
        return os.path.commonpath([real, self._real_root]) == self._real_root

    def _at(self, path: str) -> str:
        return os.path.join(self._root, path) or "."
