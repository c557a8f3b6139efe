"""A deployment is killed before or after each of its writes, under load; the same command then finishes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from deployments.shop import Shop

WRITES = (
    "host.lock",
    "host.write",  # the record: the start of the deployment
    "containers.start",
    "host.write",  # the switch file
    "host.run",  # nginx -t
    "host.run",  # nginx -s reload
    "host.write",  # the record: the version is verified
    "host.write",  # the marker
    "containers.stop",
)
VERSIONS = ("1.0.0", "1.1.0")


class Kill(NamedTuple):
    """The moment of a kill; `group` is True when the commands that shipit started are killed with it."""

    at: int
    when: str
    group: bool = False

    @property
    def environment(self) -> dict[str, str]:
        return {"STOP_AT": str(self.at), "STOP_WHEN": self.when, **({"STOP_GROUP": "1"} if self.group else {})}


EVERY = tuple(Kill(at, when) for at in range(1, len(WRITES) + 1) for when in ("before", "after"))
GROUPS = tuple(kill._replace(group=True) for kill in EVERY)


def test_a_deployment_writes_each_thing_once(shop: Shop) -> None:
    shop.deploy(VERSIONS[0]).succeeded()
    assert shop.writes(VERSIONS[1]) == WRITES
    assert shop.writes(VERSIONS[1]) == WRITES[:1]


# Between the end of one write and the begin of the next there are only reads, so that one of both moments is enough.
# `long.py` has all of them, and in memory `deploy/test_crashes.py`; here are some of the container, of the switch, and
# of the marker.
SOME = (Kill(3, "before"), Kill(4, "after"), Kill(6, "after"), Kill(8, "after"))


def test_a_killed_deployment_is_finished_by_the_same_command(shop: Shop) -> None:
    kill_and_repeat(shop, SOME)


def test_a_killed_deployment_over_ssh_is_finished_by_the_same_command(new_shop: Callable[[str], Shop]) -> None:
    kill_and_repeat(new_shop("ssh"), GROUPS[5:-2:4])


def kill_and_repeat(shop: Shop, kills: Sequence[Kill]) -> None:
    """Deploy two versions in turn under load; each deployment is killed once, and then repeated."""
    shop.deploy(VERSIONS[0]).succeeded()
    with shop.load(pause=0.05) as running:
        for number, kill in enumerate(kills, 1):
            version = VERSIONS[number % 2]
            assert shop.deploy(version, env=kill.environment).killed, kill
            again = shop.deploy(version)
            assert again.status == 0, (kill, again.err)
            shop.consistent(version)
    assert running.result.lost == 0, running.result
    assert set(running.result.versions) == {f"version {version}" for version in VERSIONS}
