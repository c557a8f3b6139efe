"""The check of the public address, as users reach it."""

from __future__ import annotations

from shipit.core import limits
from shipit.core.deploy import FIRST_SERVER_ERROR, LOCAL
from shipit.world import World

_EVERY = 1.0  # seconds

FIX_AND_DEPLOY = "fix the reported problem, then deploy a new version"
"""The hint for a version that failed while it served. The problem can be in the app or outside it."""


def public_problem(url: str, before: int | None, world: World, *, change: str = "switch") -> str | None:
    """Return the problem of the public address; None if it answers, or as badly as before the deployment.

    Args:
        url: the address, which this machine asks a few times.
        before: the status that it answered before the deployment, 0 for no answer; None if it is not known.
        world: the ports.
        change: the word for the moment at which users got the new version.
    """
    for number in range(limits.PUBLIC_TRIES):
        if number:
            world.clock.sleep(_EVERY)
        answer = world.hosts.at(LOCAL).get(url, timeout=limits.PUBLIC_REQUEST)
        if 0 < answer.status < FIRST_SERVER_ERROR or answer.status == before:
            return None
    found = f"answered {answer.status}" if answer.status else f"did not answer: {answer.body}"
    if before is None:
        return f"`{url}` {found}"
    earlier = f"answered {before}" if before else "did not answer"
    return f"`{url}` {found}; before the {change}, it {earlier}"


def address_hint(causes: str, environment: str) -> str:
    """Return the hint for a public address that does not answer, or not with the new version.

    Args:
        causes: the things to check, such as "`url` and DNS".
        environment: the name of the environment; without one, the command deploys that of the branch.
    """
    command = " ".join(filter(None, ("shipit deploy", environment, "--retry")))
    return f"check {causes}, then run: {command}"
