"""What the environment says: tokens, GitHub's addresses, the branch of a CI run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of docs/configuration.md, read once."""

    token: str | None
    api_url: str
    server_url: str
    repository: str | None
    branch: str | None
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Environment(server_url={self.server_url!r}, repository={self.repository!r}, branch={self.branch!r})"


def environment(variables: Mapping[str, str] | None = None) -> Environment:
    """Read the environment; an empty variable is an unset one."""
    found = {name: value for name, value in (os.environ if variables is None else variables).items() if value}
    token = found.get("GITHUB_TOKEN") or found.get("GH_TOKEN")
    server = found.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    secrets = (found.get(name) for name in ("GITHUB_TOKEN", "GH_TOKEN", "SHIPIT_REGISTRY_PASSWORD"))
    on_branch = found.get("GITHUB_REF_TYPE", "branch") == "branch"
    return Environment(
        token=token,
        api_url=found.get("GITHUB_API_URL") or _api_url(server),
        server_url=server,
        repository=found.get("GITHUB_REPOSITORY"),
        branch=found.get("GITHUB_REF_NAME") if on_branch else None,
        secrets=tuple(secret for secret in secrets if secret),
    )


def _api_url(server: str) -> str:
    """Where a server's API is: GitHub's own host, or below a GitHub Enterprise Server."""
    return "https://api.github.com" if server == "https://github.com" else f"{server}/api/v3"
