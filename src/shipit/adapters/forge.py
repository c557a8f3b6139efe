"""The choice of the forge: GitHub, or local files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shipit.adapters.ci import CiContext
from shipit.adapters.git import GitRepository
from shipit.core.notes.links import Links, slug_of

if TYPE_CHECKING:
    from shipit.adapters.http.retry_policy import RetryPolicy
    from shipit.world import Forge


def links_of(git: GitRepository, ci: CiContext) -> Links | None:
    """Return what `Forge.links` returns, without loading what sends requests."""
    slug = _slug(git, ci)
    return Links.of(ci.server_url, slug) if slug else None


def forge_of(git: GitRepository, ci: CiContext, retry_policy: RetryPolicy | None = None) -> Forge:
    """Return GitHub if the remote is on its server; otherwise local files beside the remote or in the clone."""
    slug = _slug(git, ci)
    if slug:
        from shipit.adapters.github import GitHubForge

        return GitHubForge(
            slug,
            ci.token,
            ci.api_url,
            ci.server_url,
            base=git.root,
            retry_policy=retry_policy,
            token_name=ci.token_name,
        )
    from shipit.adapters.local_forge import LocalForge

    directory = _shared_git_directory(git, git.reached_url() or "")
    return LocalForge(os.path.join(directory, "shipit", "releases"), base=git.root, shared=directory != git.directory)


def _slug(git: GitRepository, ci: CiContext) -> str | None:
    # The configured URL goes first: a mirror or proxy from git's setting `insteadOf` has no releases.
    return slug_of(git.remote_url() or "", ci.server_url) or slug_of(git.reached_url() or "", ci.server_url)


def _shared_git_directory(git: GitRepository, url: str) -> str:
    """Return the remote's git directory, if the remote is a directory on this machine; otherwise the clone's."""
    remote = os.path.normpath(os.path.join(git.root, url.removeprefix("file://")))
    if url and os.path.isdir(remote):
        inner = os.path.join(remote, ".git")
        return inner if os.path.isdir(inner) else remote
    return git.directory
