"""What shipit decides about a repository."""

from __future__ import annotations

from repositories import Repository

from shipit.adapters.git import GitRepository
from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.release import Release
from shipit.plan.model import Decision
from shipit.plan.next import next_versions, versions_alone
from shipit.plan.packages import packages
from shipit.plan.releases import look_back, released


def config_of(toml: str) -> Config:
    return parse_config(toml, where="shipit.toml")


def decisions(repo: Repository, toml: str = "") -> dict[str, Decision]:
    """The decision about each package, by name; who asks for the versions alone is told the same ones."""
    git, config = GitRepository(str(repo.path)), config_of(toml)
    found = next_versions(git, config)
    alone = {each.package: each.version for each in versions_alone(git, config)}
    assert alone == {verdict.decision.package: verdict.version for verdict in found}
    return {verdict.decision.package: verdict.decision for verdict in found}


def decision(repo: Repository, toml: str = "") -> Decision:
    """The decision about a repository that is one package."""
    return decisions(repo, toml)[""]


def next_of(repo: Repository, toml: str = "") -> str | None:
    return decision(repo, toml).version


def section(repo: Repository, tag: str, toml: str = "", package: int = 0) -> Release:
    """One release as its notes were written."""
    config = config_of(toml)
    return released(GitRepository(str(repo.path)), config, packages(config)[package], tag)


def sections(repo: Repository, toml: str = "", *, since: str | None = None, package: int = 0) -> list[Release]:
    """All releases, as the whole changelog has them."""
    config = config_of(toml)
    past = look_back(GitRepository(str(repo.path)), config, packages(config)[package], "HEAD", since)
    return [read() for read in past.whole()]


def subjects(release: Release) -> list[str]:
    return [entry.commit.description for entry in release.entries]
