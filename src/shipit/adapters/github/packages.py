"""The images of ghcr.io, which GitHub removes as versions of a package: https://docs.github.com/rest/packages/packages

ghcr.io itself does not accept the request of the OCI distribution specification to remove an image. Only the version
with the given digest is deleted. The images of an index are versions of their own, without a tag, and stay: another
index may contain them too.
"""

from __future__ import annotations

from collections.abc import Callable

from shipit.adapters.github.answers import Account, PackageVersion
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import GitHubClient, segment
from shipit.adapters.github.failure import Caller
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.token_name import TokenName
from shipit.errors import AuthError, RemoteError

_HOST = "ghcr.io"
_NOT_FOUND = 404
_RIGHT = (
    "in GitHub Actions, give the job `packages: write` and the repository the role `Admin` in the settings of the "
    "package (`Manage Actions access`); elsewhere, log in to `ghcr.io` with a personal access token (classic) that has "
    "`read:packages` and `delete:packages`, of an administrator of the package"
)


class GitHubPackages:
    """The container packages of all owners on ghcr.io.

    Args:
        login: returns the login of ghcr.io, whose password is a token of GitHub; None if there is no login.
        api_url: the address of the API.
        retry_policy: the limits of waiting and retrying.
    """

    def __init__(
        self,
        login: Callable[[], Login | None],
        api_url: str = "https://api.github.com",
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._login = login
        self._api_url = api_url
        self._policy = retry_policy or RetryPolicy()
        self._packages: dict[str, _Package] = {}

    def remove(self, repository: str, digest: str) -> None:
        """Delete the image `digest` of `repository`, the name on ghcr.io without the registry, with all its tags.

        Raises:
            AuthError: there is no login, or it lacks the right to delete.
            RemoteError: the status is 404 if GitHub has no such version, or does not show it to the login.
        """
        if repository not in self._packages:
            self._packages[repository] = self._package(repository)
        try:
            self._packages[repository].delete(digest)
        except AuthError as error:
            raise AuthError(error.what, where=error.where, hint=_RIGHT) from error

    def _package(self, repository: str) -> _Package:
        login = self._login()
        if login is None:
            raise AuthError(f"there is no login for `{_HOST}`, which GitHub needs to remove images", hint=_RIGHT)
        name = TokenName(f"the login of `{login.username}` for `{_HOST}`", f"the login for `{_HOST}`")
        client = GitHubClient("", login.password, self._api_url, self._policy)
        return _Package(GitHubApi(client, Caller(repository, name), self._policy, "delete:packages"), repository)


class _Package:
    """One container package. The versions are listed once: shipit deletes only old ones."""

    def __init__(self, calls: GitHubApi, repository: str) -> None:
        self._calls = calls
        self._repository = repository
        self._owner, _, self._name = repository.partition("/")
        self._place = ""
        self._ids: dict[str, int] = {}

    def delete(self, digest: str) -> None:
        """Delete the version with the name `digest`; raises `RemoteError` with the status 404 if there is none."""
        try:
            if not self._ids:
                self._ids = self._calls.retry(f"list the versions of `{self._repository}`", self._list)
            place = f"{self._place}/{self._ids[digest]}"
            self._calls.retry(f"delete `{digest}` of `{self._repository}`", lambda: self._calls.client.delete(place))
        except KeyError:
            raise self._not_found(digest) from None
        except RemoteError as error:
            raise self._not_found(digest) if error.status == _NOT_FOUND else error from error

    def _list(self) -> dict[str, int]:
        """Return the id of each version by its digest."""
        account = self._calls.client.get(f"/users/{segment(self._owner)}", Account)
        owners = "orgs" if account.type == "Organization" else "users"
        package = f"{segment(self._owner)}/packages/container/{segment(self._name)}"
        self._place = f"/{owners}/{package}/versions"
        pages = self._calls.client.pages(self._place, PackageVersion)
        return {each.name: each.id for page in pages for each in page}

    def _not_found(self, digest: str) -> RemoteError:
        what = f"GitHub has no version `{digest}` of the package `{self._repository}`, or does not show it to the login"
        return RemoteError(what, where=self._repository, hint=f"run the same command again, or {_RIGHT}", status=404)
