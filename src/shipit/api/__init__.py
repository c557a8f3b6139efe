"""The use cases: what the command line, the Action and other programs call."""

from __future__ import annotations

from shipit.adapters.project import Project, load_config, open_project
from shipit.api.due import comment, doctor, due_work, plan_due, preview
from shipit.api.history import changelog, coming_versions, commits, next_version, release_notes
from shipit.api.images import image, plan_image
from shipit.api.releasing import apply, plan_release, release
from shipit.plan.outcome import NO_OUTPUTS, Images, Outcome

__all__ = [
    "NO_OUTPUTS",
    "Images",
    "Outcome",
    "Project",
    "apply",
    "changelog",
    "coming_versions",
    "comment",
    "commits",
    "doctor",
    "due_work",
    "image",
    "load_config",
    "next_version",
    "open_project",
    "plan_due",
    "plan_image",
    "plan_release",
    "preview",
    "release",
    "release_notes",
]
