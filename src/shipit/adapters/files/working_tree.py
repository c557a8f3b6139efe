"""The working tree of a clone, on disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
from typing import BinaryIO

from shipit.adapters.files.matching_files import matching_files
from shipit.adapters.files.regular_file import read_regular_file
from shipit.errors import CommandError, ConfigError


def inside(root: str, path: str) -> str:
    """Return the absolute path of `path`, symbolic links resolved; raises `ConfigError` if it is not below `root`."""
    resolved, real_root = os.path.realpath(os.path.join(root, path)), os.path.realpath(root)
    if os.path.commonpath([resolved, real_root]) != real_root:
        raise ConfigError(f"`{path}` is outside the repository", hint="name a file below the repository's root")
    return resolved


def _is_endless(path: str) -> bool:
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


class WorkingTree:
    """The files below `root`; `shipit.world.Files` describes the methods.

    Args:
        root: the root of the clone.
        record: a file to which the digest of each text is appended before the text is written. `wrote` compares with
            it, so that a file from a killed run is recognised as shipit's own. None if `wrote` is not needed.
    """

    def __init__(self, root: str, record: str | None = None) -> None:
        self._root = root
        self._record = record

    def _at(self, path: str) -> str:
        """Return the absolute path of `path`; raises `ConfigError` if it is outside the repository or in `.git`."""
        resolved = inside(self._root, path)
        if ".git" in os.path.relpath(resolved, os.path.realpath(self._root)).lower().split(os.sep):
            raise ConfigError(f"`{path}` is inside `.git`", hint="name a file that git can track")
        return resolved

    def read(self, path: str) -> str | None:
        data = self._bytes(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def real_path(self, path: str) -> str:
        resolved = self._at(path)
        if _is_endless(resolved):
            raise ConfigError(f"`{path}` is a link that leads back to itself", hint=f"remove the link: git rm '{path}'")
        return os.path.relpath(resolved, os.path.realpath(self._root))

    def digest(self, path: str) -> str | None:
        data = self._bytes(path)
        return None if data is None else hashlib.sha256(data).hexdigest()

    def _bytes(self, path: str) -> bytes | None:
        try:
            return read_regular_file(self._at(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CommandError(f"`{path}` cannot be read: {error.strerror}", hint=_readable(path, error)) from error

    def size(self, path: str) -> int:
        return os.path.getsize(self._at(path))

    def glob(self, pattern: str) -> tuple[str, ...]:
        found = set(matching_files(self._root, pattern))
        for path in found:
            self._at(path)
        return tuple(sorted(found))

    def wrote(self, path: str) -> bool:
        if self._record is None or not os.path.exists(self._record):
            return False
        with open(self._record, encoding="ascii", errors="replace") as record:
            return self.digest(path) in record.read().split()

    def write(self, path: str, text: str) -> None:
        """Replace the whole file atomically (temporary file, fsync, rename) and keep its mode."""
        target, data = self._at(path), text.encode("utf-8", "surrogateescape")
        try:
            self._add_to_record(data)
        except OSError as error:
            raise _unwritable(str(self._record), error) from error
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _replace(target, data)
        except OSError as error:
            raise _unwritable(path, error, os.path.dirname(target)) from error

    def _add_to_record(self, data: bytes) -> None:
        if self._record is not None:
            os.makedirs(os.path.dirname(self._record), exist_ok=True)
            with open(self._record, "a", encoding="ascii") as record:
                record.write(hashlib.sha256(data).hexdigest() + "\n")


def _unwritable(path: str, error: OSError, directory: str | None = None) -> CommandError:
    """Return the error for the file `path` that cannot be written; `directory` is the place of a relative path."""
    what = f"`{path}` cannot be written: {error.strerror}"
    hint = "free disk space or fix the permissions, then run the same command again"
    return CommandError(what, where=directory, hint=hint)


def _readable(path: str, error: OSError) -> str:
    """Return the way to make the file `path` readable."""
    if isinstance(error, IsADirectoryError):
        return f"move the directory `{path}` away, or name another file in shipit.toml, then run the same command again"
    return f"see what is there with `ls -ld '{path}'` and fix it, then run the same command again"


def _replace(target: str, data: bytes) -> None:
    directory, name = os.path.split(target)
    temporary = os.path.join(directory, f".shipit-{name}")
    with _locked_file(temporary) as file:
        try:
            if os.path.exists(target):
                os.chmod(temporary, os.stat(target).st_mode & 0o777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise


def _locked_file(temporary: str) -> BinaryIO:
    """Open the file `temporary`, empty and locked, so that two writers never share it.

    A file that a killed writer left is reused.
    """
    while True:
        file = os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(temporary)):
                file.truncate()
                return file
        file.close()  # the previous holder of the lock has renamed or removed the file
