"""What the environment says: tokens, GitHub's addresses, and what a CI run is about."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct

from shipit.adapters.ci.github_event import read_event
from shipit.adapters.login import Login
from shipit.core.ci_event import CiEvent

GITHUB_SERVER = "https://github.com"


class CiContext(Struct, frozen=True):
    """The variables of docs/configuration.md, read once."""

    token: str | None
    api_url: str
    server_url: str
    repository: str | None
    event: CiEvent
    secrets: tuple[str, ...]
    registry_login: Login | None = None
    github_login: Login | None = None

    @property
    def branch(self) -> str | None:
        """The branch that the CI is at work on."""
        return self.event.branch

    def __repr__(self) -> str:
        return f"CiContext(server_url={self.server_url!r}, repository={self.repository!r}, branch={self.branch!r})"


def read_ci_context(variables: Mapping[str, str] | None = None) -> CiContext:
    """Read the environment; an empty variable is an unset one, and white space around a value is an accident."""
    given = (os.environ if variables is None else variables).items()
    found = {name: value.strip() for name, value in given if value.strip()}
    token = found.get("GITHUB_TOKEN") or found.get("GH_TOKEN")
    server = found.get("GITHUB_SERVER_URL", GITHUB_SERVER).rstrip("/")
    secrets = (found.get(name) for name in ("GITHUB_TOKEN", "GH_TOKEN", "SHIPIT_REGISTRY_PASSWORD"))
    return CiContext(
        token=token,
        api_url=found.get("GITHUB_API_URL") or _api_url(server),
        server_url=server,
        repository=found.get("GITHUB_REPOSITORY"),
        event=_event(found),
        secrets=tuple(secret for secret in secrets if secret),
        registry_login=_registry_login(found),
        github_login=_github_login(found, token, server),
    )


def _api_url(server: str) -> str:
    """Where a server's API is: GitHub's own host, or below a GitHub Enterprise Server."""
    return "https://api.github.com" if server == GITHUB_SERVER else f"{server}/api/v3"


def _registry_login(found: Mapping[str, str]) -> Login | None:
    username, password = (found.get(f"SHIPIT_REGISTRY_{name}") for name in ("USERNAME", "PASSWORD"))
    return Login(username, password) if username and password else None


def _github_login(found: Mapping[str, str], token: str | None, server: str) -> Login | None:
    """Who to be at GitHub's registry, which knows nothing of the tokens of another server."""
    actor = found.get("GITHUB_ACTOR")
    return Login(actor, token) if actor and token and server == GITHUB_SERVER else None


def _event(found: Mapping[str, str]) -> CiEvent:
    name, kind = _ref(found)
    payload = read_event(found.get("GITHUB_EVENT_PATH"))
    return CiEvent(
        name=found.get("GITHUB_EVENT_NAME", ""),
        branch=name if kind == "heads" else None,
        tag=name if kind == "tags" else None,
        default_branch=payload.default_branch,
        pull_request=payload.proposal(found.get("GITHUB_BASE_REF", "")),
        commit=found.get("GITHUB_SHA"),
        is_rerun=found.get("GITHUB_RUN_ATTEMPT", "1") != "1",
    )


def _ref(found: Mapping[str, str]) -> tuple[str | None, str]:
    """The short name of what the run is about, and whether that is one of `heads`, `tags` or `pull`."""
    whole = found.get("GITHUB_REF", "").split("/", 2)
    if len(whole) == 3 and whole[0] == "refs":
        return whole[2], whole[1]
    return found.get("GITHUB_REF_NAME"), "tags" if found.get("GITHUB_REF_TYPE") == "tag" else "heads"
