"""Work on two processors, for Python itself uses one."""

from __future__ import annotations

import contextlib
import marshal
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import BinaryIO, Generic, NoReturn, TypeVar

_Item = TypeVar("_Item")
_Value = TypeVar("_Value")


class Beside(Generic[_Value]):
    """A value that a thread makes while this one waits for another program."""

    def __init__(self, make: Callable[[], _Value]) -> None:
        self._make = make
        self._made: list[_Value] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(Exception):  # `value` makes it again, and tells
            self._made.append(self._make())

    def value(self) -> _Value:
        """Raises what making it raises."""
        self._thread.join()
        return self._made[0] if self._made else self._make()


class Copy(Generic[_Value]):
    """A copy of this process that makes values of plain data; nothing of it is left behind where this block ends."""

    def __init__(self, make: Callable[[], Iterable[_Value]]) -> None:
        reading, writing = os.pipe()
        with open(writing, "wb") as written:
            self._made = open(reading, "rb")  # noqa: SIM115 - until the block ends
            with warnings.catch_warnings():  # from Python 3.12 on a thread that just ended may still be counted
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process = os.fork()
            if not self._process:
                self._live(make, written)

    def _live(self, make: Callable[[], Iterable[_Value]], written: BinaryIO) -> NoReturn:
        """What the copy does; nothing of this process may come to its end there a second time."""
        try:
            self._made.close()
            for value in make():
                marshal.dump(value, written)  # type: ignore[arg-type]
                written.flush()
        finally:
            os._exit(0)

    def __enter__(self) -> Copy[_Value]:
        return self

    def __exit__(self, *told: type[BaseException] | BaseException | TracebackType | None) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._made.close()

    def value(self) -> _Value | None:
        """The next that it made; None where it failed."""
        try:
            made: _Value = marshal.load(self._made)
        except EOFError:
            return None
        return made


def may_copy() -> bool:
    """Whether a copy helps: not with one processor, and not beside other threads, which it would not have."""
    return os.cpu_count() != 1 and threading.active_count() == 1 and hasattr(os, "fork")


def begin(make: Callable[[], Iterable[_Value]]) -> Copy[_Value] | None:
    """A copy, where that helps and there is room for one."""
    try:
        return Copy(make) if may_copy() else None
    except OSError:
        return None


def in_halves(
    work: Callable[[Sequence[_Item]], Iterable[str]], items: Sequence[_Item], *, least: int = 200
) -> Iterator[str]:
    """`work(items)`, with the second half of the items worked on by a copy of this process, if there are `least`.

    Where the copy fails its half is worked on here after all, so that what went wrong there is told here.
    """
    middle = len(items) // 2
    copy = begin(lambda: [list(work(items[middle:]))]) if len(items) >= least else None
    if copy is None:
        yield from work(items)
        return
    with copy:
        yield from work(items[:middle])
        made = copy.value()
    yield from work(items[middle:]) if made is None else made
