"""The steps that deploy to a service of ECS, one module for each kind."""

from __future__ import annotations

from shipit.steps.ecs.approve_deployment import ApproveDeployment as ApproveDeployment
from shipit.steps.ecs.await_deployment import AwaitDeployment as AwaitDeployment
from shipit.steps.ecs.confirm_deployment import ConfirmDeployment as ConfirmDeployment
from shipit.steps.ecs.confirm_deployment import task_runs as task_runs
from shipit.steps.ecs.deploy_definition import DeployDefinition as DeployDefinition
from shipit.steps.ecs.register_definition import RegisterDefinition as RegisterDefinition
from shipit.steps.ecs.run_task import RunTask as RunTask
from shipit.steps.ecs.service import Change as Change
from shipit.steps.ecs.service import Paused as Paused
from shipit.steps.ecs.take_back_deployment import TakeBackDeployment as TakeBackDeployment

STEPS = (
    RegisterDefinition,
    RunTask,
    TakeBackDeployment,
    DeployDefinition,
    ApproveDeployment,
    AwaitDeployment,
    ConfirmDeployment,
)
