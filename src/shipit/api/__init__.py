"""The public functions of the library, which the command line, the Action and other programs call."""

from __future__ import annotations

from shipit.adapters.project import Project, load_config, open_project
from shipit.api.adopting import adopt, plan_adoption, present_files, replay_adoption
from shipit.api.deployments.deploying import (
    apply_deployment,
    approve,
    deploy,
    logs,
    plan_approval,
    plan_deploy,
    plan_deployments,
    plan_rollback,
    rollback,
    status,
    unlock,
)
from shipit.api.dispatch import comment, doctor, next_task, plan_task, preview
from shipit.api.history import (
    changelog,
    commits,
    next_version,
    next_versions_only,
    release_notes,
    upcoming,
)
from shipit.api.images import image, plan_image
from shipit.api.linting import commitlint_rules, lint, lint_commits
from shipit.api.releasing import apply, plan_release, release
from shipit.api.replaying import replay
from shipit.plan.outcome import Deployment, Images, Outcome

__all__ = [
    "Deployment",
    "Images",
    "Outcome",
    "Project",
    "adopt",
    "apply",
    "apply_deployment",
    "approve",
    "changelog",
    "comment",
    "commitlint_rules",
    "commits",
    "deploy",
    "doctor",
    "image",
    "lint",
    "lint_commits",
    "load_config",
    "logs",
    "next_task",
    "next_version",
    "next_versions_only",
    "open_project",
    "plan_adoption",
    "plan_approval",
    "plan_deploy",
    "plan_deployments",
    "plan_image",
    "plan_release",
    "plan_rollback",
    "plan_task",
    "present_files",
    "preview",
    "release",
    "release_notes",
    "replay",
    "replay_adoption",
    "rollback",
    "status",
    "unlock",
    "upcoming",
]
