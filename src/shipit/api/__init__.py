"""The public functions of the library, which the command line, the Action and other programs call."""

from __future__ import annotations

from shipit.adapters.project import Project, load_config, open_project
from shipit.api.dispatch import comment, doctor, next_task, plan_task, preview
from shipit.api.history import changelog, commits, next_version, next_versions_only, release_notes
from shipit.api.images import image, plan_image
from shipit.api.releasing import apply, plan_release, release
from shipit.plan.outcome import Images, Outcome

__all__ = [
    "Images",
    "Outcome",
    "Project",
    "apply",
    "changelog",
    "comment",
    "commits",
    "doctor",
    "image",
    "load_config",
    "next_task",
    "next_version",
    "next_versions_only",
    "open_project",
    "plan_image",
    "plan_release",
    "plan_task",
    "preview",
    "release",
    "release_notes",
]
