"""Values computed in the background are the same as without it."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from shipit.adapters.processes.background import BackgroundValue, work_in_two_processes

# Each test code runs in a process of its own, because the threads of a test runner prevent a fork.
SETUP = """
import os
from shipit.adapters.processes.background import fork_values, work_in_two_processes

os.cpu_count = lambda: 2

def texts(items):
    return (f"{item} ä\\r\\n\\udc80" for item in items)

def process_ids(items):
    return (f"{os.getpid()} " for _ in items)

def no_child_is_left():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True

def processes(count, minimum):
    return len(set("".join(work_in_two_processes(process_ids, range(count), minimum=minimum)).split()))

"""


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", SETUP + code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_the_second_half_follows_the_first_and_no_item_is_lost(count: int) -> None:
    run(f"""
assert "".join(work_in_two_processes(texts, range({count}), minimum=2)) == "".join(texts(range({count})))
""")


def test_two_processes_share_the_work() -> None:
    run("assert processes(10, minimum=2) == 2")


def test_one_process_works_on_few_items() -> None:
    run("assert processes(10, minimum=11) == 1")


def test_one_process_works_on_everything_while_another_thread_runs() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        lengths = work_in_two_processes(lambda items: (f"{len(items)} " for _ in items), range(10), minimum=2)
        assert set("".join(lengths).split()) == {"10"}
    finally:
        done.set()
        other.join()


def test_an_error_in_the_second_half_is_raised_in_this_process() -> None:
    run("""
def failing(items):
    for item in items:
        if item == 7:
            raise ValueError(item)
        yield f"{item} "

try:
    "".join(work_in_two_processes(failing, range(10), minimum=2))
except ValueError as error:
    assert error.args == (7,)
else:
    raise AssertionError
""")


def test_a_caller_that_stops_reading_leaves_no_process_behind() -> None:
    run("""
pieces = work_in_two_processes(texts, range(10), minimum=2)
next(pieces)
pieces.close()
assert no_child_is_left()
""")


def test_a_copy_returns_its_values_one_by_one_and_none_after_it_failed() -> None:
    run("""
def values():
    yield os.getpid()
    yield ("a", 1)
    os._exit(9)

with fork_values(values) as copy:
    assert copy.next_value() != os.getpid()
    assert copy.next_value() == ("a", 1)
    assert copy.next_value() is None
""")


def test_a_copy_whose_values_are_not_needed_any_more_is_killed() -> None:
    run("""
import time
began = time.monotonic()
with fork_values(lambda: time.sleep(60)):
    pass
assert time.monotonic() - began < 30
assert no_child_is_left()
""")


def test_there_is_no_copy_while_another_thread_runs() -> None:
    run("""
import threading
done = threading.Event()
assert fork_values(lambda: [1]).next_value() == 1
other = threading.Thread(target=done.wait)
other.start()
assert fork_values(lambda: [1]) is None
done.set()
other.join()
""")


def test_there_is_no_copy_without_memory_for_it() -> None:
    run("""
def full():
    raise OSError(12, "Cannot allocate memory")
os.fork = full
assert fork_values(lambda: [1]) is None
assert "".join(work_in_two_processes(texts, range(10), minimum=2)) == "".join(texts(range(10)))
""")


def test_a_background_value_is_returned_and_its_error_is_raised() -> None:
    assert BackgroundValue(lambda: 7).value() == 7
    with pytest.raises(ZeroDivisionError):
        BackgroundValue(lambda: 1 // 0).value()
