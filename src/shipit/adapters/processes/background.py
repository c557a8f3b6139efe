"""Values computed in the background: by a thread, or by a forked copy of this process.

A thread of Python helps while the main thread waits for git. Only another process can use a second processor.
"""

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


class BackgroundValue(Generic[_Value]):
    """A value that a thread computes while the main thread waits for another program.

    Args:
        compute: returns the value; called again by `value` if it raised in the thread.
    """

    def __init__(self, compute: Callable[[], _Value]) -> None:
        self._compute = compute
        self._values: list[_Value] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(Exception):  # `value` computes it again, and so raises the error to its caller
            self._values.append(self._compute())

    def value(self) -> _Value:
        """Wait for the value and return it; raises the error of `compute`."""
        self._thread.join()
        return self._values[0] if self._values else self._compute()


class ForkedValues(Generic[_Value]):
    """The values that a forked copy of this process computes; the end of the block kills the copy.

    Args:
        compute: yields the values, in the copy. They must be plain data, which `marshal` can write.
    """

    def __init__(self, compute: Callable[[], Iterable[_Value]]) -> None:
        read_end, write_end = os.pipe()
        with open(write_end, "wb") as written:
            self._received = open(read_end, "rb")  # noqa: SIM115 - closed at the end of the block
            with warnings.catch_warnings():  # since Python 3.12 a thread that has just ended can cause a warning
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process = os.fork()
            if not self._process:
                self._run(compute, written)

    def _run(self, compute: Callable[[], Iterable[_Value]], written: BinaryIO) -> NoReturn:
        """Compute and send the values, in the copy, and end it without running the exit handlers of this process."""
        try:
            self._received.close()
            for value in compute():
                marshal.dump(value, written)  # type: ignore[arg-type]
                written.flush()
        finally:
            os._exit(0)

    def __enter__(self) -> ForkedValues[_Value]:
        return self

    def __exit__(self, *raised: type[BaseException] | BaseException | TracebackType | None) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._received.close()

    def next_value(self) -> _Value | None:
        """Wait for the next value and return it; None if the copy failed or has no further value."""
        try:
            value: _Value = marshal.load(self._received)
        except EOFError:
            return None
        return value


def can_fork() -> bool:
    """Return whether a forked copy is possible and useful.

    Not with one processor, and not while other threads run, because the copy would not have them.
    """
    return os.cpu_count() != 1 and threading.active_count() == 1 and hasattr(os, "fork")


def fork_values(compute: Callable[[], Iterable[_Value]]) -> ForkedValues[_Value] | None:
    """Fork a copy of this process that computes values; None if that is not possible or there is no memory for it."""
    try:
        return ForkedValues(compute) if can_fork() else None
    except OSError:
        return None


def work_in_two_processes(
    work: Callable[[Sequence[_Item]], Iterable[str]], items: Sequence[_Item], *, minimum: int = 200
) -> Iterator[str]:
    """Yield the texts of `work(items)`; a forked copy of this process works on the second half of the items.

    If the copy fails, this process works on the second half, too, so that an error is raised here.

    Args:
        minimum: the number of items from which on a second process is used.
    """
    middle = len(items) // 2
    copy = fork_values(lambda: [list(work(items[middle:]))]) if len(items) >= minimum else None
    if copy is None:
        yield from work(items)
        return
    with copy:
        yield from work(items[:middle])
        second_half = copy.next_value()
    yield from work(items[middle:]) if second_half is None else second_half
