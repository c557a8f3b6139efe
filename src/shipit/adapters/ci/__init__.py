"""The CI that runs shipit: its variables and its events.

The module `github_actions`, which writes outputs and summaries, is imported separately, because only CI runs need it.
"""

from __future__ import annotations

from shipit.adapters.ci.context import CiContext as CiContext
from shipit.adapters.ci.context import read_ci_context as read_ci_context
