"""The time of shipit's other commands about deployments, and of a deployment to a host that is far away."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from parts.web_app import WebApp

from bench.deployers import SHIPIT, Deployer
from bench.targets import Target

DELAYS = (0, 20, 50)  # milliseconds, in each direction


def measure_commands(
    contender: Deployer, apps: Sequence[WebApp], rounds: int, floor: Sequence[float]
) -> Iterator[Target]:
    """Yield the targets for shipit on this machine, or for shipit over SSH.

    Args:
        contender: shipit.
        apps: the images of two versions.
        rounds: the number of times that each command runs.
        floor: the seconds of the start and the gate of a container alone.
    """
    for delay in DELAYS if contender.network else ():
        yield _over_ssh(contender, apps, rounds, delay / 1000, statistics.median(floor))
    where, limit = (" over SSH", 2.0) if contender.network else ("", 1.0)
    for words in (("status", "prod"), ("plan",)):
        yield _command(contender, words, rounds, f"`shipit {' '.join(words)}`{where} ≤ {limit:g} s", limit)
    # Once only: the next rollback would go back further, and there is no third version.
    yield _command(contender, ("rollback", "prod"), 1, f"`shipit rollback`{where}, to a kept container ≤ 2 s", 2.0)


def _over_ssh(contender: Deployer, apps: Sequence[WebApp], rounds: int, delay: float, floor: float) -> Target:
    assert contender.network
    contender.network.delay = delay
    took = [contender.deploy(app).seconds - floor for _ in range(rounds) for app in apps]
    contender.network.delay = 0.0
    far = f", {delay * 1000:g} ms there and {delay * 1000:g} ms back" if delay else ""
    return Target.at_most(f"`shipit deploy` over SSH{far}, its own time ≤ 3 s", statistics.median(took), 3.0, " s")


def _command(contender: Deployer, words: Sequence[str], rounds: int, promise: str, limit: float) -> Target:
    took = statistics.median(contender.run(SHIPIT, *words).seconds for _ in range(rounds))
    return Target.at_most(promise, took, limit, " s")
