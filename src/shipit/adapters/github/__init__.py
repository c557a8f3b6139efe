"""Releases on GitHub."""

from __future__ import annotations

from shipit.adapters.github.forge import GitHubForge as GitHubForge
