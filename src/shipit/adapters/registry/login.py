"""The logins of container registries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shipit.adapters.login import IDENTITY, Login
from shipit.adapters.registry.amazon import AmazonTokens
from shipit.adapters.registry.docker import docker_credentials, write_docker_config_copy
from shipit.core.redact import Redactor

GITHUB_REGISTRY = "ghcr.io"
"""The registry that accepts the token of a job on github.com (https://docs.github.com/packages)."""


class Logins:
    """The login of each registry.

    Args:
        given: the login for all registries, from `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`.
        github: the user and the token of GitHub; only ghcr.io gets it.
    """

    def __init__(self, given: Login | None = None, github: Login | None = None) -> None:
        self._given = given
        self._github = github
        self._amazon = AmazonTokens()
        self._secrets: set[str] = set()

    def of(self, registry: str) -> Login | None:
        """Return the login for `registry` (host, with the port if it has one); None to send no login.

        The order is: the login from the environment; docker's, from its configuration or a credential helper; for
        ghcr.io the token of GitHub; for Amazon's registries a token from AWS.

        Raises:
            AuthError: a credential helper or AWS failed to return a login.
            ConfigError: docker's configuration cannot be read.
            RemoteError: AWS cannot be reached.
        """
        return self._kept(self._given or _docker(registry) or self._of_its_host(registry))

    @contextmanager
    def configuration(self, registries: Sequence[str]) -> Iterator[str]:
        """Write a copy of docker's configuration that has the logins of `registries`, and yield its directory.

        The directory is the value for `DOCKER_CONFIG`. Only this user can read it. It is removed at the end of the
        block, or by the next run if this one is killed. Raises the errors of `of`.
        """
        from shipit.adapters.files.private_directory import DOCKER, private_directory

        logins = {registry: self._kept(self._beside_docker(registry)) for registry in registries}
        with private_directory(DOCKER) as directory:
            write_docker_config_copy(directory, {name: login.basic for name, login in logins.items() if login})
            yield directory

    def redact(self, text: str) -> str:
        """Return `text` without the passwords that were returned so far."""
        return Redactor(self._secrets)(text)

    def _beside_docker(self, registry: str) -> Login | None:
        """Return the login of `registry`; None if docker's own configuration has one."""
        return self._given or (None if _docker(registry) else self._of_its_host(registry))

    def _of_its_host(self, registry: str) -> Login | None:
        """Return the login that the operator of the registry provides: GitHub or AWS; None for other registries."""
        if registry == GITHUB_REGISTRY:
            return self._github
        found = self._amazon.of(registry)
        return Login(*found) if found else None

    def _kept(self, login: Login | None) -> Login | None:
        if login:
            self._secrets |= {login.password, login.basic}
        return login


def _docker(registry: str) -> Login | None:
    found = docker_credentials(registry)
    if "identitytoken" in found:
        return Login(IDENTITY, found["identitytoken"])
    return Login(found["username"], found["password"]) if {"username", "password"} <= found.keys() else None
