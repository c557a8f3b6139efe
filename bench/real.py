"""Time histories that the bench did not make: `make bench TIMED=dir`, or

    PYTHONPATH=tests .venv/bin/python -m bench.real DIRECTORY --rounds 5 --page docs/performance.md

DIRECTORY holds repositories and bundles (*.bundle) whose release tags look like `v1.4.0`. At the newest commit of each,
all are asked for the next version and for the whole changelog.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import targets
from bench.arguments import directory, rounds
from bench.contenders import BIN, CHANGELOG, NEXT, configure, present
from bench.measure import Workload, measured, patience, say
from bench.replay import git, opened
from bench.tables import table, write_block


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.real")
    parser.add_argument("histories", type=directory)
    parser.add_argument("--rounds", type=rounds, default=5)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        repositories = dict(sorted(workloads(asked.histories, Path(scratch))))
        text = report(repositories, asked.rounds) if repositories else ""
    if not text:
        raise SystemExit(f"in `{asked.histories}` shipit has no answer anywhere; nothing was written")
    print(text)
    if asked.page:
        write_block(asked.page, "real histories", text)


def report(repositories: dict[Workload, Path], rounds: int) -> str:
    next_version, changelog = (
        {
            workload: measured(present(contenders), path, rounds, patience(workload.commits))
            for workload, path in repositories.items()
        }
        for contenders in (NEXT, CHANGELOG)
    )
    promises = [*targets.next_version(next_version), *targets.real_changelog(changelog)]
    tables = (table("The next version", "cpu", next_version), table("The whole changelog", "wall", changelog))
    return "\n".join([*tables, targets.table(promises)])


def workloads(histories: Path, scratch: Path) -> Iterator[tuple[Workload, Path]]:
    """A clone of each repository, on a branch `main` at its newest commit, in which shipit has an answer."""
    for name, repository in opened(histories, scratch / "bundles").items():
        place = scratch / name
        git(histories, "clone", "--quiet", str(repository), str(place))
        git(place, "checkout", "--quiet", "-B", "main")
        git(place, "remote", "set-url", "origin", "https://github.com/acme/app.git")
        configure(place)
        answered = subprocess.run([BIN / "shipit", "next"], cwd=place, capture_output=True, text=True)
        if answered.returncode:
            say(f"{name} is left out: {answered.stderr.partition(chr(10))[0]}")
        else:
            yield Workload(int(git(place, "rev-list", "--count", "HEAD")), name), place


if __name__ == "__main__":
    main()
