"""Look ahead: what merging a pull request releases."""

from __future__ import annotations

from dataclasses import dataclass

from shipit.config.model import Config
from shipit.core.notes import Renderer
from shipit.core.occasion import PullRequest
from shipit.plan.decide import coming_release
from shipit.plan.model import Decision
from shipit.plan.next import versions_at
from shipit.plan.packages import channel
from shipit.world import Clock, Git


@dataclass(frozen=True, slots=True)
class Preview:
    """What the merge of `pull_request` releases and why; `missing` is why that cannot be told.

    `notes` are those of the coming releases, as Markdown.
    """

    pull_request: PullRequest
    decisions: tuple[Decision, ...] = ()
    notes: str = ""
    missing: str | None = None

    @property
    def due(self) -> tuple[Decision, ...]:
        """The packages that are released."""
        return tuple(decision for decision in self.decisions if decision.version)

    @property
    def headline(self) -> str:
        """It all in one sentence."""
        if self.missing:
            return f"No preview: {self.missing}"
        versions = ", ".join(f"{decision.package} {decision.version}".lstrip() for decision in self.due)
        return f"Merging this releases {versions or 'nothing'}"


def preview(
    git: Git,
    config: Config,
    pull_request: PullRequest,
    merged: str | None,
    *,
    default: str | None,
    notes: Renderer,
    clock: Clock,
) -> Preview:
    """What `merged`, the commit that merging makes, releases on the branch it goes to.

    Args:
        merged: None where there is none, as with a conflict.
        default: the branch that releases when the configuration names none.

    Raises `ConflictError` as `decide` does, `PreflightError` when the tags cannot be trusted.
    """
    base = pull_request.base
    if channel(config, base, default) is None:
        return Preview(pull_request, missing=f"`{base}` is not a branch that releases")
    if merged is None:
        return Preview(pull_request, missing=f"#{pull_request.number} cannot be merged as it is")
    verdicts = versions_at(git, config, merged, base)
    due = [verdict for verdict in verdicts if verdict.decision.version]
    text = "\n".join(notes.render(coming_release(verdict, clock.today())) for verdict in due)
    return Preview(pull_request, tuple(verdict.decision for verdict in verdicts), text)
