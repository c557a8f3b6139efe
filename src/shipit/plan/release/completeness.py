"""The check that a saved plan, which somebody can have edited, still makes the release that it announces."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.errors import ConflictError
from shipit.plan.release.model import ReleasePlan
from shipit.steps.forge import ForgeTag, PublishRelease
from shipit.steps.repository import Push


def require_complete(plan: ReleasePlan) -> None:
    """Raise `ConflictError` if `plan` announces a release without the steps for its tag and its publication.

    A plan that proposes a release in a pull request has none of them. One that finishes releases does not need them,
    because some of them can be done.
    """
    for missing in _missing(plan) if not plan.pull_request else ():
        raise ConflictError(
            f"this plan is not complete: {missing}",
            hint="make a new plan: shipit plan -o plan.json",
            state=plan.untouched,
        )


def _missing(plan: ReleasePlan) -> Iterator[str]:
    pushed = {tag for step in plan.steps if isinstance(step, Push) for tag in step.tags}
    pushed |= {step.name for step in plan.steps if isinstance(step, ForgeTag)}
    published = [step.tag for step in plan.steps if isinstance(step, PublishRelease)]
    announced = [decision.tag for decision in plan.to_release if decision.tag]
    yield from (f"no step creates the tag `{tag}` on the remote" for tag in announced if tag not in pushed)
    yield from (f"no step publishes the release `{tag}`" for tag in announced if tag not in published)
    unknown = [tag for tag in published if tag not in announced and tag not in plan.finishes]
    yield from (f"it publishes `{tag}`, which is no release of this plan" for tag in unknown)
