"""The step that asks Watchtower to look for a new image.

The original Watchtower answers a GET or a POST, with an empty body, when its update has ended. The fork, which is still
developed, answers only a POST, with a summary in JSON, and 429 while another update runs. Both answer 200 also when the
update failed.
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from msgspec import DecodeError, Struct, json

from shipit.core.deploy import TOO_LATE, DeployedImage, HealthAnswer, machine
from shipit.core.web_page import is_web_page
from shipit.errors import AuthError, DeployError, RemoteError, ShipitError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import Proof, look_at
from shipit.world import World

_PATH = "/v1/update"
_OTHER_DIALECT = (401, 404, 405)
_BUSY = 429
_SHORTEST_WAIT = 2  # seconds before the next request when Watchtower is busy and does not say how long


class TriggerWatchtower(Struct, frozen=True):
    """Ask the Watchtower at `url`, as `host` reaches it, to look for a new image of `container`.

    Args:
        host: the host that sends the request.
        url: the address of its HTTP API.
        token: the name of the environment variable with its token.
        container: the name of the container to update; empty for all that Watchtower watches.
        image: the image that shall run. If it runs already, nothing is asked.
        proof: shows which image runs; None if nothing does.
        within: the longest time in seconds, while Watchtower is busy and until it answers.
    """

    kind: ClassVar[str] = "trigger-watchtower"
    public: ClassVar[bool] = True
    host: str
    url: str
    token: str
    container: str
    image: DeployedImage
    proof: Proof | None
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.url}:{self.container}"

    @property
    def summary(self) -> str:
        what = f"container `{self.container}`" if self.container else "all containers that it watches"
        return f"ask Watchtower on {machine(self.host)} to update {what}"

    def check(self, world: World) -> Done | Todo:
        runs = self.proof is not None and not look_at(self.proof, self.image, world).problem
        return Done() if runs else Todo()

    def apply(self, world: World) -> Outputs:
        end = world.clock.elapsed() + self.within
        while True:
            answer = self._ask(world, end - world.clock.elapsed())
            wait = max(answer.retry_after, _SHORTEST_WAIT)
            if answer.status != _BUSY or world.clock.elapsed() + wait >= end:
                break
            world.clock.sleep(wait)
        if problem := self._problem(answer):
            raise problem
        return {}

    def _ask(self, world: World, timeout: float) -> HealthAnswer:
        """Return the answer to a GET, or to a POST if Watchtower does not know the GET."""
        host = world.hosts.at(self.host)
        value = world.secrets.values(f"env:{self.token}")[self.token]
        headers = {"Authorization": f"Bearer {value}"}
        only = f"?container={quote(f'^{self.container}$', safe='')}" if self.container else ""
        url = f"{self.url.rstrip('/')}{_PATH}"
        answer = host.get(url, headers=headers, timeout=timeout)
        return (
            host.post(f"{url}{only}", headers=headers, timeout=timeout) if answer.status in _OTHER_DIALECT else answer
        )

    def _problem(self, answer: HealthAnswer) -> ShipitError | None:
        """Return the error for an answer that says that there is no update; None if there can be one."""
        where = f"Watchtower on {machine(self.host)} (`{self.url}`)"
        if answer.status in (401, 403):
            return AuthError(f"{where} refused the token", hint=f"set `{self.token}` to the token of its HTTP API")
        if not answer.status:
            if answer.body == TOO_LATE:  # it was asked, and may still be working
                return None
            hint = f"check that it runs, and that its HTTP API listens there: curl {self.url}{_PATH}"
            return RemoteError(f"{where} did not answer: {answer.body}", hint=hint, retryable=True)
        if answer.status == _BUSY:
            what = f"{where} was busy with another update for {self.within:g} seconds"
            return RemoteError(what, hint="run the same command again", status=_BUSY, retryable=True)
        if not 200 <= answer.status < 300:
            hint = "start it with `--http-api-endpoints=update` or `--http-api-update`, and read its log"
            return RemoteError(f"{where} answered {answer.status}", hint=hint, status=answer.status)
        if is_web_page(answer.body):
            hint = f"check `url` of the target: another server answers there, such as a proxy: curl {self.url}{_PATH}"
            return RemoteError(f"{where} answered with a web page, so it was not asked", hint=hint)
        return self._failed(where, _summary(answer.body))

    def _failed(self, where: str, summary: dict[str, Any]) -> DeployError | None:
        if self.container and summary.get("scanned") == 0:
            return DeployError(
                f"{where} does not watch container `{self.container}`",
                hint="check the name, the label `com.centurylinklabs.watchtower.enable`, and the scope of Watchtower",
            )
        if self.container and summary.get("failed"):
            return DeployError(
                f"{where} could not update container `{self.container}`",
                hint="read its log: often it cannot reach the registry, or is not logged in to it",
            )
        return None


def _summary(body: str) -> dict[str, Any]:
    """Return the summary in the answer of the fork; empty for the original, whose answer says nothing."""
    try:
        answer = json.decode(body)
    except (DecodeError, RecursionError, ValueError):
        return {}
    summary = answer.get("summary") if isinstance(answer, dict) else None
    return summary if isinstance(summary, dict) else {}
