"""The functions by which a repository adopts shipit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.errors import ConflictError, PreflightError

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
    """Return the past releases with the versions that shipit decides by the settings of `adoption`.

    If the tags do not fit the settings, there are no releases, and `findings` has the reasons.
    """
    from shipit.plan.replay import Replay, effects, observe_windows, replay_releases

    try:
        windows, prereleases = observe_windows(project.git, adoption.config)
    except PreflightError as error:
        return Replay(findings=error.findings)
    releases = replay_releases(windows, adoption.config)
    return Replay(releases, effects(windows, releases, adoption.config), prereleases)


def present_files(project: Project, adoption: Adoption) -> dict[str, str]:
    """Return the texts of the files to write that exist already, by path."""
    texts = ((path, project.world.files.read(path)) for path in adoption.files)
    return {path: text for path, text in texts if text is not None}


def adopt(project: Project, adoption: Adoption) -> None:
    """Write `shipit.toml` and the workflow. A file that has its text already is not written.

    Raises `ConflictError` when a file has another text; nothing is written then.
    """
    present = present_files(project, adoption)
    for path, text in present.items():
        if text != adoption.files[path]:
            raise ConflictError(
                f"`{path}` exists already, with other settings",
                hint="compare them with shipit init --dry-run; to start again, delete the file first",
                state="nothing was written",
            )
    for path, text in adoption.files.items():
        if path not in present:
            project.world.files.write(path, text)
