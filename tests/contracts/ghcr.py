"""A real registry that removes images as ghcr.io does: by the API of GitHub, where they are versions of a package."""

from __future__ import annotations

from parts.registry import Registry
from standin.packages import Packages, Version
from standin.server import GOOD, GitHubStandIn

from shipit.adapters.github import GitHubPackages
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries, Remove


def github_remover(part: Registry, github: GitHubStandIn, password: str) -> Remove:
    """Make the images of `part` the packages of `github`; return how a login with `password` removes one."""
    github.packages = _RegistryPackages(part)
    login = Login(part.username, GOOD if password == part.password else password)
    policy = RetryPolicy(timeout=5, pause=0, between_writes=None, sleep=lambda seconds: None)
    return GitHubPackages(lambda: login, github.api_url, policy).remove


class _RegistryPackages(Packages):
    """Packages of organizations, whose versions are the images of a registry, with those in their indexes."""

    def __init__(self, part: Registry) -> None:
        super().__init__(organizations={"acme"})
        self._registry, self._address = Registries(Logins(Login(part.username, part.password))), part.address

    def find(self, package: str) -> list[Version]:
        name, versions = f"{self._address}/{package}", dict[str, Version]()
        for tag in self._registry.tag_names(name):
            digest, *children = self._registry.manifests(f"{name}:{tag}")
            for each in (digest, *children):
                versions.setdefault(each, Version(each, id=int(each[-12:], 16)))
            versions[digest].tags.append(tag)
        return [*versions.values()]

    def delete(self, package: str, version: Version) -> None:
        self._registry.remove(f"{self._address}/{package}@{version.digest}")
