"""Measure deployments by shipit and by other ways to deploy: `make bench-deploy`, or

    PYTHONPATH=tests .venv/bin/python -m bench.deploying --rounds 5 --kills 10 --page docs/performance.md

All contenders deploy the same images to the same engine, in turns. The parts of the tests start the engine, a registry
and nginx, so nothing else is needed.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from parts import dockerd
from parts.engine import Engine
from parts.load import Mode, load
from parts.registry import open_registry
from parts.web_app import WebApp, make_web_app

from bench import targets
from bench.arguments import rounds
from bench.deploy_commands import measure_commands
from bench.deploy_contenders import deployers
from bench.deployers import Deployer, answer
from bench.measure import say
from bench.tables import short, write_block

MODES: Sequence[Mode] = ("close", "keep")
SHOWN = {"close": "a new connection for each request", "keep": "kept connections"}
CLIENTS, PAUSE = 8, 0.005  # the pause leaves half of the machine to the deployment
SEED = 20


@dataclass
class Measured:
    """The measurements of one contender: lost and all requests by mode, problems after a kill, and seconds.

    `left` is the number of containers that still ran too many after a kill and the same command again.
    """

    requests: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    kills: int = 0
    problems: list[str] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    killed_requests: int = 0
    killed_lost: int = 0
    left: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.deploying")
    parser.add_argument("--rounds", type=rounds, default=5)
    parser.add_argument("--kills", type=rounds, default=10)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--rollout", type=Path, help="the file docker-rollout")
    asked = parser.parse_args()
    begun = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch, dockerd.system_engine() as engine, open_registry() as registry:
        apps = [
            make_web_app(engine, "shop", each, registry=registry, healthcheck=True, interval=0.3)
            for each in ("1.0.0", "1.1.0")
        ]
        image = apps[0].reference.rpartition(":")[0]
        with deployers(engine, image, Path(scratch), asked.rollout) as contenders:
            measured, floor = measure(contenders, apps, asked.rounds, asked.kills)
            commands = [
                each for contender in contenders[:2] for each in measure_commands(contender, apps, asked.rounds, floor)
            ]
            version = engine.docker("version", "--format", "{{.Server.Version}}")
    machine = f"docker {version}, Python {platform.python_version()}, {os.cpu_count()} processors"
    counts = f"rounds: {asked.rounds}; kills: {asked.kills}"
    opening = f"{machine}; {counts}; load {begun:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end."
    text = f"{opening}\n\n{report(measured, floor, commands)}"
    print(text)
    if asked.page:
        write_block(asked.page, "deployments", text, by="make bench-deploy")


def measure(
    contenders: Sequence[Deployer], apps: Sequence[WebApp], rounds: int, kills: int
) -> tuple[dict[str, Measured], list[float]]:
    """Measure all contenders in turns, and the start and the gate of a container without any of them."""
    floor: list[float] = []
    found = {each.name: Measured() for each in contenders}
    for contender in contenders:
        contender.deploy(apps[0])
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        floor += [start_and_gate(contenders[0].engine, app) for app in apps]
        for contender in contenders:
            measured = found[contender.name]
            without_load(contender, apps[1], measured)
            for mode, app in zip(MODES, (apps[0], apps[1]), strict=True):
                under_load(contender, app, mode, measured)
            without_load(contender, apps[0], measured)
    moments = random.Random(SEED)
    for number in range(kills):
        say(f"kill {number + 1} of {kills}")
        part, app = moments.random(), apps[(number + 1) % 2]
        for contender in contenders:
            measured = found[contender.name]
            after = part * statistics.median(measured.loaded)
            with load(contender.proxy.url, clients=CLIENTS, pause=PAUSE) as running:
                problem = contender.killed_and_repeated(app, after)
            measured.kills += 1
            measured.killed_requests += running.result.requests
            measured.killed_lost += running.result.lost
            measured.left += max(0, len(contender.running()) - 1)
            measured.problems += [problem] if problem else []
            if problem:
                start_over(contender, app)
    return found, floor


def without_load(contender: Deployer, app: WebApp, measured: Measured) -> None:
    took = contender.deploy(app)
    measured.idle.append(took.seconds)
    measured.cpu.append(took.cpu)


def under_load(contender: Deployer, app: WebApp, mode: Mode, measured: Measured) -> None:
    with load(contender.proxy.url, mode=mode, clients=CLIENTS, pause=PAUSE) as running:
        time.sleep(0.2)
        measured.loaded.append(contender.deploy(app).seconds)
        time.sleep(0.2)
    measured.requests[mode] += running.result.requests
    measured.lost[mode] += running.result.lost
    measured.slowest[mode] = max(measured.slowest.get(mode, 0.0), running.result.slowest)
    if problem := contender.problem(app):
        raise SystemExit(f"{contender.name}: {problem}")


def start_over(contender: Deployer, app: WebApp) -> None:
    """Remove all containers of a contender and deploy again, so that the next kill does not meet the last one."""
    contender.remove()
    contender.deploy(app)
    if problem := contender.problem(app):
        raise SystemExit(f"{contender.name}, from the beginning: {problem}")


def start_and_gate(engine: Engine, app: WebApp) -> float:
    """Return the seconds from the start of a container until docker reports it as healthy and it answers."""
    begun = time.perf_counter()
    port = "18642"
    name = engine.docker("run", "--detach", "--publish", f"127.0.0.1:{port}:8080", app.reference)
    try:
        for _ in range(600):
            health = engine.docker("inspect", "--format", "{{.State.Health.Status}}", name)
            if health == "healthy" and answer(f"http://127.0.0.1:{port}/health"):
                return time.perf_counter() - begun
            time.sleep(0.02)
    finally:
        subprocess.run(["docker", "rm", "--force", name], env={**os.environ, **engine.environment}, capture_output=True)
    raise SystemExit("the app does not become healthy")


def report(measured: dict[str, Measured], floor: Sequence[float], commands: Sequence[targets.Target] = ()) -> str:
    """Return the table of all contenders, and the targets, to which those for other commands are added."""
    names = " | ".join(measured)
    rows = [f"### Deployments under load\n\n| | {names} |", f"|---{'|--:' * len(measured)}|"]
    all_found = list(measured.values())
    for mode in MODES:
        cells = [f"{each.lost[mode]:,} of {each.requests[mode]:,}" for each in all_found]
        rows.append(_row(f"lost requests, {SHOWN[mode]}", cells))
    rows.append(_row("slowest answer", [f"{short(max(each.slowest.values()))} s" for each in all_found]))
    kills = _kills(all_found)
    rows.append(_row("right state after SIGKILL and the same command again", kills))
    rows.append(_row("lost requests meanwhile", [f"{e.killed_lost:,} of {e.killed_requests:,}" for e in all_found]))
    rows.append(_row("containers too many after that", [str(each.left) for each in all_found]))
    rows.append(_row("a deployment, without load", [f"{_median(each.idle)} s" for each in all_found]))
    rows.append(_row("a deployment, under load", [f"{_median(each.loaded)} s" for each in all_found]))
    rows.append(_row("CPU of the command, without load", [f"{_median(each.cpu)} s" for each in all_found]))
    problems = [
        f"* {name}: {', '.join(f'{what} ({count} times)' for what, count in Counter(each.problems).items())}"
        for name, each in measured.items()
        if each.problems
    ]
    wrong = ["", "After a kill and the same command again, this was wrong:\n", *problems] if problems else []
    ours = all_found[0]
    own = statistics.median(ours.idle) - statistics.median(floor)
    start = f"the start of the container and its gate alone take {_median(floor)} s"
    promises = [
        targets.Target(
            "`shipit deploy`: no lost request, new connections", f"{ours.lost['close']:,}", not ours.lost["close"]
        ),
        targets.Target("`shipit deploy`: right state after each kill", _kills([ours])[0], not ours.problems),
        targets.Target.at_most(f"`shipit deploy`, its own time ≤ 1.5 s; {start}", own, 1.5, " s"),
        *commands,
    ]
    return "\n".join([*rows, *wrong, "", targets.table("The targets for deployments", promises)])


def _kills(found: Sequence[Measured]) -> list[str]:
    return [f"{each.kills - len(each.problems)} of {each.kills}" for each in found]


def _row(title: str, cells: Sequence[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def _median(seconds: Sequence[float]) -> str:
    return short(statistics.median(seconds))


if __name__ == "__main__":
    main()
