"""The answers of the API of Kubernetes as objects, also when two threads read them."""

from __future__ import annotations

import subprocess
import sys

# Each round has types that nothing has decoded yet. Before the lock, one of the first rounds ended with SIGSEGV.
TWO_THREADS = """
import sys
import threading
from msgspec import defstruct
from shipit.adapters.kubernetes.objects import read_as

sys.setswitchinterval(1e-6)
for number in range(20):
    part = defstruct(f"Part{number}", [(f"field_{each}", "list[int] | None", None) for each in range(30)])
    kind = defstruct(f"Kind{number}", [("first", part, None), ("last", int, 0)])
    start = threading.Barrier(2)

    def read():
        start.wait()
        assert read_as(kind, b'{"last": 1}').last == 1

    threads = [threading.Thread(target=read) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
"""


def test_two_threads_can_read_a_kind_of_object_for_the_first_time_at_once() -> None:
    assert subprocess.run([sys.executable, "-c", TWO_THREADS]).returncode == 0
