"""The step that opens the pull request which proposes a release, or gives the open one its present text."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class OpenPullRequest(Struct, frozen=True):
    """Open a pull request from `branch` into `base`, or give the open one the title and the body.

    `number` is that of the pull request that was open when the plan was made; None if there was none. With `draft`, a
    new one is a draft pull request; one that a person marked as ready for review stays so.
    """

    kind: ClassVar[str] = "open-pull-request"
    public: ClassVar[bool] = True
    branch: str
    base: str
    title: str
    body: str
    number: int | None = None
    draft: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.branch}"

    @property
    def summary(self) -> str:
        if self.number:
            return f"give pull request #{self.number} into {self.base} the title {self.title}, and its notes"
        kind = "a draft pull request" if self.draft else "a pull request"
        return f"open {kind} into {self.base}: {self.title}"

    def check(self, world: World) -> Done | Todo:
        found = world.forge.find_pull_request(self.branch, self.base)
        if found is None or found.state != "open":
            return Todo()
        if (found.title, found.body.strip()) != (self.title, self.body.strip()):
            return Todo("its title or its body differs")
        return Done({self._output: found.url})

    def apply(self, world: World) -> Outputs:
        made = world.forge.keep_pull_request(
            branch=self.branch, base=self.base, title=self.title, body=self.body, draft=self.draft
        )
        return {self._output: made.url}

    @property
    def _output(self) -> str:
        return f"{_OUTPUT}{self.branch}"


_OUTPUT = "pull-request:"


def opened_pull_requests(outputs: Outputs) -> dict[str, str]:
    """Return the address of each pull request that proposes releases, by its branch."""
    return {name.removeprefix(_OUTPUT): url for name, url in outputs.items() if name.startswith(_OUTPUT)}
