"""Print the cost of starting shipit, as CPU time and as a multiple of `python -c pass`.

    .venv/bin/python scripts/start_cost.py [ROUNDS]

The commands take turns, so that a busy machine slows all of them alike. Prints medians.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from shipit.cli.demo.sample import make_sample


def cpu_seconds(command: list[str], cwd: Path) -> float:
    """Return the user and system time of one run and of the programs that it starts."""
    before = children_cpu()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return children_cpu() - before


def children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(rounds: int) -> None:
    shipit = str(Path(sys.executable).parent / "shipit")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "shipit --version": [shipit, "--version"],
        "shipit --help": [shipit, "--help"],
        "shipit next": [shipit, "next"],
    }
    with tempfile.TemporaryDirectory() as directory:
        repository = make_sample(Path(directory)).path
        runs = [{name: cpu_seconds(argv, repository) for name, argv in commands.items()} for _ in range(rounds + 1)]
    medians = {name: statistics.median(run[name] for run in runs[1:]) for name in commands}  # the first run warms up
    for name, seconds in medians.items():
        print(f"{name:18} {seconds * 1000:7.1f} ms {seconds / medians['python -c pass']:6.1f} ×")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=31)
    main(parser.parse_args().rounds)
