"""Who to be at a container registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shipit.adapters.login import IDENTITY, Login
from shipit.adapters.registry import docker as registry_docker
from shipit.adapters.registry.amazon import AmazonTokens
from shipit.core.redact import Redactor

# The one registry that takes the token of a job on github.com: https://docs.github.com/packages
GITHUB_REGISTRY = "ghcr.io"


class Logins:
    """The login of each registry.

    Args:
        given: what the environment says for every registry, in `SHIPIT_REGISTRY_USERNAME` and `..._PASSWORD`.
        github: the token of GitHub and whose it is; no registry but ghcr.io gets to see it.
    """

    def __init__(self, given: Login | None = None, github: Login | None = None) -> None:
        self._given = given
        self._github = github
        self._amazon = AmazonTokens()
        self._secrets: set[str] = set()

    def of(self, registry: str) -> Login | None:
        """The login of `registry`, its host and port; None where it is to be reached without.

        The one given; else docker's, from its configuration or a credential helper; else, for ghcr.io, the token of
        GitHub, and for Amazon's registries the one that the AWS account gives.

        Raises:
            AuthError: a login that there should be cannot be had.
            ConfigError: docker's configuration cannot be read.
            RemoteError: AWS could not be asked.
        """
        return self._kept(self._given or _docker(registry) or self._of_its_host(registry))

    @contextmanager
    def configuration(self, registries: Sequence[str]) -> Iterator[str]:
        """A directory to give `docker` as `DOCKER_CONFIG`: the user's configuration, with the logins of `registries`.

        It is readable for this user alone, and removed in the end, or by the next run. Raises as `of` does.
        """
        from shipit.adapters.private_directory import private_directory

        logins = {registry: self._kept(self._beside_docker(registry)) for registry in registries}
        with private_directory("shipit-docker-") as directory:
            registry_docker.write_copy(directory, {name: login.basic for name, login in logins.items() if login})
            yield directory

    def redact(self, text: str) -> str:
        """`text` without any password that was found so far."""
        return Redactor(self._secrets)(text)

    def _beside_docker(self, registry: str) -> Login | None:
        """The login of `registry`, unless docker finds it by itself."""
        return self._given or (None if _docker(registry) else self._of_its_host(registry))

    def _of_its_host(self, registry: str) -> Login | None:
        """What whoever runs the registry gives to those who are known there already."""
        if registry == GITHUB_REGISTRY:
            return self._github
        found = self._amazon.of(registry)
        return Login(*found) if found else None

    def _kept(self, login: Login | None) -> Login | None:
        if login:
            self._secrets |= {login.password, login.basic}
        return login


def _docker(registry: str) -> Login | None:
    found = registry_docker.credentials(registry)
    if "identitytoken" in found:
        return Login(IDENTITY, found["identitytoken"])
    return Login(found["username"], found["password"]) if {"username", "password"} <= found.keys() else None
