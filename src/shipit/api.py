"""The use cases: what the command line, the Action and other programs call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipit.adapters.lock import exclusive
from shipit.adapters.project import Project, load_config, open_project
from shipit.config.load import fingerprint
from shipit.engine import apply as engine
from shipit.errors import BranchMoved, ConflictError, Finding, PreflightError
from shipit.plan.model import Decision, Plan
from shipit.plan.next import next_versions

if TYPE_CHECKING:
    from shipit.core.notes import Renderer

__all__ = ["Outcome", "Project", "apply", "doctor", "load_config", "next_version", "open_project", "plan_release", "release"]

# How often a release is planned afresh because somebody else pushed first.
ATTEMPTS = 5
_UNTOUCHED = "nothing was changed: the repository and its remote are as they were"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a release came to: the plan that was applied last, and the outputs of all its steps."""

    plan: Plan
    outputs: dict[str, str]

    @property
    def released(self) -> bool:
        return bool(self.plan.due or self.plan.finishes)


def next_version(project: Project) -> tuple[Decision, ...]:
    """The next version of every package and why, from local history alone: without token or network.

    Raises `ConflictError` when that version exists already, `PreflightError` when the tags cannot be trusted.
    """
    verdicts = next_versions(project.git, project.config, project.environment.branch)
    return tuple(verdict.decision for verdict in verdicts)


def plan_release(project: Project, *, version: str | None = None) -> Plan:
    """Everything `release` would do now, and why. Fetches what is missing and changes nothing.

    Args:
        version: release this version instead of the computed one.
    """
    from shipit.plan.observe import observe
    from shipit.plan.release import plan_release as plan

    observed = observe(project.world, project.config, project.environment.branch)
    return plan(project.config, observed, _renderer(project), version)


def doctor(project: Project) -> tuple[Finding, ...]:
    """Every problem that would stop a release, each with its fix."""
    return plan_release(project).findings


def apply(project: Project, plan: Plan, observer: engine.Observer | None = None) -> Outcome:
    """Carry out exactly `plan`; what is done already is left alone.

    Raises `PreflightError` for its findings, `ConflictError` when what it was made from changed.
    """
    if plan.inputs.config != fingerprint(project.config):
        raise ConflictError(
            "the configuration changed since the plan was made", hint="plan afresh: shipit plan", state=_UNTOUCHED
        )
    with exclusive(project.git.directory):
        return _carry_out(project, plan, observer)


def release(project: Project, *, version: str | None = None, observer: engine.Observer | None = None) -> Outcome:
    """Plan and apply, afresh whenever somebody else pushed first; finishes first what a killed run began.

    Raises `ConflictError` when the branch kept moving, and whatever `plan_release` and `apply` raise.
    """
    finished: Outcome | None = None
    with exclusive(project.git.directory):
        for attempt in range(1, ATTEMPTS + 1):
            plan = plan_release(project, version=version)
            try:
                outcome = _carry_out(project, plan, observer)
            except BranchMoved:
                if attempt == ATTEMPTS:
                    raise
                continue
            if not plan.finishes:
                break
            finished = outcome
    return finished if finished and not outcome.released else outcome


def _carry_out(project: Project, plan: Plan, observer: engine.Observer | None) -> Outcome:
    if plan.steps and any(finding.severity == "error" for finding in plan.findings):
        raise PreflightError(plan.findings, state=_UNTOUCHED)
    return Outcome(plan, engine.apply(plan.steps, project.world, observer))


def _renderer(project: Project) -> Renderer:
    """What writes the notes, as the configuration asks for it."""
    from shipit.adapters.templates import template_text
    from shipit.core.languages import language
    from shipit.core.notes import SHOWN, Renderer

    changelog = project.config.changelog
    raising = (name for name, bump in project.config.bump.items() if bump != "none")
    return Renderer(
        template_text(changelog.template, project.root),
        name=changelog.template,
        language=language(changelog.language),
        links=project.world.forge.links(),
        shown=tuple(dict.fromkeys((*SHOWN, *raising))),
    )
