"""The ports to the working tree, and to the commands that the user configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Files(Protocol):
    """The working tree. Paths are relative to its root.

    Text is UTF-8 with surrogateescape, and line ends are not translated, so that any bytes survive a read and a write.
    """

    # reads
    def read(self, path: str) -> str | None:
        """Return the content of a file; None if there is no such file."""

    def real_path(self, path: str) -> str:
        """Return the path of the file that `path` leads to through symbolic links; `path` itself without links.

        Raises `ConfigError` if that is outside the repository, or if the links lead back to `path`.
        """

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file's bytes, in hexadecimal; None if there is no such file."""

    def size(self, path: str) -> int:
        """Return the size of a file, in bytes."""

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the paths of the files that match, sorted; `**` matches any number of directories.

        `**` follows links to directories of the repository, and visits each directory once.
        """

    def wrote(self, path: str) -> bool:
        """Return whether the file's content is one that shipit wrote in this clone, in this run or an earlier one."""

    # writes
    def write(self, path: str, text: str) -> None:
        """Replace a file atomically, or create it with its directories."""


class Process(Protocol):
    """The commands that the user configured (`prepare`, `build`)."""

    def ran(self, key: str) -> bool:
        """Return whether `run` succeeded for `key` in this process, or `record` was called for it."""

    def record(self, key: str) -> None:
        """Record that the command of `key` succeeded; it ran in another place, such as a container."""

    # writes
    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None:
        """Run a shell command in the repository and record its success under `key`.

        Args:
            timeout: in seconds.
            env: environment variables to add to those of this process.

        Raises `CommandError` if the command fails or takes longer than `timeout`.
        """
