"""The reasons why a push to a registry would fail, found without writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.adapters.registry.address import push_scope
from shipit.adapters.registry.calls import RegistryApi
from shipit.adapters.registry.exchange import Request
from shipit.adapters.registry.failure import login_hint
from shipit.adapters.registry.login import Logins
from shipit.adapters.registry.token import may_push
from shipit.core.web_page import is_web_page
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding


def registry_findings(calls: RegistryApi, logins: Logins, repositories: Sequence[str]) -> Iterator[Finding]:
    """Yield the reasons why a push to these repositories of one registry would fail; stop if it cannot be reached."""
    for repository in repositories:
        try:
            answer = calls.request(f"push to `{repository}`", Request("GET", "/v2/"), [push_scope(repository)])
        except AuthError as error:
            yield Finding("registry-login", error.what, error.hint or login_hint(calls.registry))
        except RemoteError as error:
            yield Finding("registry-unreachable", error.what, error.hint or "run the same command again")
            return
        else:
            if is_web_page(answer.body):
                what = f"`{calls.registry}` answers with a web page, and not as a registry"
                yield Finding("registry-unreachable", what, "check the name of the image, and the proxy before it")
                return
            yield from _refusals(calls, logins, repository)


def _refusals(calls: RegistryApi, logins: Logins, repository: str) -> Iterator[Finding]:
    """Yield a finding if the token does not allow a push.

    A token server can issue a token without an error, and without the permission that was requested.
    """
    header = calls.authorization([push_scope(repository)])
    login = logins.of(calls.registry) if header else None
    if header is None or may_push(header, repository) or (login and may_push(header, repository) is None):
        return
    problem = f"the login of `{login.username}` has no permission to" if login else "there is no login to"
    what = f"{problem} push to `{repository}` on `{calls.registry}`"
    yield Finding("registry-login", what, login_hint(calls.registry))
