"""Work on two processors, for Python itself uses one."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")
_CHUNK = 1 << 20


def in_halves(
    work: Callable[[Sequence[_Item]], Iterator[str]], items: Sequence[_Item], *, least: int = 200
) -> Iterator[str]:
    """`work(items)`, with the second half of the items worked on by a copy of this process.

    Where the copy fails its half is worked on here after all, so that what went wrong there is told here. Below
    `least` items, with one processor, or beside other threads, which a copy would not have, there is none.
    """
    if len(items) < least or os.cpu_count() == 1 or threading.active_count() > 1 or not hasattr(os, "fork"):
        yield from work(items)
        return
    middle = len(items) // 2
    with tempfile.TemporaryFile() as written:
        copy = os.fork()
        if not copy:
            _write(written.fileno(), lambda: work(items[middle:]))
        try:
            yield from work(items[:middle])
        finally:
            _, status = os.waitpid(copy, 0)
        if status:
            yield from work(items[middle:])
        else:
            written.seek(0)
            yield from _read(written.fileno())


def _write(file: int, made: Callable[[], Iterator[str]]) -> None:
    """What the copy does; nothing of this process may come to its end there a second time."""
    status = 1
    try:
        with open(file, "w", encoding="utf-8", newline="", errors="surrogatepass", closefd=False) as out:
            out.writelines(made())
        status = 0
    finally:
        os._exit(status)


def _read(file: int) -> Iterator[str]:
    with open(file, encoding="utf-8", newline="", errors="surrogatepass", closefd=False) as text:
        while chunk := text.read(_CHUNK):
            yield chunk
