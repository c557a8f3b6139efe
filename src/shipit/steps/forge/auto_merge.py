"""The optional step that lets the forge merge the release pull request as soon as its rules accept it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.write_back import MergeMethod
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class AutoMerge(Struct, frozen=True):
    """Enable the auto-merge of the open pull request from `branch` into `base`, by `method`."""

    kind: ClassVar[str] = "auto-merge"
    public: ClassVar[bool] = True
    branch: str
    base: str
    method: MergeMethod

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.branch}"

    @property
    def summary(self) -> str:
        return f"let GitHub merge the pull request into {self.base} when its rules accept it ({self.method})"

    def check(self, world: World) -> Done | Todo:
        found = world.forge.find_pull_request(self.branch, self.base)
        is_enabled = found is not None and (found.state, found.auto_merge) == ("open", self.method)
        return Done() if is_enabled else Todo()

    def apply(self, world: World) -> Outputs:
        world.forge.enable_auto_merge(self.branch, self.base, self.method)
        return {}
