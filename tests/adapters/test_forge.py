"""The choice of the forge for a clone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipit.adapters.ci import read_ci_context
from shipit.adapters.forge import forge_of
from shipit.adapters.git import GitRepository
from shipit.adapters.github import GitHubForge
from shipit.adapters.local_forge import LocalForge
from shipit.core.notes.links import Links
from shipit.world import Forge


def forge(place: Path, url: str | None, instead_of: tuple[str, str] | None = None) -> Forge:
    """Return the forge of a clone with the remote `url`; `instead_of` is a prefix and its replacement by git."""
    subprocess.run(["git", "init", "--quiet", str(place)], check=True)
    settings = {"remote.origin.url": url} if url else {}
    if instead_of:
        settings[f"url.{instead_of[1]}.insteadOf"] = instead_of[0]
    for name, value in settings.items():
        subprocess.run(["git", "-C", str(place), "config", name, value], check=True)
    return forge_of(GitRepository(str(place)), read_ci_context({}))


@pytest.mark.parametrize("url", ["https://bot:s3cret@github.com/acme/app.git", "git@github.com-work:acme/app.git"])
def test_a_remote_on_github_releases_there(tmp_path: Path, url: str) -> None:
    found = forge(tmp_path, url)
    assert isinstance(found, GitHubForge)
    assert found.links() == Links("https://github.com/acme/app")


def test_a_remote_that_git_reads_as_one_on_github_releases_there(tmp_path: Path) -> None:
    found = forge(tmp_path, "gh:acme/app", ("gh:", "https://bot:s3cret@github.com/"))
    assert isinstance(found, GitHubForge)
    assert found.links() == Links("https://github.com/acme/app")


def test_a_remote_on_github_that_git_reaches_by_a_mirror_still_releases_on_github(tmp_path: Path) -> None:
    mirror = ("https://github.com/", f"file://{tmp_path}/mirror/")
    assert isinstance(forge(tmp_path, "https://github.com/acme/app", mirror), GitHubForge)


def test_without_a_remote_the_releases_are_files(tmp_path: Path) -> None:
    assert isinstance(forge(tmp_path, None), LocalForge)
