"""The decision which task a CI run has, from the CI event and the branch.

>>> next_task(CiEvent("push", "main"), Config(), "main", "main").kind
'release'
>>> print(next_task(CiEvent("schedule", "main"), Config(), "main", "main").why)
nothing to do for event `schedule`; to release anyway, run `shipit release`
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from shipit.config.model import Config
from shipit.config.reading.advice import for_choice
from shipit.core.ci_event import CiEvent, PullRequest
from shipit.errors import PreflightError, UsageError
from shipit.plan.version import channel, unknown_default_branch

# The events that release a branch or build its images: a push, a start by hand, and "" outside of a CI.
_BRANCH_EVENTS = ("push", "workflow_dispatch", "")


class Task(Struct, frozen=True):
    """The task of a run; `why` gives the reason for it as a text for the user.

    `kind` is "release" (release the branch, then build `environments`), "environment" (build `environments`),
    "preview" (show the release that merging `pull_request` makes) or "nothing". `environments` are names.
    """

    kind: Literal["release", "environment", "preview", "nothing"]
    why: str
    environments: tuple[str, ...] = ()
    pull_request: PullRequest | None = None


def next_task(
    event: CiEvent, config: Config, branch: str | None, default: str | None, environment: str | None = None
) -> Task:
    """Return the task for `event` and `branch`.

    Args:
        event: the event that started the run.
        config: the configuration, which names the release branches and the environments.
        branch: the branch that is checked out, or that the CI names; None when HEAD is detached and no CI names one.
        default: the release branch when the configuration names none; empty if it is not known.
        environment: build only this environment, whatever the branch is, and release nothing.

    Raises `UsageError` when the configuration has no `environment` of that name, and `PreflightError` when the release
    branch is not known.
    """
    if event.is_pull_request:
        return _preview_task(event)
    if event.name not in _BRANCH_EVENTS:
        why = f"nothing to do for event `{event.name}`; to release anyway, run `shipit release`"
        return Task("nothing", why)
    if event.tag:
        return Task("nothing", f"nothing to do for tag `{event.tag}`: releases are made from branches")
    if environment is not None:
        names = environments(config, branch, environment)
        return Task("environment", f"environment `{environment}` was requested", names)
    return _branch_task(config, branch, default)


def _preview_task(event: CiEvent) -> Task:
    pull_request = event.pull_request
    if pull_request is None:
        return Task("nothing", f"nothing to do for event `{event.name}`: it contains no pull request to preview")
    if pull_request.closed:
        return Task("nothing", f"nothing to do: pull request #{pull_request.number} is closed")
    why = f"preview of pull request #{pull_request.number} into `{pull_request.base}`; nothing is released"
    return Task("preview", why, pull_request=pull_request)


def environments(config: Config, branch: str | None, wanted: str | None = None) -> tuple[str, ...]:
    """Return the names of the environments of `branch`, or only `wanted` when it is given.

    Raises `UsageError` when the configuration has no environment `wanted`.
    """
    if wanted is None:
        return tuple(name for name, each in config.environments.items() if branch and each.branch == branch)
    if wanted not in config.environments:
        missing = f'write `[environments.{wanted}]` with `branch = "{wanted}"` in shipit.toml'
        hint = for_choice(wanted, list(config.environments)) if config.environments else missing
        raise UsageError(f"there is no environment `{wanted}`", hint=hint)
    return (wanted,)


def environment_to_build(config: Config, branch: str | None, wanted: str | None = None) -> str:
    """Return the name of the one environment with an image: `wanted` when it is given, else that of `branch`.

    Raises `UsageError` when no environment matches, or more than one.
    """
    matching = [name for name in environments(config, branch, wanted) if config.environments[name].built]
    if len(matching) == 1:
        return matching[0]
    with_images = [name for name, each in config.environments.items() if each.built]
    if wanted:
        what = f"environment `{wanted}` has no image"
        hint = f'write `image.name = "..."` below `[environments.{wanted}]`'
    else:
        count = "several environments with images belong" if matching else "no environment with an image belongs"
        what = f"{count} to branch `{branch}`" if branch else "HEAD is detached, and no CI names a branch"
        commands = " or ".join(f"`shipit image {name}`" for name in matching or with_images)
        hint = commands or 'write `[environments.dev]` with `branch = "dev"` and `image.name = "..."` in shipit.toml'
    raise UsageError(what, hint=hint)


def _branch_task(config: Config, branch: str | None, default: str | None) -> Task:
    if branch is None:
        return Task("nothing", "nothing to do: HEAD is detached, and no CI names a branch")
    names = environments(config, branch)
    listed = ("environments " if names[1:] else "environment ") + " and ".join(f"`{name}`" for name in names)
    if channel(config, branch, default):
        also = f" and belongs to {listed}" if names else ""
        return Task("release", f"branch `{branch}` is a release branch{also}", names)
    if names:
        return Task("environment", f"branch `{branch}` belongs to {listed}", names)
    if default == "" and not config.release.channels:
        raise PreflightError([unknown_default_branch(branch)], state="nothing was changed")
    return Task(
        "nothing", f"nothing to do for branch `{branch}`: it is no release branch and belongs to no environment"
    )
