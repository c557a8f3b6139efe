"""The promises about the speed of shipit, compared with the measurements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.measure import NEEDED, Cost, Costs, Workload, median, ratio
from bench.tables import short

Measured = Mapping[Workload, Costs]


@dataclass(frozen=True)
class Target:
    """A target, the measured value, and whether the target is met."""

    promise: str
    shown: str
    holds: bool

    @classmethod
    def at_most(cls, promise: str, value: float, limit: float, unit: str) -> Target:
        return cls(promise, f"{short(value)}{unit}", value <= limit)

    @classmethod
    def at_least(cls, promise: str, value: float, limit: float) -> Target:
        return cls(promise, f"{short(value)} ×", value >= limit)


def table(title: str, targets: Iterable[Target]) -> str:
    rows = [f"| {each.promise} | {each.shown} | {'yes' if each.holds else '**no**'} |" for each in targets]
    return "\n".join([f"### {title}\n", "| | measured | holds |", "|---|--:|---|", *rows, ""])


def next_version(measured: Measured) -> Iterator[Target]:
    for workload, costs in measured.items():
        git, start, ours = (median(costs[name], "cpu") for name in ("git", "python -c pass", "shipit"))
        limit = 1.5 * git + 12 * start
        promise = f"`shipit next`, {workload}: CPU ≤ 1.5 × git + 12 × `python -c pass`, that is {limit:.3f} s"
        yield Target.at_most(promise, ours, limit, " s")
    for workload, costs in measured.items():
        yield from _faster_than_peers(workload, costs)


def memory(measured: Measured) -> Target:
    """Return the memory target for the longest history."""
    longest = max(measured)
    used = median(measured[longest]["shipit"], "memory")
    return Target.at_most(f"`shipit next`, {longest}: memory ≤ 60 MiB", used, 60, " MiB")


def _faster_than_peers(workload: Workload, costs: Costs) -> Iterator[Target]:
    least = {"commitizen": 15.0, "git-cliff 2.12": 100.0} if workload.commits >= 1_000_000 else {}
    for name, known in costs.items():
        exempt = name in NEEDED or (name == "git-cliff 2.12" and workload.commits < 10_000)
        if known and not exempt:
            limit = least.get(name, 1.0)
            promise = f"`shipit next`, {workload}: ≥ {limit:g} × {name} in CPU"
            yield Target.at_least(promise, ratio(known, costs["shipit"], "cpu"), limit)


CHANGELOG_PEERS = {
    100_000: {"git-cliff 2.12": 8.0, "commitizen": 4.0, "python-semantic-release": 15.0},
    1_000_000: {"git-cliff 2.12": 25.0, "commitizen": 20.0},
}


def changelog(measured: Measured, listed: Mapping[Workload, int]) -> Iterator[Target]:
    """Yield the targets for the whole changelog, for long histories only.

    Args:
        listed: the number of commits in the changelog, for each history.
    """
    for workload, costs in measured.items():
        peers = CHANGELOG_PEERS.get(workload.commits)
        if peers is None:
            continue
        what = f"`shipit changelog --all`, {workload}"
        yield Target.at_most(f"{what}: ≤ 1.6 × git", ratio(costs["shipit"], costs["git"], "wall"), 1.6, " ×")
        memory = median(costs["shipit"], "memory") * 1024 / listed[workload]
        yield Target.at_most(f"{what}: memory ≤ 1.5 KiB for each listed commit", memory, 1.5, " KiB")
        for name, limit in peers.items():
            if costs[name]:
                promise = f"{what}: ≥ {limit:g} × {name}"
                yield Target.at_least(promise, ratio(costs[name], costs["shipit"], "wall"), limit)


def real_changelog(measured: Measured) -> Iterator[Target]:
    for workload, costs in measured.items():
        if workload.commits >= 15_000 and costs["python-semantic-release"]:
            times = ratio(costs["python-semantic-release"], costs["shipit"], "wall")
            yield Target.at_least(f"`shipit changelog --all`, {workload}: ≥ 15 × python-semantic-release", times, 15.0)


def start(costs: Costs, message: float) -> Iterator[Target]:
    """Yield the targets for the start, for one message and for a release.

    Args:
        message: the microseconds to parse an ordinary message.
    """
    nothing = costs["python -c pass"]
    yield Target.at_most("one ordinary message: ≤ 4 µs", message, 4, " µs")
    for name, limit in {"shipit --version": 4, "shipit --help": 6}.items():
        promise = f"`{name}`: CPU ≤ {limit} × `python -c pass`"
        yield Target.at_most(promise, ratio(costs[name], nothing, "cpu"), limit, " ×")
    yield Target.at_most(
        "`shipit release`, 10,000 commits, from plan to push: CPU ≤ 1.5 s", _cpu(costs["shipit release"]), 1.5, " s"
    )


def _cpu(costs: list[Cost]) -> float:
    return median(costs, "cpu")
