"""GitHub: releases, assets, commits, tags, comments and labels, packages, by its REST API."""

from __future__ import annotations

from shipit.adapters.github.forge import GitHubForge as GitHubForge
from shipit.adapters.github.packages import GitHubPackages as GitHubPackages
