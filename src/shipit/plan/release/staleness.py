"""Whether a saved plan still fits the world: it is refused when what it was made from changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.commits.release_message import is_release_message
from shipit.errors import ConflictError, PreflightError
from shipit.plan.release.model import ReleasePlan
from shipit.plan.release.observe import CloneState
from shipit.steps import Push
from shipit.world import Git


def require_unchanged(plan: ReleasePlan, config: Config, clone: CloneState, git: Git) -> None:
    """A plan that was carried out already, wholly or in part, still fits: what is done is seen to be done.

    Raises `ConflictError` naming what changed, `PreflightError` where the remote cannot tell.
    """
    if clone.findings:
        raise PreflightError(clone.findings, state=plan.untouched)
    for change in _changes(plan, config, clone, git):
        raise ConflictError(
            f"this plan is out of date: {change}", hint="make a new plan: shipit plan -o FILE", state=plan.untouched
        )


def _changes(plan: ReleasePlan, config: Config, clone: CloneState, git: Git) -> Iterator[str]:
    made_from = plan.inputs
    tags = {**clone.tags, **(clone.remote.tags if clone.remote else {})}
    if made_from.config != fingerprint(config):
        yield "the configuration changed"
    if made_from.branch != clone.branch:
        yield f"it was made on branch `{made_from.branch}`, and this is `{clone.branch}`"
    if plan.finishes or _is_public(plan, clone, tags, git):
        return
    if made_from.base != clone.base:
        yield f"it was made on commit `{made_from.base[:10]}`, and `{clone.base[:10]}` is to be released now"
    if any(isinstance(step, Push) and step.branch and step.expected != clone.expected for step in plan.steps):
        yield f"`{made_from.branch}` moved on the remote"
    yield from (f"tag `{tag}` appeared, at `{tags[tag][:10]}`" for tag in _tags(plan) if tag in tags)


def _is_public(plan: ReleasePlan, clone: CloneState, tags: Mapping[str, str], git: Git) -> bool:
    """Whether the plan was cut off after its commit point: its tag is there, or its commit at the branch's tip."""
    ours = [tags[tag] for tag in _tags(plan) if tag in tags and is_release_message(git.tag_message(tag))]
    found = [git.commit(id) for id in (*ours, clone.base)]
    made = [commit for commit in found if commit and (commit.id in ours or is_release_message(commit.message))]
    return any(plan.inputs.base in (commit.id, *commit.parents[:1]) for commit in made)


def _tags(plan: ReleasePlan) -> tuple[str, ...]:
    return tuple(decision.tag for decision in plan.to_release if decision.tag)
