"""A clone with a remote on this machine, for tests of plans."""

from __future__ import annotations

from pathlib import Path

from repositories import Repository, run

from shipit import api
from shipit.finding import Finding
from shipit.plan.release import ReleasePlan


def remote_of(repo: Repository) -> Path:
    """Return the bare copy of `repo` beside it, which is created or updated."""
    remote = repo.path.parent / "remote.git"
    if not remote.exists():
        run(repo.path, "clone", "--quiet", "--bare", str(repo.path), str(remote))
    repo.git("push", "--quiet", "--mirror", str(remote))
    return remote


def clone_of(repo: Repository, *options: str, name: str = "clone") -> Path:
    """Return the path of a new clone of the remote of `repo`."""
    remote = remote_of(repo)
    clone = remote.with_name(name)
    run(remote, "clone", "--quiet", *options, remote.as_uri(), str(clone))
    return clone


def configure(clone: Path, toml: str) -> None:
    """Write `shipit.toml` into the clone; it stays untracked, so it is not an uncommitted change."""
    (clone / "shipit.toml").write_text(toml)


def plan(clone: Path, *, version: str | None = None) -> ReleasePlan:
    return api.plan_release(api.open_project(str(clone)), version=version)


def doctor(clone: Path) -> dict[str, Finding]:
    """Return the findings of `shipit doctor` by their code."""
    return {finding.code: finding for finding in api.doctor(api.open_project(str(clone)))}
