"""Measure histories of other projects: `make bench TIMED=dir`, or

    PYTHONPATH=tests .venv/bin/python -m bench.real DIRECTORY --rounds 5 --page docs/performance.md

DIRECTORY contains repositories and bundles (*.bundle) with release tags such as `v1.4.0`. At the newest commit of each,
all contenders compute the next version and the whole changelog.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import targets
from bench.arguments import directory, rounds
from bench.contenders import BIN, CHANGELOG, NEXT, configure, present
from bench.machine import machine
from bench.measure import Workload, measured, patience, say
from bench.replay import FORMAT, git, opened
from bench.tables import table, write_block
from shipit.core.versions import Version, version_tags


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.real")
    parser.add_argument("histories", type=directory)
    parser.add_argument("--rounds", type=rounds, default=5)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        repositories = dict(sorted(workloads(asked.histories, Path(scratch))))
        if not repositories:
            raise SystemExit(f"`{asked.histories}` contains no repository that can be measured; nothing was written")
        opening = machine(asked.rounds)
        text = f"{opening}, {os.getloadavg()[0]:.1f} at the end.\n\n{report(repositories, asked.rounds)}"
    print(text)
    if asked.page:
        write_block(asked.page, "other projects", text)


def report(repositories: dict[Workload, Path], rounds: int) -> str:
    next_version, changelog = (
        {
            workload: measured(present(contenders), path, rounds, patience(workload.commits))
            for workload, path in repositories.items()
        }
        for contenders in (NEXT, CHANGELOG)
    )
    promises = [*targets.next_version(next_version), *targets.real_changelog(changelog)]
    tables = (
        table("The next version of other projects", "cpu", next_version),
        table("The whole changelog of other projects", "wall", changelog),
    )
    return "\n".join([*tables, targets.table("The targets with other projects", promises)])


def workloads(histories: Path, scratch: Path) -> Iterator[tuple[Workload, Path]]:
    """Yield a clone of each repository, on a branch `main` at its newest commit, if shipit succeeds in it."""
    for name, repository in opened(histories, scratch / "bundles").items():
        place = scratch / name
        git(histories, "clone", "--quiet", "--no-checkout", str(repository.absolute()), str(place))
        if not (newest := newest_commit(place)) or not version_tags(
            dict.fromkeys(git(place, "tag").split(), ""), FORMAT
        ):
            say(f"{name} is skipped: it has no release with a tag like {FORMAT.render(Version(1, 4, 0))}")
            continue
        git(place, "checkout", "--quiet", "-B", "main", newest)
        git(place, "remote", "set-url", "origin", "https://github.com/acme/app.git")
        configure(place)
        answered = subprocess.run([BIN / "shipit", "next"], cwd=place, capture_output=True, text=True)
        if answered.returncode:
            say(f"{name} is skipped: {answered.stderr.partition(chr(10))[0]}")
        else:
            yield Workload(int(git(place, "rev-list", "--count", "HEAD")), name), place


def newest_commit(clone: Path) -> str:
    """Return the name of the remote HEAD, or of the newest branch if a bundle has no HEAD; empty without a commit."""
    branches = git(clone, "for-each-ref", "--sort=-committerdate", "--format=%(refname)", "refs/remotes/origin")
    head = "refs/remotes/origin/HEAD"
    return head if head in branches.split() else next(iter(branches.split()), "")


if __name__ == "__main__":
    main()
