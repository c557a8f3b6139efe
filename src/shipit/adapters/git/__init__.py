"""The local repository and its remote."""

from __future__ import annotations

from shipit.adapters.git.repository import GitRepository as GitRepository
