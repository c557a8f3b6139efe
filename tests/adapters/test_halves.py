"""Work on two processors gives what one would give."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence

import pytest

from shipit.adapters.halves import in_halves


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def told(items: Sequence[int]) -> Iterator[str]:
    return (f"{item} ä\r\n\udc80" for item in items)


def workers(items: Sequence[int]) -> Iterator[str]:
    return (f"{os.getpid()} " for _ in items)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_the_second_half_follows_the_first_and_none_is_lost(count: int) -> None:
    items = range(count)
    assert "".join(in_halves(told, items, least=2)) == "".join(told(items))


def test_two_processes_share_the_work() -> None:
    assert len(set("".join(in_halves(workers, range(10), least=2)).split())) == 2


def test_few_items_are_worked_on_here() -> None:
    assert set("".join(in_halves(workers, range(10), least=11)).split()) == {str(os.getpid())}


def test_beside_another_thread_everything_is_worked_on_here() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert set("".join(in_halves(workers, range(10), least=2)).split()) == {str(os.getpid())}
    finally:
        done.set()
        other.join()


def test_what_goes_wrong_in_the_second_half_is_told_here() -> None:
    def failing(items: Sequence[int]) -> Iterator[str]:
        for item in items:
            if item == 7:
                raise ValueError(item)
            yield f"{item} "

    found = in_halves(failing, range(10), least=2)
    with pytest.raises(ValueError, match="7"):
        "".join(found)


def test_who_stops_reading_leaves_no_process_behind() -> None:
    found = in_halves(told, range(10), least=2)
    next(found)
    found.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
