"""The optional step that reports the state of a deployment to the forge, which shows it."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.world import ForgeDeployment, World

_SUMMARIES = {
    "in_progress": "report to GitHub that the deployment of {0.version} to {0.environment} begins",
    "success": "report to GitHub that {0.version} is deployed to {0.environment}",
    "inactive": "report to GitHub that it is not known whether {0.version} is deployed to {0.environment}",
    "failure": "report to GitHub that the deployment of {0.version} to {0.environment} failed",
}
_DONE = {
    "in_progress": ("in_progress", "success"),
    "success": ("success",),
    "inactive": ("inactive", None),
    "failure": ("failure", None),
}


class ReportDeployment(Struct, frozen=True):
    """Report to the forge that `deployment` is in `state`.

    A failure is reported only if the start of the deployment was reported.
    """

    kind: ClassVar[str] = "report-deployment"
    public: ClassVar[bool] = False  # it moves no traffic: users of the app see no change
    deployment: ForgeDeployment
    state: Literal["in_progress", "success", "inactive", "failure"]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.deployment.environment}:{self.state}"

    @property
    def summary(self) -> str:
        return _SUMMARIES[self.state].format(self.deployment)

    def check(self, world: World) -> Done | Todo:
        return Done() if world.forge.deployment_state(self.deployment) in _DONE[self.state] else Todo()

    def apply(self, world: World) -> Outputs:
        world.forge.report_deployment(self.deployment, self.state)
        return {}
