"""Deployments to a stand-in whose answers go wrong, from each request of kubectl on: about 20 minutes.

RESULTS=FILE gets a line for each deployment: the fault, once or from then on, the request, exit statuses, seconds, MiB.

pytest -n 2 tests/clusters/long_faults.py
"""

from __future__ import annotations

import itertools
import json
import os
import time

import pytest
from clusters.conftest import REAL
from clusters.shop import REFUSED, Shop
from standin.kubernetes.faults import FAULTS, Faults

pytestmark = pytest.mark.skipif(REAL, reason="the answers of a real API server do not go wrong on request")
LIMITS = {"KUBECTL": 15, "KUBECTL_REQUEST": 6, "LEASE": 9, "KUBECTL_ANSWER": 4 << 20}
REQUESTS = 45  # a few more than a deployment has without waiting
LARGEST = 300  # MiB
_kinds = itertools.cycle(FAULTS)
CASES = [
    (fault, first, once)
    for first in range(1, REQUESTS + 1)
    for fault, once in ((next(_kinds), False), (next(_kinds), False), (next(_kinds), True))
]


@pytest.mark.parametrize(("fault", "first", "once"), CASES)
def test_a_deployment_whose_answers_go_wrong_ends_and_is_finished_later(
    shop: Shop, fault: str, first: int, once: bool
) -> None:
    shop.push("1.0.0")
    memory, standin = shop.root.parent / "memory", shop.cluster.standin
    env = {"LIMITS": json.dumps(LIMITS), "MEMORY": str(memory)}
    standin.faults = Faults(fault, first, once)
    began = time.monotonic()
    run = shop.deploy("1.0.0", env=env)
    took, size, seen = time.monotonic() - began, int(memory.read_text()) // 1024, standin.faults.seen
    standin.faults = Faults()
    patient = {"LIMITS": json.dumps({"LEASE": LIMITS["LEASE"]})}
    again = shop.deploy("1.0.0", env=patient)
    if again.status == REFUSED and "held" in again.err:
        again = shop.deploy("1.0.0", "--retry", env=patient)
    with open(os.environ.get("RESULTS", os.devnull), "a", encoding="utf-8") as results:
        results.write(f"{fault}\t{once}\t{first}/{seen}\t{run.status}\t{again.status}\t{took:.1f}\t{size}\n")
    assert run.status in (0, 3, 4, 5, 6, 7), run.err
    assert run.status or once or seen < first
    assert size <= LARGEST
    again.succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record[-1] == "verified 1.0.0"
