"""Whether a saved plan still fits the world: it is refused when what it was made from changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.release_message import is_release
from shipit.errors import ConflictError, PreflightError
from shipit.plan.model import Plan
from shipit.plan.standing import Standing
from shipit.steps import Push
from shipit.world import Git

_UNTOUCHED = "nothing was changed: the repository and its remote are as they were"


def require_unchanged(plan: Plan, config: Config, standing: Standing, git: Git) -> None:
    """A plan that was carried out already, wholly or in part, still fits: what is done is seen to be done.

    Raises `ConflictError` naming what changed, `PreflightError` where the remote cannot tell.
    """
    if standing.findings:
        raise PreflightError(standing.findings, state=_UNTOUCHED)
    for change in _changes(plan, config, standing, git):
        raise ConflictError(
            f"this plan is out of date: {change}", hint="plan afresh: shipit plan -o FILE", state=_UNTOUCHED
        )


def require_same_commit(plan: Plan, config: Config, git: Git) -> None:
    """A plan of images fits as long as it is about this commit. Raises `ConflictError` naming what changed."""
    head = git.head() or ""
    moved = f"it was made on commit `{plan.inputs.base[:10]}`, and this is `{head[:10]}`"
    reconfigured = plan.inputs.config != fingerprint(config)
    if reconfigured or plan.inputs.base != head:
        why = "the configuration changed" if reconfigured else moved
        raise ConflictError(f"this plan is out of date: {why}", hint="plan afresh: shipit image", state=_UNTOUCHED)


def _changes(plan: Plan, config: Config, standing: Standing, git: Git) -> Iterator[str]:
    made_from = plan.inputs
    tags = {**standing.tags, **(standing.remote.tags if standing.remote else {})}
    if made_from.config != fingerprint(config):
        yield "the configuration changed"
    if made_from.branch != standing.branch:
        yield f"it was made on branch `{made_from.branch}`, and this is `{standing.branch}`"
    if plan.finishes or _is_public(plan, standing, tags, git):
        return
    if made_from.base != standing.base:
        yield f"it was made on commit `{made_from.base[:10]}`, and `{standing.base[:10]}` is to be released now"
    if any(isinstance(step, Push) and step.branch and step.expected != standing.expected for step in plan.steps):
        yield f"`{made_from.branch}` moved on the remote"
    yield from (f"tag `{tag}` appeared, at `{tags[tag][:10]}`" for tag in _tags(plan) if tag in tags)


def _is_public(plan: Plan, standing: Standing, tags: Mapping[str, str], git: Git) -> bool:
    """Whether the plan was cut off after its commit point: its tag is there, or its commit at the branch's tip."""
    ours = [tags[tag] for tag in _tags(plan) if tag in tags and is_release(git.tag_message(tag))]
    found = [git.commit(id) for id in (*ours, standing.base)]
    made = [commit for commit in found if commit and (commit.id in ours or is_release(commit.message))]
    return any(plan.inputs.base in (commit.id, *commit.parents[:1]) for commit in made)


def _tags(plan: Plan) -> tuple[str, ...]:
    return tuple(decision.tag for decision in plan.due if decision.tag)
