"""The check that a saved plan of images is still up to date."""

from __future__ import annotations

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.errors import ConflictError
from shipit.plan.images.model import ImagePlan
from shipit.world import Git


def require_same_commit(plan: ImagePlan, config: Config, git: Git) -> None:
    """Raise `ConflictError` when the configuration or the commit of HEAD is not the one that `plan` was made for."""
    head = git.head() or ""
    if plan.inputs.config != fingerprint(config):
        change = "the configuration changed"
    elif plan.inputs.base != head:
        change = f"it was made for commit `{plan.inputs.base[:10]}`, but the current commit is `{head[:10]}`"
    else:
        return
    raise ConflictError(
        f"this plan is out of date: {change}", hint="make a new plan: shipit image", state=plan.untouched
    )
