"""Which forge a repository releases on."""

from __future__ import annotations

import os

from shipit.adapters.ci import CiContext
from shipit.adapters.git import GitRepository
from shipit.core.notes.links import slug_of
from shipit.world import Forge


def forge_of(git: GitRepository, ci: CiContext) -> Forge:
    """GitHub for a remote on its server; files beside the remote, or in the clone, for any other."""
    url = git.reached_url() or ""
    # What is written comes first: the mirror or proxy that `insteadOf` leads to has no releases.
    slug = slug_of(git.remote_url() or "", ci.server_url) or slug_of(url, ci.server_url)
    if slug:
        from shipit.adapters.github import GitHubForge

        return GitHubForge(slug, ci.token, ci.api_url, ci.server_url, base=git.root)
    from shipit.adapters.local_forge import LocalForge

    place = _beside(git, url)
    return LocalForge(os.path.join(place, "shipit", "releases"), base=git.root, shared=place != git.directory)


def _beside(git: GitRepository, url: str) -> str:
    """The git directory that every clone of the remote can reach; else this clone's own."""
    place = os.path.normpath(os.path.join(git.root, url.removeprefix("file://")))
    if url and os.path.isdir(place):
        inner = os.path.join(place, ".git")
        return inner if os.path.isdir(inner) else place
    return git.directory
