"""The public functions of the library, which the command line, the Action and other programs call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.adapters.project import Project as Project
    from shipit.adapters.project import load_config as load_config
    from shipit.adapters.project import open_project as open_project
    from shipit.api.adopting import adopt as adopt
    from shipit.api.adopting import plan_adoption as plan_adoption
    from shipit.api.adopting import present_files as present_files
    from shipit.api.adopting import replay_adoption as replay_adoption
    from shipit.api.deployments.deploying import apply_deployment as apply_deployment
    from shipit.api.deployments.deploying import approve as approve
    from shipit.api.deployments.deploying import deploy as deploy
    from shipit.api.deployments.deploying import logs as logs
    from shipit.api.deployments.deploying import plan_approval as plan_approval
    from shipit.api.deployments.deploying import plan_deploy as plan_deploy
    from shipit.api.deployments.deploying import plan_deployments as plan_deployments
    from shipit.api.deployments.deploying import plan_rollback as plan_rollback
    from shipit.api.deployments.deploying import rollback as rollback
    from shipit.api.deployments.deploying import status as status
    from shipit.api.deployments.deploying import unlock as unlock
    from shipit.api.dispatch import comment as comment
    from shipit.api.dispatch import doctor as doctor
    from shipit.api.dispatch import next_task as next_task
    from shipit.api.dispatch import plan_task as plan_task
    from shipit.api.dispatch import preview as preview
    from shipit.api.history import changelog as changelog
    from shipit.api.history import commits as commits
    from shipit.api.history import next_version as next_version
    from shipit.api.history import next_versions_only as next_versions_only
    from shipit.api.history import release_notes as release_notes
    from shipit.api.history import upcoming as upcoming
    from shipit.api.images import image as image
    from shipit.api.images import plan_image as plan_image
    from shipit.api.linting import commitlint_rules as commitlint_rules
    from shipit.api.linting import lint as lint
    from shipit.api.linting import lint_commits as lint_commits
    from shipit.api.promoting import plan_promotion as plan_promotion
    from shipit.api.promoting import promote_branch as promote_branch
    from shipit.api.releasing import apply as apply
    from shipit.api.releasing import plan_release as plan_release
    from shipit.api.releasing import release as release
    from shipit.api.replaying import replay as replay
    from shipit.api.reporting import report as report
    from shipit.api.reporting import report_page as report_page
    from shipit.plan.outcome import Deployment as Deployment
    from shipit.plan.outcome import Images as Images
    from shipit.plan.outcome import Outcome as Outcome

_NAMES = {
    "adapters.project": (
        "Project",
        "load_config",
        "open_project",
    ),
    "api.adopting": (
        "adopt",
        "plan_adoption",
        "present_files",
        "replay_adoption",
    ),
    "api.deployments.deploying": (
        "apply_deployment",
        "approve",
        "deploy",
        "logs",
        "plan_approval",
        "plan_deploy",
        "plan_deployments",
        "plan_rollback",
        "rollback",
        "status",
        "unlock",
    ),
    "api.dispatch": (
        "comment",
        "doctor",
        "next_task",
        "plan_task",
        "preview",
    ),
    "api.history": (
        "changelog",
        "commits",
        "next_version",
        "next_versions_only",
        "release_notes",
        "upcoming",
    ),
    "api.images": (
        "image",
        "plan_image",
    ),
    "api.linting": (
        "commitlint_rules",
        "lint",
        "lint_commits",
    ),
    "api.promoting": (
        "plan_promotion",
        "promote_branch",
    ),
    "api.releasing": (
        "apply",
        "plan_release",
        "release",
    ),
    "api.replaying": ("replay",),
    "api.reporting": (
        "report",
        "report_page",
    ),
    "plan.outcome": (
        "Deployment",
        "Images",
        "Outcome",
    ),
}

__all__ = sorted(name for names in _NAMES.values() for name in names)

if not TYPE_CHECKING:
    __getattr__ = on_first_use("shipit", _NAMES)
