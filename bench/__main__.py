"""Measure shipit, its peers and git: `make bench`, or

    .venv/bin/python -m bench --sizes 1000,10000 --rounds 5 --page docs/performance.md

The histories are kept in .cache/bench. The tables go to standard output and replace the previous tables on the page.
The charts are written into the directory of the page.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench import targets
from bench.arguments import rounds, sizes
from bench.contenders import BIN, CHANGELOG, NEXT, STARTS, Contender, configure, present
from bench.history import make_history
from bench.machine import machine, output
from bench.measure import Costs, Workload, measured, median, patience, say
from bench.parsing import microseconds
from bench.plot import DARK, LIGHT, plot
from bench.tables import table, write_block

HISTORIES = Path(".cache/bench")
RELEASED = 10_000  # commits of the repository that a release is made in


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--sizes", type=sizes, default="1000,10000,100000")
    parser.add_argument("--rounds", type=rounds, default=5)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    opening = machine(asked.rounds)
    repositories = {Workload(size): history(size) for size in asked.sizes}
    next_version = measure(NEXT, repositories, asked.rounds)
    changelog = measure(CHANGELOG, repositories, asked.rounds)
    small = measured(STARTS, history(RELEASED), asked.rounds, patience(RELEASED))
    promises = [
        *targets.next_version(next_version),
        targets.memory(next_version),
        *targets.changelog(changelog, {each: listed(repositories[each]) for each in repositories}),
        *targets.start(small, microseconds()),
    ]
    text = "\n".join(
        [
            f"{opening}, {os.getloadavg()[0]:.1f} at the end.\n",
            table("The next version", "cpu", next_version),
            table("The whole changelog", "wall", changelog),
            targets.table("The targets", promises),
        ]
    )
    print(text)
    if asked.page:
        write_block(asked.page, "speed", text)
        draw(asked.page.parent, changelog)


def history(commits: int) -> Path:
    """Return a repository with `commits` commits, after a check that shipit decides the expected version there."""
    place = (HISTORIES / str(commits)).absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    say(f"a history of {commits:,} commits")
    make_history(place, commits)
    configure(place)
    printed = output(BIN / "shipit", "next", place=place)
    expected = (place / ".git" / "expected").read_text()
    if printed != expected:
        raise SystemExit(f"shipit decides {printed} for {commits} commits; expected is {expected}")
    return place


def listed(repository: Path) -> int:
    """Return the number of items in the changelog."""
    argv: list[str | Path] = [BIN / "shipit", "changelog", "--all"]
    with subprocess.Popen(argv, cwd=repository, stdout=subprocess.PIPE) as program:
        assert program.stdout
        return sum(line.startswith(b"* ") for line in program.stdout)


def measure(
    contenders: Sequence[Contender], repositories: Mapping[Workload, Path], rounds: int
) -> dict[Workload, Costs]:
    """Measure all contenders in each repository, the smallest first.

    A contender without an answer in one repository is not measured in a larger one.
    """
    found: dict[Workload, Costs] = {}
    for workload, repository in sorted(repositories.items()):
        hopeless = {name for costs in found.values() for name, known in costs.items() if not known}
        found[workload] = measured(present(tuple(contenders)), repository, rounds, patience(workload.commits), hopeless)
    return found


def draw(directory: Path, changelog: Mapping[Workload, Costs]) -> None:
    lines = {name: dict(_growth(changelog, name)) for name in next(iter(changelog.values()))}
    for name, palette in {"growth.svg": LIGHT, "growth-dark.svg": DARK}.items():
        (directory / name).write_text(plot("The whole changelog, in seconds", lines, palette), "utf-8")


def _growth(measured: Mapping[Workload, Costs], name: str) -> Iterator[tuple[int, float]]:
    for workload, costs in measured.items():
        if costs[name]:
            yield workload.commits, median(costs[name], "wall")


if __name__ == "__main__":
    main()
