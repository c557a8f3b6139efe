"""A deployment of a service of ECS in memory, with the stages of blue/green, linear and canary deployments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from shipit.core.deploy import EcsDeployment, EcsPause

_STAGES = (
    *("PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT"),
    *("PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"),
)
_ALL = 100  # per cent
# The percentages of the requests that the new tasks get one after the other.
_SHIFTS = {"BLUE_GREEN": (_ALL,), "CANARY": (10, _ALL), "LINEAR": (25, 50, 75, _ALL)}


class FakeRollout(Struct):
    """A deployment of a service.

    Args:
        definition: the task definition that it deploys.
        images: the image of each container by its name.
        since: the second of its begin.
        earlier: the task definition before it.
        earlier_images: the images of that.
        status: its status, as in `shipit.core.deploy.EcsDeployment`.
        reason: the reason of the status.
        changed: the second in which its rollback began.
        state: the rollout state of the service.
        strategy: the strategy of the service at its begin.
        stage: its stage; empty for a rolling deployment.
        entered: the second in which the stage began, or in which the traffic was moved last.
        traffic: the percentage of the requests that the new tasks get.
        approved: the stages whose pause has ended.
        paused: True while it waits for a person.
        alarms: the alarms that made ECS end it.
    """

    definition: str
    images: Mapping[str, str]
    since: int
    earlier: str = ""
    earlier_images: Mapping[str, str] = field(default_factory=dict)
    status: str = "IN_PROGRESS"
    reason: str = ""
    changed: int = 0
    state: str = "IN_PROGRESS"
    strategy: str = "ROLLING"
    stage: str = ""
    entered: int = 0
    traffic: float = 0
    approved: set[str] = field(default_factory=set)
    paused: bool = False
    alarms: tuple[str, ...] = ()

    @property
    def rolled_back(self) -> bool:
        """True when ECS takes it back, or has done so."""
        return self.status.startswith("ROLLBACK")

    @property
    def staged(self) -> bool:
        """True when it has stages."""
        return self.strategy in _SHIFTS

    def take_back(self, reason: str, now: int) -> None:
        """Begin its rollback: the old tasks get all requests again."""
        self.status, self.reason, self.changed, self.state = "ROLLBACK_IN_PROGRESS", reason, now, "FAILED"
        self.traffic, self.paused = 0, False

    def enter_next_stage(self, now: int) -> None:
        """Enter the stage after the current one."""
        stages = iter(_STAGES)
        while self.stage and next(stages) != self.stage:
            pass
        self.stage, self.entered = next(stages), now

    def shift(self, now: int) -> None:
        """Move the next part of the requests to the new tasks."""
        self.traffic, self.entered = next(self._shifts), now

    @property
    def _shifts(self) -> Iterator[float]:
        return (share for share in _SHIFTS[self.strategy] if share > self.traffic)

    @property
    def shifted(self) -> bool:
        """True when the new tasks get all requests."""
        return self.traffic == _ALL

    @property
    def pause(self) -> EcsPause | None:
        """The pause at which it waits; None if it goes on."""
        return EcsPause(f"ecs-pause-{self.stage}", "2024-01-02T12:00:00+00:00") if self.paused else None

    @property
    def observed(self) -> EcsDeployment:
        """The deployment as ECS shows it."""
        return EcsDeployment(
            self.definition,
            self.earlier,
            self.status,
            self.reason,
            f"arn:aws:ecs:ap-northeast-2:123456789012:service-deployment/shop/web/{self.since}",
            self.stage,
            self.traffic if self.staged else None,
            (self.pause,) if self.pause else (),
            self.alarms,
        )
