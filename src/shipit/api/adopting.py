"""The functions by which a repository adopts shipit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.errors import ConflictError

if TYPE_CHECKING:
    from shipit.plan.adoption import Adoption
    from shipit.plan.replay import Replay


def plan_adoption(project: Project) -> Adoption:
    """Return the settings of shipit for the repository, from the settings of the release tools that it has today.

    Nothing is written, and nothing of the other tools is executed. The remote is asked for its default branch.

    Args:
        project: the repository, from `open_project`.

    Raises `ConfigError` when the settings of another tool cannot be read.
    """
    from shipit.plan.adoption import plan_adoption

    return plan_adoption(project.git, project.world.files)


def replay_adoption(project: Project, adoption: Adoption) -> Replay:
    """Return the past releases with the versions that shipit decides by the settings of `adoption`."""
    from shipit.plan.replay import Replay, effects, observe_windows, replay_releases

    windows, prereleases = observe_windows(project.git, adoption.config)
    releases = replay_releases(windows, adoption.config)
    return Replay(releases, effects(windows, releases, adoption.config), prereleases)


def present_settings(project: Project) -> str | None:
    """Return the text of `shipit.toml`; None if there is no such file."""
    return project.world.files.read("shipit.toml")


def adopt(project: Project, adoption: Adoption) -> None:
    """Write `shipit.toml`. Nothing is written when it has the text already, or when shipit needs no settings.

    Raises `ConflictError` when `shipit.toml` has another text.
    """
    present = present_settings(project)
    if present is not None and present != adoption.text:
        raise ConflictError(
            "`shipit.toml` exists already, with other settings",
            hint="compare them with shipit init --dry-run; to start again, delete the file first",
            state="nothing was written",
        )
    if present is None and adoption.text:
        project.world.files.write("shipit.toml", adoption.text)
