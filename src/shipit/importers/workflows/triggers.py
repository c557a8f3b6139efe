"""The triggers of the jobs of old workflows: the branches that become environments, and releases.

>>> environment_names(["develop", "main"])
{'develop': 'dev', 'main': 'prod'}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from msgspec import Struct

from shipit.config.environment import EnvironmentConfig
from shipit.config.reading.decode import is_valid_table
from shipit.importers.model import RepositoryFacts, lines_of
from shipit.importers.workflows.model import Workflow, WorkflowJob

RELEASE = ""
"""The name of the release job among the set-ups, and of the place where a job for tags belongs."""
_REFERENCE = re.compile(r"github\.ref(?:_name)? *== *'(?:refs/heads/)?([\w./-]+)'")
_AFTER_RELEASE = re.compile(
    r"releases?[_-]created|paths_released|new_release_published|^(?>.*?release-please).*created|outputs\.released"
)
_NAMES = {"develop": "dev", "development": "dev", "production": "prod", "main": "prod", "master": "prod"}


class JobPlace(Struct, frozen=True):
    """The environment that a job becomes. The name of the place for the images of a release is `RELEASE`."""

    name: str
    branch: str = ""


def is_shipits(job: WorkflowJob, runs_tool: re.Pattern[str]) -> bool:
    """Return whether a job releases, or builds or deploys images."""
    texts = [f"uses: {step.uses}@\n{step.run}" for step in job.steps]
    return any(re.search(r"docker|ssh-action", text) or any(map(runs_tool.search, lines_of(text))) for text in texts)


def is_release(job: WorkflowJob, workflow: Workflow) -> bool:
    """Return whether a job runs for tags, for published releases, or after a release tool made a release."""
    return _is_for_releases(workflow.events) or bool(_AFTER_RELEASE.search(job.condition))


def is_branch_name(branch: str) -> bool:
    """Return whether a text is the name of a branch that needs no quotes, and not a pattern."""
    return bool(re.fullmatch(r"[\w./-]+", branch)) and is_valid_table({"branch": branch}, EnvironmentConfig)


def _is_for_releases(events: Any) -> bool:
    push = events.get("push")
    tags = isinstance(push, dict) and "tags" in push and "branches" not in push
    return tags or ("release" in events and "push" not in events)


def branches_of(job: WorkflowJob, workflow: Workflow, repository: RepositoryFacts) -> list[str]:
    """Return the branches that start a job, with patterns."""
    if referenced := _REFERENCE.findall(job.condition):
        return list(map(str, referenced))
    for event in ("push", "workflow_run", "pull_request"):
        if event in workflow.events:
            settings = workflow.events[event]
            named = settings.get("branches") if isinstance(settings, dict) else None
            if isinstance(named, list | str):
                return [named] if isinstance(named, str) else list(map(str, named))
            if event != "pull_request" and repository.default_branch:
                return [repository.default_branch]
    return []


def environment_names(branches: Iterable[str]) -> dict[str, str]:
    """Return the name of the environment of each branch, by the branch; no two branches have the same name.

    >>> environment_names(["develop", "main"]), environment_names(["main", "prod"]), environment_names(["a/b", "a-b"])
    ({'develop': 'dev', 'main': 'prod'}, {'main': 'main', 'prod': 'prod'}, {'a/b': 'a-b', 'a-b': 'a-b-2'})
    """
    names: dict[str, str] = {}
    wanted = {branch: _NAMES.get(branch, branch) for branch in branches}
    for branch, name in wanted.items():
        shared = sum(name in (other, of) for other, of in wanted.items()) > 1
        plain = re.sub(r"[^a-z0-9-]+", "-", (branch if shared else name).lower()).strip("-") or "prod"
        names[branch] = next(each for each in _numbered(plain) if each not in names.values())
    return names


def _numbered(name: str) -> Iterator[str]:
    """Yield `name`, then the same name with the numbers from 2."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))
