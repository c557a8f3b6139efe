"""The branch whose configuration has an environment that the configuration of the current branch lacks."""

from __future__ import annotations

from shlex import quote
from typing import Any

from shipit.adapters.project import Project
from shipit.config.keys import toml_key
from shipit.config.model import CONFIG_FILES
from shipit.errors import UsageError


def require_environment(project: Project, wanted: str | None) -> None:
    """Raise `UsageError` if only the configuration of another branch has the environment `wanted`; None is no name.

    Only the branches that were fetched are read. An environment that no branch has is left to the caller.
    """
    if wanted is None or wanted in project.config.environments:
        return
    current = project.git.branch() or project.ci.branch
    for branch, rev in project.git.branches():
        file = _file_with(project, rev, wanted)
        if file:
            here = f" on branch `{current}`" if current and current != branch else ""
            what = f"there is no environment `{wanted}`{here}"
            table = f"`[environments.{toml_key(wanted)}]` is in {file} on branch `{branch}`"
            todo = "git pull" if current == branch else f"run the command there, or merge it: git merge {quote(rev)}"
            raise UsageError(what, hint=f"{table}: {todo}")


def _file_with(project: Project, rev: str, environment: str) -> str | None:
    """Return the name of the configuration file of the commit `rev` that has `environment`."""
    for name in CONFIG_FILES:
        text = project.git.text(rev, name)
        if text and environment in text and environment in _environments(name, text):
            return name
    return None


def _environments(name: str, text: str) -> dict[str, Any]:
    import tomllib

    try:
        document: Any = tomllib.loads(text.removeprefix("\ufeff"))
        if name == "pyproject.toml":
            document = document["tool"]["shipit"]
        return dict(document["environments"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
