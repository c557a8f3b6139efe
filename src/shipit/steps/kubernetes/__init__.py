"""The steps that change a Deployment of Kubernetes, one module for each kind."""

from __future__ import annotations

from shipit.steps.kubernetes.await_rollout import AwaitRollout as AwaitRollout
from shipit.steps.kubernetes.confirm_rollout import ConfirmRollout as ConfirmRollout
from shipit.steps.kubernetes.confirm_rollout import pod_runs as pod_runs
from shipit.steps.kubernetes.patch_deployment import PatchDeployment as PatchDeployment
from shipit.steps.kubernetes.run_job import RunJob as RunJob

STEPS = (RunJob, PatchDeployment, AwaitRollout, ConfirmRollout)
