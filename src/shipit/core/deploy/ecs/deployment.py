"""A deployment of a service of ECS with its stages, and the pauses at which it waits for a person.

>>> shifting = EcsDeployment("shop:8", "shop:7", "IN_PROGRESS", stage="PRODUCTION_TRAFFIC_SHIFT", traffic=25)
>>> shifting.progress, shifting.serves
('stage `PRODUCTION_TRAFFIC_SHIFT`: the requests of users move to the new tasks, which get 25 % of them', 'shop:7')
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Strategy = Literal["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"]
# The words for the strategies that move the requests of users in stages, from the old tasks to the new ones.
STAGED = {"BLUE_GREEN": "blue/green", "LINEAR": "linear", "CANARY": "canary"}

_STAGES = {
    "RECONCILE_SERVICE": "ECS ends an earlier deployment first",
    "PRE_SCALE_UP": "no new task was started yet",
    "SCALE_UP": "the new tasks start",
    "POST_SCALE_UP": "the new tasks run and get no requests",
    "TEST_TRAFFIC_SHIFT": "the test requests move to the new tasks",
    "POST_TEST_TRAFFIC_SHIFT": "the new tasks get the test requests",
    "PRE_PRODUCTION_TRAFFIC_SHIFT": "the requests of users are about to move to the new tasks",
    "PRODUCTION_TRAFFIC_SHIFT": "the requests of users move to the new tasks",
    "POST_PRODUCTION_TRAFFIC_SHIFT": "the new tasks get the requests of users",
    "BAKE_TIME": "the new tasks get the requests of users, and the old ones still run, so that ECS can go back at once",
    "CLEAN_UP": "the old tasks are stopped",
}
_HALF = 50  # per cent


class EcsPause(Struct, frozen=True):
    """A pause of a deployment, which ends when a person approves it.

    Args:
        id: the id of its life cycle hook.
        until: the time when it ends by itself, as ISO 8601; empty if it is not known.
        then: the action of ECS at that time: `ROLLBACK` or `CONTINUE`.
    """

    id: str
    until: str = ""
    then: str = "ROLLBACK"

    @property
    def end(self) -> str:
        """The end of the pause, if nobody does anything; empty if it is not known."""
        what = "goes on" if self.then == "CONTINUE" else "goes back"
        return f"without an approval, it {what} at {self.until}" if self.until else ""


class EcsDeployment(Struct, frozen=True):
    """A deployment of a service, as ECS records it.

    Args:
        definition: the ARN of the task definition that it deploys.
        earlier: the ARN of the task definition that a rollback leads to; empty if it is not known.
        status: `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOP_REQUESTED`, `STOPPED`, `ROLLBACK_REQUESTED`,
            `ROLLBACK_IN_PROGRESS`, `ROLLBACK_SUCCESSFUL` or `ROLLBACK_FAILED`.
        reason: the reason of the status, in the words of ECS.
        arn: its own ARN.
        stage: its stage, such as `BAKE_TIME`; empty for a rolling deployment.
        traffic: the percentage of the requests of users that the new tasks get; None if ECS does not report it.
        pauses: the pauses at which it waits now.
        alarms: the names of the alarms that made ECS end it.
        changed: the time when it ended, or else when its rollback began, or when it began, as ISO 8601.
    """

    definition: str
    earlier: str = ""
    status: str = "SUCCESSFUL"
    reason: str = ""
    arn: str = ""
    stage: str = ""
    traffic: float | None = None
    pauses: tuple[EcsPause, ...] = ()
    alarms: tuple[str, ...] = ()
    changed: str = ""

    @property
    def rolled_back(self) -> bool:
        """True when ECS takes it back, or has done so."""
        return self.status.startswith("ROLLBACK")

    @property
    def running(self) -> bool:
        """True when it has not ended, and is not being ended."""
        return self.status in ("PENDING", "IN_PROGRESS")

    @property
    def ended(self) -> bool:
        """True when it will not change any more."""
        return self.status in ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")

    @property
    def leads_to(self) -> str:
        """The ARN of the task definition that runs at its end."""
        return self.earlier if self.rolled_back else self.definition

    @property
    def serves(self) -> str:
        """The ARN of the task definition whose tasks get most requests of users; empty if ECS does not report it."""
        if self.traffic is None:
            return ""
        return self.definition if self.traffic > _HALF else self.earlier

    @property
    def progress(self) -> str:
        """Its stage in words; empty for a rolling deployment."""
        if not self.stage:
            return ""
        moving = self.traffic and self.stage == "PRODUCTION_TRAFFIC_SHIFT"
        share = f", which get {self.traffic:g} % of them" if moving else ""
        return f"stage `{self.stage}`: {_STAGES.get(self.stage, 'it goes on')}{share}"

    @property
    def paused(self) -> str:
        """The reason why it waits for a person; empty if it does not."""
        if not (self.running and self.pauses):
            return ""
        ends = (pause.end for pause in self.pauses if pause.end)
        return "; ".join((f"it is paused in stage `{self.stage}`", *ends))
