"""The CI context: tokens, GitHub's addresses and the CI event, read from environment variables."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping

from msgspec import Struct

from shipit.adapters.ci.github_event import read_event
from shipit.adapters.login import Login
from shipit.adapters.token_name import INPUT, VARIABLE, TokenName
from shipit.core.ci_event import CiEvent
from shipit.core.redact import SHORTEST_SECRET
from shipit.errors import UsageError

GITHUB_SERVER = "https://github.com"
_SECRETS = ("GITHUB_TOKEN", "GH_TOKEN", "SHIPIT_REGISTRY_PASSWORD", "COSIGN_PASSWORD")
_KEYS = ("SHIPIT_SSH_KEY", "COSIGN_PRIVATE_KEY")
_SHORTEST_LINE = 8  # characters; a shorter last line of a key shows nothing of it, and can be part of a word


class CiContext(Struct, frozen=True):
    """The values of the environment variables in docs/configuration.md.

    Args:
        token: the token for GitHub; None if it is not set.
        api_url: the address of GitHub's API.
        server_url: the address of GitHub's web pages.
        repository: `owner/name` of the repository that the CI runs for; None outside a CI.
        event: the reason of the CI run; empty outside a CI.
        secrets: the values that no output may show.
        too_short: the names of the variables whose secret is too short to be removed from the output.
        registry_login: the login for all registries, from `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`.
        github_login: the login for GitHub's registry, from the token of the CI run.
        ssh_key: the private key for hosts over SSH, from `SHIPIT_SSH_KEY`.
        ssh_known_hosts: the public keys of hosts as lines of known_hosts, from `SHIPIT_SSH_KNOWN_HOSTS`.
        token_name: the name of the token for messages.
        run_name: the web page of this CI run; outside a CI the user and the machine.
    """

    token: str | None
    api_url: str
    server_url: str
    repository: str | None
    event: CiEvent
    secrets: tuple[str, ...]
    registry_login: Login | None = None
    github_login: Login | None = None
    ssh_key: str | None = None
    ssh_known_hosts: str | None = None
    token_name: TokenName = VARIABLE
    run_name: str = ""
    too_short: tuple[str, ...] = ()

    @property
    def branch(self) -> str | None:
        """The branch that the CI runs for; None outside a CI, and for a tag or a pull request."""
        return self.event.branch

    def __repr__(self) -> str:
        return f"CiContext(server_url={self.server_url!r}, repository={self.repository!r}, branch={self.branch!r})"


def read_ci_context(variables: Mapping[str, str] | None = None) -> CiContext:
    """Return the CI context in `variables`, by default the environment of this process.

    White space around a value is removed, and an empty variable counts as unset.

    Raises `UsageError` if `GITHUB_SERVER_URL` is not the address of a server.
    """
    given = (os.environ if variables is None else variables).items()
    values = {name: value.strip() for name, value in given if value.strip()}
    token = values.get("GITHUB_TOKEN") or values.get("GH_TOKEN")
    server = _server_url(values.get("GITHUB_SERVER_URL", GITHUB_SERVER))
    secrets = {name: values[name] for name in _SECRETS if name in values}
    of_builds = (values.get(name) for name in values.get("SHIPIT_BUILD_SECRETS", "").split())
    return CiContext(
        token=token,
        api_url=values.get("GITHUB_API_URL") or _api_url(server),
        server_url=server,
        repository=values.get("GITHUB_REPOSITORY"),
        event=_event(values),
        secrets=(
            *secrets.values(),
            *(line for secret in (*map(values.get, _KEYS), *of_builds) for line in _secrets_of_key(secret)),
        ),
        registry_login=_registry_login(values),
        github_login=_github_login(values, token, server),
        ssh_key=values.get("SHIPIT_SSH_KEY"),
        ssh_known_hosts=values.get("SHIPIT_SSH_KNOWN_HOSTS"),
        token_name=INPUT if values.get("SHIPIT_ACTION") else VARIABLE,
        run_name=_run_name(values, server),
        too_short=tuple(name for name, secret in secrets.items() if len(secret) < SHORTEST_SECRET),
    )


def _server_url(url: str) -> str:
    if url == GITHUB_SERVER:
        return url
    from urllib.parse import urlsplit  # loading it takes 2 ms, and most runs do not need it

    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket without its pair
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        what = f"`GITHUB_SERVER_URL` is not the address of a server: `{url}`"
        raise UsageError(what, hint=f"set it to an address such as `{GITHUB_SERVER}`, or unset it")
    return url.rstrip("/")


def _api_url(server: str) -> str:
    """Return the address of the API of github.com, or of a GitHub Enterprise Server."""
    return "https://api.github.com" if server == GITHUB_SERVER else f"{server}/api/v3"


def _run_name(values: Mapping[str, str], server: str) -> str:
    repository, run = values.get("GITHUB_REPOSITORY"), values.get("GITHUB_RUN_ID")
    if repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container can run as a user without a name
        user = f"user {os.getuid()}"
    return f"{user} on {os.uname().nodename}"


def _secrets_of_key(key: str | None) -> tuple[str, ...]:
    """Return a private key and each of its lines, because a log shows them apart; not the lines that all keys have."""
    if not key:
        return ()
    lines = (line.strip() for line in key.splitlines())
    return key, *(line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----"))


def _registry_login(values: Mapping[str, str]) -> Login | None:
    username, password = (values.get(f"SHIPIT_REGISTRY_{name}") for name in ("USERNAME", "PASSWORD"))
    return Login(username, password) if username and password else None


def _github_login(values: Mapping[str, str], token: str | None, server: str) -> Login | None:
    """Return the login for ghcr.io, which accepts tokens of github.com only; None for another server."""
    actor = values.get("GITHUB_ACTOR")
    return Login(actor, token) if actor and token and server == GITHUB_SERVER else None


def _event(values: Mapping[str, str]) -> CiEvent:
    name, kind = _ref(values)
    payload = read_event(values.get("GITHUB_EVENT_PATH"))
    return CiEvent(
        name=values.get("GITHUB_EVENT_NAME", ""),
        branch=name if kind == "heads" else None,
        tag=name if kind == "tags" else None,
        default_branch=payload.default_branch,
        pull_request=payload.pull_request_into(values.get("GITHUB_BASE_REF", "")),
        commit=values.get("GITHUB_SHA"),
        is_rerun=values.get("GITHUB_RUN_ATTEMPT", "1") != "1",
    )


def _ref(values: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the short name of the ref that the run is for, and its kind: `heads`, `tags` or `pull`."""
    parts = values.get("GITHUB_REF", "").split("/", 2)
    if len(parts) == 3 and parts[0] == "refs":
        return parts[2], parts[1]
    return values.get("GITHUB_REF_NAME"), "tags" if values.get("GITHUB_REF_TYPE") == "tag" else "heads"
