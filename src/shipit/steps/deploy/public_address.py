"""The check of the public address, as users reach it."""

from __future__ import annotations

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import FIRST_SERVER_ERROR, LOCAL
from shipit.world import World

_EVERY = 1.0  # seconds

FIX_AND_DEPLOY = "fix the reported problem, then deploy a new version"
"""The hint for a version that failed while it served. The problem can be in the app or outside it."""


class PublicCheck(Struct, frozen=True, kw_only=True):
    """The check of the public address by a step that confirms a new version.

    The same bad answer as before the deployment says nothing about the new version.

    Args:
        url: the address; empty for none.
        url_before: the status that it answered before the deployment, 0 for no answer; None if it is not known.
        environment: the name of the environment, for the commands in errors.
    """

    url: str = ""
    url_before: int | None = None
    environment: str = ""

    def public_problem(self, world: World, *, change: str = "switch") -> str:
        """Return the problem of the address, which this machine asks a few times; empty for none.

        Args:
            world: the ports.
            change: the word for the moment at which users got the new version.
        """
        if not self.url:
            return ""
        for number in range(limits.PUBLIC_TRIES):
            if number:
                world.clock.sleep(_EVERY)
            answer = world.hosts.at(LOCAL).get(self.url, timeout=limits.PUBLIC_REQUEST)
            if 0 < answer.status < FIRST_SERVER_ERROR or answer.status == self.url_before:
                return ""
        found = f"answered {answer.status}" if answer.status else f"did not answer: {answer.body}"
        if self.url_before is None:
            return f"`{self.url}` {found}"
        earlier = f"answered {self.url_before}" if self.url_before else "did not answer"
        return f"`{self.url}` {found}; before the {change}, it {earlier}"

    def hint(self, problem: str, causes: str) -> str:
        """Return the hint for a problem of a version that serves; `causes` are those of a problem of the address."""
        outside = bool(self.url) and self.url in problem
        return address_hint(causes, self.environment) if outside else FIX_AND_DEPLOY


def address_hint(causes: str, environment: str) -> str:
    """Return the hint for a public address that does not answer, or not with the new version.

    Args:
        causes: the things to check, such as "`url` and DNS".
        environment: the name of the environment; without one, the command deploys that of the branch.
    """
    command = " ".join(filter(None, ("shipit deploy", environment, "--retry")))
    return f"check {causes}, then run: {command}"
