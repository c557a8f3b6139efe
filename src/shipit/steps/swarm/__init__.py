"""The steps that change a service of a Docker swarm, one module for each kind."""

from __future__ import annotations

from shipit.steps.swarm.await_update import AwaitUpdate as AwaitUpdate
from shipit.steps.swarm.confirm_service import ConfirmService as ConfirmService
from shipit.steps.swarm.run_service_job import RunServiceJob as RunServiceJob
from shipit.steps.swarm.update_service import UpdateService as UpdateService

STEPS = (RunServiceJob, UpdateService, AwaitUpdate, ConfirmService)
