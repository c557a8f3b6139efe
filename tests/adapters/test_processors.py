"""Work on two processors gives what one would give."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from shipit.adapters.processors import Beside, in_halves

# In a process of its own, for what a test runner has running beside it is not to be copied.
BEGIN = """
import os
from shipit.adapters.processors import begin, in_halves

os.cpu_count = lambda: 2

def told(items):
    return (f"{item} ä\\r\\n\\udc80" for item in items)

def workers(items):
    return (f"{os.getpid()} " for _ in items)

def none_is_left():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True

def processes(count, least):
    return len(set("".join(in_halves(workers, range(count), least=least)).split()))

"""


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_the_second_half_follows_the_first_and_none_is_lost(count: int) -> None:
    run(f"assert ''.join(in_halves(told, range({count}), least=2)) == ''.join(told(range({count})))")


def test_two_processes_share_the_work() -> None:
    run("assert processes(10, least=2) == 2")


def test_few_items_are_worked_on_here() -> None:
    run("assert processes(10, least=11) == 1")


def test_beside_another_thread_everything_is_worked_on_here() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        found = in_halves(lambda items: (f"{len(items)} " for _ in items), range(10), least=2)
        assert set("".join(found).split()) == {"10"}
    finally:
        done.set()
        other.join()


def test_what_goes_wrong_in_the_second_half_is_told_here() -> None:
    run("""
def failing(items):
    for item in items:
        if item == 7:
            raise ValueError(item)
        yield f"{item} "

try:
    "".join(in_halves(failing, range(10), least=2))
except ValueError as error:
    assert error.args == (7,)
else:
    raise AssertionError
""")


def test_who_stops_reading_leaves_no_process_behind() -> None:
    run("""
found = in_halves(told, range(10), least=2)
next(found)
found.close()
assert none_is_left()
""")


def test_a_copy_gives_one_by_one_what_it_makes_and_none_where_it_failed() -> None:
    run("""
def made():
    yield os.getpid()
    yield ("a", 1)
    os._exit(9)

with begin(made) as copy:
    assert copy.value() != os.getpid()
    assert copy.value() == ("a", 1)
    assert copy.value() is None
""")


def test_a_copy_that_nobody_waits_for_any_more_is_ended() -> None:
    run("""
import time
began = time.monotonic()
with begin(lambda: time.sleep(60)):
    pass
assert time.monotonic() - began < 30
assert none_is_left()
""")


def test_there_is_no_copy_beside_another_thread() -> None:
    run("""
import threading
done = threading.Event()
assert begin(lambda: [1]).value() == 1
other = threading.Thread(target=done.wait)
other.start()
assert begin(lambda: [1]) is None
done.set()
other.join()
""")


def test_there_is_no_copy_where_there_is_no_room_for_one() -> None:
    run("""
def full():
    raise OSError(12, "Cannot allocate memory")
os.fork = full
assert begin(lambda: [1]) is None
assert "".join(in_halves(told, range(10), least=2)) == "".join(told(range(10)))
""")


def test_what_is_made_beside_is_there_when_it_is_asked_for_and_so_is_what_went_wrong() -> None:
    assert Beside(lambda: 7).value() == 7
    with pytest.raises(ZeroDivisionError):
        Beside(lambda: 1 // 0).value()
