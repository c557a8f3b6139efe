"""The public API of shipit, which makes releases from Conventional Commits.

A release is a plan that you can read before it is applied, and each of its steps can safely be repeated.
Only the names in `__all__` are public; all others may change in any version. Each name is loaded when it is first
used, which keeps `import shipit` fast.

>>> import shipit
>>> project = shipit.open_project("chat-server")
>>> plan = shipit.plan_release(project)
>>> shipit.apply(project, plan).names
'v0.4.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from shipit.adapters.project import Project as Project
    from shipit.api import apply as apply
    from shipit.api import changelog as changelog
    from shipit.api import doctor as doctor
    from shipit.api import lint as lint
    from shipit.api import lint_commits as lint_commits
    from shipit.api import load_config as load_config
    from shipit.api import next_version as next_version
    from shipit.api import open_project as open_project
    from shipit.api import plan_image as plan_image
    from shipit.api import plan_release as plan_release
    from shipit.api import release as release
    from shipit.api import release_notes as release_notes
    from shipit.config.model import Config as Config
    from shipit.core.commits import Commit as Commit
    from shipit.core.commits import Unreadable as Unreadable
    from shipit.core.commits import parse_commit as parse_commit
    from shipit.core.commits.lint import LintedCommit as LintedCommit
    from shipit.core.commits.lint import LintProblem as LintProblem
    from shipit.core.history import Release as Release
    from shipit.core.versions import Bump as Bump
    from shipit.core.versions import Version as Version
    from shipit.errors import AuthError as AuthError
    from shipit.errors import CommandError as CommandError
    from shipit.errors import ConfigError as ConfigError
    from shipit.errors import ConflictError as ConflictError
    from shipit.errors import DeployError as DeployError
    from shipit.errors import PreflightError as PreflightError
    from shipit.errors import RemoteError as RemoteError
    from shipit.errors import ShipitError as ShipitError
    from shipit.errors import UsageError as UsageError
    from shipit.finding import Finding as Finding
    from shipit.plan.model import Plan as Plan
    from shipit.plan.outcome import Outcome as Outcome
    from shipit.plan.version import Decision as Decision
    from shipit.steps.base import Done as Done
    from shipit.steps.base import Step as Step
    from shipit.steps.base import Todo as Todo
    from shipit.world import World as World

# The public names by the module that defines them, below `shipit`.
_NAMES = {
    "adapters.project": ("Project",),
    "api": (
        "apply",
        "changelog",
        "doctor",
        "lint",
        "lint_commits",
        "load_config",
        "next_version",
        "open_project",
        "plan_image",
        "plan_release",
        "release",
        "release_notes",
    ),
    "config.model": ("Config",),
    "core.versions": ("Bump", "Version"),
    "core.commits": ("Commit", "Unreadable", "parse_commit"),
    "core.commits.lint": ("LintProblem", "LintedCommit"),
    "core.history": ("Release",),
    "errors": (
        "AuthError",
        "CommandError",
        "ConfigError",
        "ConflictError",
        "DeployError",
        "PreflightError",
        "RemoteError",
        "ShipitError",
        "UsageError",
    ),
    "finding": ("Finding",),
    "plan.model": ("Plan",),
    "plan.outcome": ("Outcome",),
    "plan.version": ("Decision",),
    "steps.base": ("Done", "Step", "Todo"),
    "world": ("World",),
}

__all__ = sorted(name for names in _NAMES.values() for name in names)

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        from shipit.lazy import on_first_use

        return on_first_use(__name__, _NAMES)(name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
