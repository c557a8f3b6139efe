"""The step that waits until another program runs an image, and records it as verified when this is proven."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import DeployedImage, DeployEvent, machine
from shipit.errors import DeployError, NotVerifiedError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import Proof, Sight, add_event, look_at, read_record, verified_outputs
from shipit.world import World

NOT_KNOWN = "its tag was moved, but it is not proven that the hosts run it"
_TIMES = 3  # good results in a row, so that an app that ends right after its start is noticed
_EVERY = 1.0  # seconds


class AwaitDigest(Struct, frozen=True):
    """Wait until `image` is proven to run on `host`, at most `within` seconds, then record it as verified.

    It raises `NotVerifiedError` if this is not proven. A container that is gone, or whose new image fails, is a
    failure of the deployment.

    Args:
        host: the host.
        app: the name of the app.
        image: the image.
        proof: shows which image runs; None if nothing does, then there is no wait.
        within: the longest time to wait, in seconds.
        record: the path of the record on the host; empty for none.
        required: True when the configuration requires the proof.
        by: the run.
    """

    kind: ClassVar[str] = "await-digest"
    public: ClassVar[bool] = True
    host: str
    app: str
    image: DeployedImage
    proof: Proof | None
    within: float
    record: str = ""
    required: bool = False
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.app}"

    @property
    def summary(self) -> str:
        if self.proof is None:
            return f"end without proof that {self.image} runs: `proof` is `none`"
        return f"wait until {self.proof.summary} {self.image}, within {self.within:g} s"

    def check(self, world: World) -> Done | Todo:
        if self.proof is None:
            return Todo()
        problem = look_at(self.proof, self.image, world).problem
        return Todo(problem) if problem or not self._recorded(world) else Done(self._outputs)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.image, self.host, self.app)

    def _recorded(self, world: World) -> bool:
        if not self.record:
            return True
        return read_record(world.hosts.at(self.host), self.record).current == self.image

    def apply(self, world: World) -> Outputs:
        if self.proof is None:
            raise NotVerifiedError(NOT_KNOWN, required=self.required)
        clock = world.clock
        end, good, first = clock.elapsed() + self.within, 0, None
        while True:
            sight = look_at(self.proof, self.image, world)
            first = sight.restarts if first is None and not sight.problem else first
            if sight.failed or (not sight.problem and sight.restarts > (first or 0)):
                raise self._failure(sight.problem or f"container `{self.proof.container}` was restarted", world)
            good = 0 if sight.problem else good + 1
            if good == _TIMES:
                return self._record(world)
            if clock.elapsed() >= end and not good:
                raise self._unproven(sight, world)
            clock.sleep(_EVERY)

    def _unproven(self, sight: Sight, world: World) -> DeployError:
        after = f"after {self.within:g} seconds {sight.problem}"
        if sight.gone:
            return self._failure(after, world)
        hint = "read the log of Watchtower; if it polls, set `within` to more than its poll interval"
        return NotVerifiedError(f"{NOT_KNOWN}: {after}", required=self.required, hint=hint)

    def _record(self, world: World) -> Outputs:
        if not self._recorded(world):
            host, event = world.hosts.at(self.host), DeployEvent("verified", self.image, by=self.by)
            add_event(host, self.record, read_record(host, self.record), event, world)
        return self._outputs

    def _failure(self, reason: str, world: World) -> DeployError:
        container = self.proof.container if self.proof else ""
        return DeployError(
            f"{self.image} failed on {machine(self.host)}: {reason}",
            hint="fix the reported problem, then deploy a new version; the log of Watchtower can say more",
            tail=world.hosts.at(self.host).containers.logs(container, limits.DEPLOY_LOG) if container else "",
        )
