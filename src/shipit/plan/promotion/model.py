"""The plan of a promotion: a branch that is moved to a release."""

from __future__ import annotations

from typing import ClassVar

from shipit.plan.model import Plan


class PromotionPlan(Plan, frozen=True, kw_only=True):
    """The step that moves the branch `target` to the release `tag` of the branch `source`.

    `commit` is the commit of the release. Without steps, the branch has the files of the release already.
    """

    command: ClassVar[str] = "promote-branch"
    how_to_make: ClassVar[str] = "shipit promote-branch --dry-run"
    purpose: ClassVar[str] = "promote the branch"
    untouched: ClassVar[str] = "nothing was pushed"

    source: str
    target: str
    tag: str
    commit: str
