"""What a registry and its login cannot do for a push, asked without writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.adapters.registry.calls import RegistryApi
from shipit.adapters.registry.failure import login_hint
from shipit.adapters.registry.login import Logins
from shipit.adapters.registry.token import may_push, push_scope
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding


def registry_findings(calls: RegistryApi, logins: Logins, repositories: Sequence[str]) -> Iterator[Finding]:
    """What stands in the way of pushing to `repositories` of one registry."""
    for repository in repositories:
        try:
            calls.ask(f"push to `{repository}`", "GET", "/v2/", [push_scope(repository)])
        except AuthError as error:
            yield Finding("registry-login", error.what, error.hint or login_hint(calls.registry))
        except RemoteError as error:
            yield Finding("registry-unreachable", error.what, error.hint or "run the same command again")
            return
        else:
            yield from _refusals(calls, logins, repository)


def _refusals(calls: RegistryApi, logins: Logins, repository: str) -> Iterator[Finding]:
    """A token is given to everybody, and allows as much as it says."""
    header = calls.authorization([push_scope(repository)])
    login = logins.of(calls.registry) if header else None
    if header is None or may_push(header, repository) or (login and may_push(header, repository) is None):
        return
    whose = f"the login of `{login.username}` may not" if login else "there is no login to"
    yield Finding("registry-login", f"{whose} push to `{repository}` on `{calls.registry}`", login_hint(calls.registry))
