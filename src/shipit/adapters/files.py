"""The working tree of a repository."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import os
from typing import BinaryIO

from shipit.errors import CommandError, ConfigError


def inside(root: str, path: str) -> str:
    """The real place of `path`; raises `ConfigError` when that is not below `root`."""
    place, real_root = os.path.realpath(os.path.join(root, path)), os.path.realpath(root)
    if os.path.commonpath([place, real_root]) != real_root:
        raise ConfigError(f"`{path}` is outside the repository", hint="name a file below the repository's root")
    return place


class WorkingTree:
    """Files below `root`. Text is UTF-8 with surrogateescape and untranslated line ends: bytes survive.

    Args:
        record: a file that takes the digest of every text before it is written, so that what a killed run
            left is known for shipit's own, by its bytes; None where nobody asks.
    """

    def __init__(self, root: str, record: str | None = None) -> None:
        self._root = root
        self._record = record

    def _at(self, path: str) -> str:
        """The real place of `path`; raises `ConfigError` when that is outside the repository, or git's own."""
        place = inside(self._root, path)
        if ".git" in os.path.relpath(place, os.path.realpath(self._root)).lower().split(os.sep):
            raise ConfigError(f"`{path}` is inside `.git`", hint="name a file that git can track")
        return place

    def read(self, path: str) -> str | None:
        data = self._bytes(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def digest(self, path: str) -> str | None:
        data = self._bytes(path)
        return None if data is None else hashlib.sha256(data).hexdigest()

    def _bytes(self, path: str) -> bytes | None:
        try:
            with open(self._at(path), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CommandError(f"`{path}` cannot be read: {error.strerror}") from error

    def size(self, path: str) -> int:
        return os.path.getsize(self._at(path))

    def glob(self, pattern: str) -> tuple[str, ...]:
        found = glob.glob(pattern, root_dir=self._root, recursive=True)
        return tuple(sorted(path for path in found if os.path.isfile(self._at(path))))

    def wrote(self, path: str) -> bool:
        if self._record is None or not os.path.exists(self._record):
            return False
        with open(self._record, encoding="ascii") as record:
            return self.digest(path) in record.read().split()

    def write(self, path: str, text: str) -> None:
        """Replace the whole file at once: temporary file, fsync, rename. Keeps the file's mode."""
        place, data = self._at(path), text.encode("utf-8", "surrogateescape")
        try:
            self._note(data)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            _replace(place, data)
        except OSError as error:
            raise CommandError(
                f"`{path}` cannot be written: {error.strerror}",
                hint="make room or mend the permissions, then run the same command again",
            ) from error

    def _note(self, data: bytes) -> None:
        if self._record is not None:
            os.makedirs(os.path.dirname(self._record), exist_ok=True)
            with open(self._record, "a", encoding="ascii") as record:
                record.write(hashlib.sha256(data).hexdigest() + "\n")


def _replace(place: str, data: bytes) -> None:
    directory, name = os.path.split(place)
    temporary = os.path.join(directory, f".shipit-{name}")
    with _own(temporary) as file:
        try:
            if os.path.exists(place):
                os.chmod(temporary, os.stat(place).st_mode & 0o777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(temporary, place)
        except BaseException:
            os.unlink(temporary)
            raise


def _own(temporary: str) -> BinaryIO:
    """The file `temporary`, empty and ours: no other writer's, but the one that a killed writer left is taken over."""
    while True:
        file = os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(temporary)):
                file.truncate()
                return file
        file.close()  # whoever held it has renamed it by now
