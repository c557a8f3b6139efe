"""Logins to registries in workflows."""

from __future__ import annotations

from shipit.importers.workflows.model import WorkflowStep
from shipit.importers.workflows.old_steps.job import JobState, is_secret


def read_login(job: JobState, step: WorkflowStep, registry: str, username: str, password: str) -> None:
    """Read a login to a registry, whose name and password are texts or expressions."""
    key = job.name(step, f"login to {registry}")
    if "ghcr.io" in registry:
        job.found.default(key, "shipit logs in with the token of the job")
    elif is_secret(password):
        job.setup.username, job.setup.password = username, password
        job.found.default(key, "the new job gives both to shipit")
    else:
        job.found.undecided(key, "put the password into a secret, and give it to `registry-password`")
