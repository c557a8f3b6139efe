"""Measurement of programs that run in turns, so that a busy machine slows all of them equally."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from bench.contenders import START, Contender

LONG = 5  # seconds; a peer that needs this long runs only once
NEEDED = ("git", "shipit", START.name)


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of one run with all that it started, and the memory of the largest process, in MiB.

    The kernel reports a process to be at least as large as this one, which started it.
    """

    wall: float
    cpu: float
    memory: float


class Workload(NamedTuple):
    """A history that all contenders read; the histories that the bench makes have no name."""

    commits: int
    name: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, [self.name, f"{self.commits:,} commits"]))


def patience(commits: int) -> int:
    """Return the time limit of a run over `commits` commits, in seconds."""
    return max(120, commits // 3000)


def cost_of(contender: Contender, repository: Path, seconds: int) -> Cost | None:
    """Measure one run; return None if it took longer than `seconds`, or if a peer failed."""
    place = contender.place(repository)
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        program = subprocess.Popen(
            contender.argv, cwd=place, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(program.pid, signal.SIGKILL))
        signal.alarm(seconds)
        _, status, used = os.wait4(program.pid, 0)
        signal.alarm(0)
        took = time.perf_counter() - began
        program.returncode = status
        if status not in (0, signal.SIGKILL):
            _failed(contender, place, _last_line(errors))
    return None if status else Cost(took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it printed no error"


def _failed(contender: Contender, place: Path, why: str) -> None:
    what = f"{contender.name} failed in {place}: {' '.join(contender.argv)}\n  {why}"
    if contender.name in NEEDED:
        raise SystemExit(what)
    say(what)


Costs = dict[str, list[Cost]]


def say(what: str) -> None:
    """Print progress to standard error; the tables go to standard output."""
    print(what, file=sys.stderr, flush=True)


def measured(
    contenders: Sequence[Contender], repository: Path, rounds: int, seconds: int, hopeless: Collection[str] = ()
) -> Costs:
    """Return the costs of each contender, round by round; none if it is `hopeless` or fails in the first round.

    A peer that needs long runs once.
    """
    costs: Costs = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            known = costs[contender.name]
            if contender.name in hopeless or (number and not _again(contender, known)):
                continue
            say(f"{repository.name}, round {number + 1} of {rounds}: {contender.name}")
            if cost := cost_of(contender, repository, seconds):
                known.append(cost)
    return costs


def _again(contender: Contender, known: Sequence[Cost]) -> bool:
    return bool(known) and (known[0].wall < LONG or contender.name in NEEDED)


def median(costs: Sequence[Cost], measure: str) -> float:
    return float(statistics.median(getattr(cost, measure) for cost in costs))


def ratio(costs: Sequence[Cost], others: Sequence[Cost], measure: str) -> float:
    """Return how many times the others' cost this is: the median over the rounds, or the ratio of medians if the
    numbers of rounds differ.
    """
    if len(costs) != len(others):
        return median(costs, measure) / median(others, measure)
    pairs = zip(costs, others, strict=True)
    return float(statistics.median(getattr(cost, measure) / getattr(other, measure) for cost, other in pairs))
