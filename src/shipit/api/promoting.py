"""The functions that move a branch, such as `prod`, to a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.files.lock import clone_lock
from shipit.adapters.project import Project
from shipit.api.releasing import carry_out

if TYPE_CHECKING:
    from shipit.engine.apply import Observer
    from shipit.plan.promotion import PromotionPlan


def plan_promotion(
    project: Project, target: str, *, source: str | None = None, version: str | None = None
) -> PromotionPlan:
    """Return the plan that moves a branch to a release. Fetches the commits that are missing, and changes nothing.

    Args:
        project: the repository, from `open_project`.
        target: the branch to move, or the name of the environment that it belongs to.
        source: the branch with the release; None for `from` of the environment, or else the release branch.
        version: the version of the release; None for the last one.

    Raises `UsageError` for a branch or a release that does not exist. All other problems are in the `findings`.
    """
    from shipit.plan.promotion import make_promotion_plan, observe_promotion

    environment = project.config.environments.get(target)
    branch = environment.branch if environment and environment.branch else target
    observed = observe_promotion(
        project.world.git, project.world.forge, project.config, branch, source=source, version=version
    )
    return make_promotion_plan(project.config, observed)


def promote_branch(
    project: Project,
    target: str,
    *,
    source: str | None = None,
    version: str | None = None,
    observer: Observer | None = None,
) -> PromotionPlan:
    """Move a branch to a release and return the plan that was applied.

    The arguments are those of `plan_promotion`; `observer` receives the progress.

    Raises the same errors, `PreflightError` when findings block it, `BranchMoved` when another push changes the branch
    meanwhile, and `AuthError` or `RemoteError` when the remote refuses the push.
    """
    with clone_lock(project.git.directory):
        plan = plan_promotion(project, target, source=source, version=version)
        carry_out(project, plan, observer)
        return plan
