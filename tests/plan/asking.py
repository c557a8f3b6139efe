"""The decisions of shipit about a repository, and its past releases, for the tests of versions."""

from __future__ import annotations

from repositories import Repository

from shipit.adapters.git import GitRepository
from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.history import Release
from shipit.plan.version import Decision, next_releases, next_versions, packages
from shipit.plan.version.past_releases import observe_past_releases, released


def config_of(toml: str) -> Config:
    return parse_config(toml, where="shipit.toml")


def decisions(repo: Repository, toml: str = "") -> dict[str, Decision]:
    """Return the decision about each package by its name, after checking that `next_versions` gives the same versions."""
    git, config = GitRepository(str(repo.path)), config_of(toml)
    found = next_releases(git, config)
    alone = {each.package: each.version for each in next_versions(git, config)}
    assert alone == {next_release.decision.package: next_release.version for next_release in found}
    return {next_release.decision.package: next_release.decision for next_release in found}


def decision(repo: Repository, toml: str = "") -> Decision:
    """Return the decision about a repository of one package."""
    return decisions(repo, toml)[""]


def next_of(repo: Repository, toml: str = "") -> str | None:
    return decision(repo, toml).version


def section(repo: Repository, tag: str, toml: str = "", package: int = 0) -> Release:
    """Return one release with the commits that it had when it was made."""
    config = config_of(toml)
    return released(GitRepository(str(repo.path)), config, packages(config)[package], tag)


def sections(repo: Repository, toml: str = "", *, since: str | None = None, package: int = 0) -> list[Release]:
    """Return all releases, as the complete changelog has them."""
    config = config_of(toml)
    past = observe_past_releases(GitRepository(str(repo.path)), config, packages(config)[package], "HEAD", since)
    return [read() for read in past.whole()]


def subjects(release: Release) -> list[str]:
    return [entry.commit.description for entry in release.entries]
