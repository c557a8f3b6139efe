"""A repository as people have it: a clone with a remote on this machine."""

from __future__ import annotations

from pathlib import Path

from repositories import Repository, run

from shipit import api
from shipit.finding import Finding
from shipit.plan.release import ReleasePlan


def remote_of(repo: Repository) -> Path:
    """A bare copy of a repository beside it, brought up to date where there is one."""
    remote = repo.path.parent / "remote.git"
    if not remote.exists():
        run(repo.path, "clone", "--quiet", "--bare", str(repo.path), str(remote))
    repo.git("push", "--quiet", "--mirror", str(remote))
    return remote


def clone_of(repo: Repository, *options: str, name: str = "clone") -> Path:
    """A clone of the remote of a repository."""
    remote = remote_of(repo)
    clone = remote.with_name(name)
    run(remote, "clone", "--quiet", *options, remote.as_uri(), str(clone))
    return clone


def configure(clone: Path, toml: str) -> None:
    """Put a configuration beside the clone's files without making them differ from what is committed."""
    (clone / "shipit.toml").write_text(toml)


def plan(clone: Path, *, version: str | None = None) -> ReleasePlan:
    return api.plan_release(api.open_project(str(clone)), version=version)


def doctor(clone: Path) -> dict[str, Finding]:
    """What `shipit doctor` finds, by code."""
    return {finding.code: finding for finding in api.doctor(api.open_project(str(clone)))}
