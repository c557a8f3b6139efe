"""Measure the build and the push of a small image by shipit and by hand: `make bench-push`, or

    PYTHONPATH=tests .venv/bin/python -m bench.pushing --rounds 5 --page docs/performance.md

Both build the same files and push the same two tags, in turns, with the same engine and registry. The parts of the
tests start them, so nothing else is needed.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from parts import dockerd
from parts.engine import Engine
from parts.images import make_base_image
from parts.registry import open_registry

from bench import targets
from bench.arguments import rounds
from bench.contenders import BIN
from bench.measure import say
from bench.tables import short, write_block

CONFIGURATION = """\
[environments.dev]
branch = "main"
image = { name = "NAME", tags = ["latest", "{sha}"] }
"""
PUSHED, NOTHING = "a new image, built and pushed", "nothing is to be done"


class Took(NamedTuple):
    """The seconds of a command, and the CPU seconds of it and the programs that it started."""

    wall: float
    cpu: float


@dataclass
class Measured:
    """The measurements of both ways, by the task."""

    shipit: dict[str, list[Took]] = field(default_factory=lambda: {PUSHED: [], NOTHING: []})
    by_hand: dict[str, list[Took]] = field(default_factory=lambda: {PUSHED: [], NOTHING: []})


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pushing")
    parser.add_argument("--rounds", type=rounds, default=5)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    begun = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch, dockerd.system_engine() as engine, open_registry() as registry:
        make_base_image(engine)
        measured = measure(Path(scratch), engine, registry.address, asked.rounds)
        version = engine.docker("version", "--format", "{{.Server.Version}}")
    machine = f"docker {version}, Python {platform.python_version()}, {os.cpu_count()} processors"
    load = f"load {begun:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end"
    text = f"{machine}; rounds: {asked.rounds}; {load}.\n\n{report(measured)}"
    print(text)
    if asked.page:
        write_block(asked.page, "pushes", text, by="make bench-push")


def measure(scratch: Path, engine: Engine, registry: str, rounds: int) -> Measured:
    """Measure both ways in turns. The first round warms up and is not counted."""
    environment = {**os.environ, **engine.environment}
    ours = _project(scratch / "shipit", f"{registry}/bench/shipit")
    theirs = _project(scratch / "by-hand", f"{registry}/bench/by-hand")
    measured = Measured()
    for number in range(rounds + 1):
        say(f"round {number} of {rounds}")
        found = Measured()
        for task in (PUSHED, NOTHING):
            if task == PUSHED:
                for place in (ours, theirs):
                    _commit(place, f"feat: round {number}")
            argv = [str(BIN / "shipit"), "image", "dev", "--push"]
            found.shipit[task].append(_took([argv], ours, environment))
            found.by_hand[task].append(_took(_by_hand(theirs, f"{registry}/bench/by-hand"), theirs, environment))
        if number:
            for task in (PUSHED, NOTHING):
                measured.shipit[task] += found.shipit[task]
                measured.by_hand[task] += found.by_hand[task]
    return measured


def _project(place: Path, name: str) -> Path:
    place.mkdir()
    _git(place, "init", "--quiet", "--initial-branch=main")
    (place / "shipit.toml").write_text(CONFIGURATION.replace("NAME", name))
    (place / "Dockerfile").write_text("FROM base/busybox:1\nCOPY content /\n")
    (place / ".dockerignore").write_text(".git\n")
    return place


def _commit(place: Path, message: str) -> None:
    (place / "content").write_text(message)
    _git(place, "add", "--all")
    _git(place, "commit", "--quiet", "--message", message)


def _by_hand(place: Path, name: str) -> Sequence[Sequence[str]]:
    tags = [f"{name}:{_git(place, 'rev-parse', '--short', 'HEAD')}", f"{name}:latest"]
    build = ["docker", "buildx", "build", "--quiet", "--load", *(f"--tag={tag}" for tag in tags), "."]
    return [build, *(["docker", "push", "--quiet", tag] for tag in tags)]


def _git(place: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=place, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _took(commands: Sequence[Sequence[str]], place: Path, environment: Mapping[str, str]) -> Took:
    cpu, began = _cpu(), time.perf_counter()
    for argv in commands:
        subprocess.run(argv, cwd=place, env=environment, check=True, capture_output=True)
    return Took(time.perf_counter() - began, _cpu() - cpu)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(measured: Measured) -> str:
    """Return the table of both ways, and the targets."""
    rows = ["### The push of a small image\n", "| | shipit | `docker build`, `docker push` |", "|---|--:|--:|"]
    for task in (PUSHED, NOTHING):
        rows.append(f"| {task} | {_shown(measured.shipit[task])} | {_shown(measured.by_hand[task])} |")
    pairs = zip(measured.shipit[PUSHED], measured.by_hand[PUSHED], strict=True)
    more = statistics.median(ours.wall - theirs.wall for ours, theirs in pairs)
    idle = statistics.median(each.wall for each in measured.shipit[NOTHING])
    promises = [
        targets.Target.at_most("`shipit image --push`: ≤ 0.6 s more than by hand", more, 0.6, " s"),
        targets.Target.at_most("`shipit image --push`, nothing to do: ≤ 0.4 s", idle, 0.4, " s"),
    ]
    return "\n".join([*rows, "", targets.table("The targets for pushes", promises)])


def _shown(took: Sequence[Took]) -> str:
    wall, cpu = (statistics.median(getattr(each, measure) for each in took) for measure in ("wall", "cpu"))
    return f"{short(wall)} s ({short(cpu)} s CPU)"


if __name__ == "__main__":
    main()
