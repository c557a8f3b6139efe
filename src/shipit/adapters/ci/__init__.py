"""The CI that runs shipit: its variables, its events, and what it reads of a run."""

from __future__ import annotations

from shipit.adapters.ci.context import CiContext as CiContext
from shipit.adapters.ci.context import read_ci_context as read_ci_context
from shipit.adapters.ci.github_actions import write_outputs as write_outputs
from shipit.adapters.ci.github_actions import write_summary as write_summary
