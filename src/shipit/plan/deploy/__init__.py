"""The plan of a deployment: the facts that it is made from, and the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.plan.deploy.approval import approved_goals as approved_goals
    from shipit.plan.deploy.approval import rejected_goals as rejected_goals
    from shipit.plan.deploy.image import image_of_commit as image_of_commit
    from shipit.plan.deploy.image import image_of_version as image_of_version
    from shipit.plan.deploy.image import older_findings as older_findings
    from shipit.plan.deploy.image import rollback_image as rollback_image
    from shipit.plan.deploy.last_deployment import LastDeployment as LastDeployment
    from shipit.plan.deploy.model import DeployPlan as DeployPlan
    from shipit.plan.deploy.model import PlannedHost as PlannedHost
    from shipit.plan.deploy.model import PlannedTarget as PlannedTarget
    from shipit.plan.deploy.notify import paused_steps as paused_steps
    from shipit.plan.deploy.notify import unverified_steps as unverified_steps
    from shipit.plan.deploy.observe import ObservedDeployment as ObservedDeployment
    from shipit.plan.deploy.observe import ask_public_address as ask_public_address
    from shipit.plan.deploy.observe import deploy_targets as deploy_targets
    from shipit.plan.deploy.observe import observe_deployment as observe_deployment
    from shipit.plan.deploy.plan import make_deploy_plan as make_deploy_plan
    from shipit.plan.deploy.plan import plan_way_back as plan_way_back
    from shipit.plan.deploy.plan import report_of_end as report_of_end
    from shipit.plan.deploy.staleness import require_same_state as require_same_state

_NAMES = {
    "approval": (
        "approved_goals",
        "rejected_goals",
    ),
    "image": (
        "image_of_commit",
        "image_of_version",
        "older_findings",
        "rollback_image",
    ),
    "last_deployment": ("LastDeployment",),
    "model": (
        "DeployPlan",
        "PlannedHost",
        "PlannedTarget",
    ),
    "notify": (
        "paused_steps",
        "unverified_steps",
    ),
    "observe": (
        "ObservedDeployment",
        "ask_public_address",
        "deploy_targets",
        "observe_deployment",
    ),
    "plan": (
        "make_deploy_plan",
        "plan_way_back",
        "report_of_end",
    ),
    "staleness": ("require_same_state",),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
