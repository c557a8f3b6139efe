"""Measure shipit beside its peers and beside git: `make bench`, or

    .venv/bin/python -m bench --sizes 1000,10000 --rounds 5 --page docs/performance.md

Histories are kept in .cache/bench. The tables go to standard output and into the page, where the last ones stood.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.contenders import BIN, CHANGELOG, NEXT, PEERS, Contender, configure
from bench.history import make_history
from bench.measure import PATIENCE, Cost, Costs, measured, median, ratio

HISTORIES = Path(".cache/bench")
BEGIN, END = "<!-- measured by: make bench -->\n", "<!-- end of what was measured -->\n"
QUESTIONS = (("The next version", NEXT, "cpu"), ("The whole changelog", CHANGELOG, "wall"))
SECONDS = {"cpu": "CPU seconds", "wall": "seconds"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    repositories = [history(int(size)) for size in asked.sizes.split(",")]
    text = "\n".join([machine(), *(table(*question, repositories, asked.rounds) for question in QUESTIONS)])
    print(text)
    if asked.page:
        write(asked.page, text)


def history(commits: int) -> Path:
    """A repository with that many commits, where shipit says what it should."""
    place = (HISTORIES / str(commits)).absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    make_history(place, commits)
    configure(place)
    told = subprocess.run(
        [BIN / "shipit", "next"], cwd=place, check=True, capture_output=True, text=True
    ).stdout.strip()
    expected = (place / ".git" / "expected").read_text()
    if told != expected:
        raise SystemExit(f"of {commits} commits shipit makes {told} and not {expected}")
    return place


def machine() -> str:
    """What was measured, and where."""
    versions = (
        said("git", "--version").replace("version ", ""),
        said(BIN / "shipit", "--version"),
        said(PEERS / "git-cliff", "--version"),
        "commitizen " + said(PEERS / "cz", "version"),
        "python-semantic-release " + said(PEERS / "semantic-release", "--version").rpartition(" ")[2],
    )
    where = (
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the begin"
    )
    return f"{', '.join(versions)}; {where}.\n"


def said(*argv: str | Path) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.partition("\n")[0]


def table(title: str, contenders: Sequence[Contender], measure: str, repositories: Sequence[Path], rounds: int) -> str:
    """One row for each history; the cells tell the time, the memory, and how many times shipit's time that is."""
    rows = [row(contenders, measure, repository, rounds) for repository in repositories]
    names = " | ".join(f"`{each.name}`" if " " in each.name else each.name for each in contenders)
    opening = f"### {title}\n\nMedians in {SECONDS[measure]}, MiB, and as a multiple of shipit's.\n"
    return "\n".join([opening, f"| commits | {names} |", f"|--:{'|---' * len(contenders)}|", *rows, ""])


def row(contenders: Sequence[Contender], measure: str, repository: Path, rounds: int) -> str:
    costs = measured(contenders, repository, rounds)
    return f"| {int(repository.name):,} | {' | '.join(cells(contenders, costs, measure))} |"


def cells(contenders: Sequence[Contender], costs: Costs, measure: str) -> Iterator[str]:
    ours = costs["shipit"]
    for contender in contenders:
        known = costs[contender.name]
        yield cell(known, ours, measure) if known else f"no answer within {PATIENCE} s"


def cell(costs: Sequence[Cost], ours: Sequence[Cost], measure: str) -> str:
    told = f"{median(costs, measure):.3f} s, {median(costs, 'memory'):,.0f} MiB"
    return told if costs is ours else f"{told}, {ratio(costs, ours, measure):.2f}×"


def write(page: Path, text: str) -> None:
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
