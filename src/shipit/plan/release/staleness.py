"""The check that a saved plan of a release is complete and still up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.commits.text.release_message import is_release_message
from shipit.errors import ConflictError, PreflightError
from shipit.plan.release.completeness import require_complete
from shipit.plan.release.model import ReleasePlan
from shipit.plan.release.observe import CloneState
from shipit.steps.repository import Push
from shipit.world import Git


def require_unchanged(plan: ReleasePlan, config: Config, clone: CloneState, git: Git) -> None:
    """Raise an error when the configuration, the branch or the tags changed since `plan` was made, or it is incomplete.

    A plan that was already applied, completely or in part, is accepted: its steps recognise that they are done.

    Raises `ConflictError` with the first change, and `PreflightError` when the remote cannot be read.
    """
    require_complete(plan)
    if clone.findings:
        raise PreflightError(clone.findings, state=plan.untouched)
    for change in _changes(plan, config, clone, git):
        raise ConflictError(
            f"this plan is out of date: {change}",
            hint="make a new plan: shipit plan -o plan.json",
            state=plan.untouched,
        )


def _changes(plan: ReleasePlan, config: Config, clone: CloneState, git: Git) -> Iterator[str]:
    made_from = plan.inputs
    tags = {**clone.tags, **(clone.remote.tags if clone.remote else {})}
    if made_from.config != fingerprint(config):
        yield "the configuration changed"
    if made_from.branch != clone.branch:
        yield f"it was made for branch `{made_from.branch}`, but the current branch is `{clone.branch}`"
    if plan.finishes or _is_public(plan, clone, tags, git):
        return
    if made_from.base != clone.base:
        yield f"it was made for commit `{made_from.base[:10]}`, but the commit to release is now `{clone.base[:10]}`"
    if any(isinstance(step, Push) and step.branch and step.expected != clone.expected for step in plan.steps):
        yield f"`{made_from.branch}` moved on the remote"
    yield from (f"tag `{tag}` now exists, at commit `{tags[tag][:10]}`" for tag in _tags(plan) if tag in tags)


def _is_public(plan: ReleasePlan, clone: CloneState, tags: Mapping[str, str], git: Git) -> bool:
    """Return whether the plan passed its commit point: its tag exists, or its commit is the last of the branch."""
    tagged = [tags[tag] for tag in _tags(plan) if tag in tags and is_release_message(git.tag_message(tag))]
    commits = [git.commit(id) for id in (*tagged, clone.base)]
    released = [commit for commit in commits if commit and (commit.id in tagged or is_release_message(commit.message))]
    return any(plan.inputs.base in (commit.id, *commit.parents[:1]) for commit in released)


def _tags(plan: ReleasePlan) -> tuple[str, ...]:
    return tuple(decision.tag for decision in plan.to_release if decision.tag)
