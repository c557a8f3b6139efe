"""What a run is to do: what the event and the branch call for.

>>> next_task(CiEvent("push", "main"), Config(), "main", "main").kind
'release'
>>> print(next_task(CiEvent("schedule", "main"), Config(), "main", "main").why)
the event `schedule` calls for nothing; to release all the same, use the command `release`
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from shipit.config.advice import for_choice
from shipit.config.model import Config
from shipit.core.ci_event import CiEvent, PullRequest
from shipit.errors import UsageError
from shipit.plan.version import channel

# Pushed to, or started by hand; none at all at a desk. Whatever else happens is no decision to release.
_OF_A_BRANCH = ("push", "workflow_dispatch", "")


class Task(Struct, frozen=True):
    """What is due and why, in a sentence.

    `environments` are those that the branch is built for and deployed to; `pull_request` is what to look ahead for.
    """

    kind: Literal["release", "environment", "preview", "nothing"]
    why: str
    environments: tuple[str, ...] = ()
    pull_request: PullRequest | None = None


def next_task(
    event: CiEvent, config: Config, branch: str | None, default: str | None, environment: str | None = None
) -> Task:
    """The one thing that is due.

    Args:
        branch: the branch that is checked out, or that the CI is at work on.
        default: the branch that releases when the configuration names none.
        environment: one that was asked for, instead of all that the branch calls for: nothing is released then.

    Raises `UsageError` when there is no such environment.
    """
    if event.is_pull_request:
        return _ahead(event)
    if event.name not in _OF_A_BRANCH:
        why = f"the event `{event.name}` calls for nothing; to release all the same, use the command `release`"
        return Task("nothing", why)
    if event.tag:
        return Task("nothing", f"tag `{event.tag}` calls for nothing: releases are made from branches")
    releasing = branch if environment is None else None
    return _of_branch(config, releasing, default, environments(config, branch, environment))


def _ahead(event: CiEvent) -> Task:
    pull_request = event.pull_request
    if pull_request is None:
        return Task("nothing", f"the event `{event.name}` does not tell its pull request, and nothing is released")
    if pull_request.closed:
        return Task("nothing", f"pull request #{pull_request.number} is closed")
    why = f"pull request #{pull_request.number} to `{pull_request.base}`: a look ahead, nothing is released"
    return Task("preview", why, pull_request=pull_request)


def environments(config: Config, branch: str | None, wanted: str | None = None) -> tuple[str, ...]:
    """The environments of `branch`, or the one that is `wanted`; raises `UsageError` when there is none such."""
    if wanted is None:
        return tuple(name for name, each in config.environments.items() if branch and each.branch == branch)
    if wanted not in config.environments:
        missing = f'write `[environments.{wanted}]` with `branch = "{wanted}"` in shipit.toml'
        hint = for_choice(wanted, list(config.environments)) if config.environments else missing
        raise UsageError(f"there is no environment `{wanted}`", hint=hint)
    return (wanted,)


def environment_to_build(config: Config, branch: str | None, wanted: str | None = None) -> str:
    """The one environment with an image that is `wanted`, or that belongs to `branch`.

    Raises `UsageError` when there is none, or more than one.
    """
    found = [name for name in environments(config, branch, wanted) if config.environments[name].built]
    if len(found) == 1:
        return found[0]
    buildable = [name for name, each in config.environments.items() if each.built]
    if wanted:
        what = f"environment `{wanted}` has no image"
        hint = f'write `image.name = "..."` below `[environments.{wanted}]`'
    else:
        several = "several environments with images belong" if found else "no environment with an image belongs"
        what = f"{several} to branch `{branch}`" if branch else "HEAD is detached, and no CI names a branch"
        named = " or ".join(f"`shipit image {name}`" for name in found or buildable)
        hint = named or 'write `[environments.dev]` with `branch = "dev"` and `image.name = "..."` in shipit.toml'
    raise UsageError(what, hint=hint)


def _of_branch(config: Config, branch: str | None, default: str | None, due: tuple[str, ...]) -> Task:
    named = " and ".join(f"`{name}`" for name in due)
    if branch and channel(config, branch, default):
        also = f", and {named} is due" if due else ""
        return Task("release", f"branch `{branch}` releases{also}", due)
    if due:
        return Task("environment", f"{named} is due", due)
    if branch is None:
        return Task("nothing", "HEAD is detached and no CI names a branch, so nothing is due")
    return Task("nothing", f"branch `{branch}` neither releases nor belongs to an environment, so nothing is due")
