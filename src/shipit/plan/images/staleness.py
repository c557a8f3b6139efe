"""The check that a saved plan of images is still about this commit."""

from __future__ import annotations

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.errors import ConflictError
from shipit.plan.images.model import ImagePlan
from shipit.world import Git


def require_same_commit(plan: ImagePlan, config: Config, git: Git) -> None:
    """A plan of images fits as long as it is about this commit. Raises `ConflictError` naming what changed."""
    head = git.head() or ""
    moved = f"it was made on commit `{plan.inputs.base[:10]}`, and this is `{head[:10]}`"
    reconfigured = plan.inputs.config != fingerprint(config)
    if reconfigured or plan.inputs.base != head:
        why = "the configuration changed" if reconfigured else moved
        hint = "make a new plan: shipit image"
        raise ConflictError(f"this plan is out of date: {why}", hint=hint, state=plan.untouched)
