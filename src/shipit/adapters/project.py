"""A repository on this machine, with its configuration and the adapters for everything outside."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from shipit.adapters.ci import CiContext, read_ci_context
from shipit.adapters.files.regular_file import read_regular_file
from shipit.adapters.git import GitRepository, Waiting
from shipit.config.model import CONFIG_FILES, Config
from shipit.core import limits
from shipit.core.duration import seconds
from shipit.core.redact import Redactor, secret_parts
from shipit.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from shipit.adapters.http.retry_policy import RetryPolicy
    from shipit.core.notes.links import Links
    from shipit.world import Forge, Transfer, World
else:  # for `help(Project)`, which reads the annotations
    Transfer = object


class Project(Struct, frozen=True, dict=True):
    """A repository with its configuration, its CI context and its adapters.

    Args:
        redact: removes the secrets from a text.
        transfer: called with the progress of an image's push.
        retrying: called before a failed request is repeated.
    """

    config: Config
    git: GitRepository
    ci: CiContext
    redact: Redactor
    transfer: Transfer = lambda *progress: None
    retrying: Callable[[str], None] = lambda sentence: None

    @property
    def root(self) -> str:
        """The absolute path of the repository's root."""
        return self.git.root

    @cached_property
    def world(self) -> World:
        """All ports, with the real adapters; created at first use, because reading history needs only git."""
        from shipit.adapters.attestations import Cosign
        from shipit.adapters.clock import SystemClock
        from shipit.adapters.engine import DockerEngine
        from shipit.adapters.files.working_tree import WorkingTree
        from shipit.adapters.github import GitHubPackages
        from shipit.adapters.hosts import SshSettings
        from shipit.adapters.notify import WebHooks
        from shipit.adapters.places import AwsEcsServices, AwsSites, Connections, KubectlClusters
        from shipit.adapters.processes.process import Commands
        from shipit.adapters.registry import GITHUB_REGISTRY, Logins, Registries
        from shipit.adapters.secrets import SecretStores
        from shipit.world import World

        files = WorkingTree(self.root, record=os.path.join(self.git.directory, "shipit", "written"))
        logins = Logins(self.ci.registry_login, self.ci.github_login)
        packages = GitHubPackages(lambda: logins.of(GITHUB_REGISTRY), retry_policy=self._retry_policy)
        registries = Registries(logins, self._retry_policy, {GITHUB_REGISTRY: packages.remove})
        engine = DockerEngine(self.root, logins, self.redact, self.transfer)
        commands = Commands(self.root, self.redact)
        ssh = SshSettings(self.ci.ssh_key, self.ci.ssh_known_hosts, _known_hosts(self.config))
        hosts, secrets = Connections(logins, self.redact, ssh), SecretStores(self.redact)
        ports = (files, commands, SystemClock(), engine, registries, hosts, secrets)
        record = os.path.join(self.git.directory, "shipit", "notified")
        notifications = WebHooks(self.redact, self._retry_policy.for_notifications, record)
        places = (KubectlClusters(self.redact), AwsSites(), AwsEcsServices(self.redact))
        attestations = Cosign(self.root, logins, self.redact)
        return World(self.git, self.forge, *ports, *places, notifications, attestations)

    def with_changelog(self, *, template: str | None = None, language: str | None = None) -> Project:
        """Return the same project with another template or language for its notes; None keeps the configured one."""
        changes = {name: value for name, value in (("template", template), ("language", language)) if value}
        return replace(self, config=replace(self.config, changelog=replace(self.config.changelog, **changes)))

    @cached_property
    def forge(self) -> Forge:
        """The forge that the repository releases on."""
        from shipit.adapters.forge import forge_of

        return forge_of(self.git, self.ci, self._retry_policy)

    @cached_property
    def links(self) -> Links | None:
        """The web addresses that `Forge.links` returns; many commands need no more of the forge."""
        from shipit.adapters.forge import links_of

        return links_of(self.git, self.ci)

    @property
    def _retry_policy(self) -> RetryPolicy:
        from shipit.adapters.http.retry_policy import RetryPolicy

        return RetryPolicy(announce=self.retrying)


def open_project(
    directory: str = ".",
    config: str | None = None,
    *,
    transfer: Transfer = lambda *progress: None,
    waiting: Waiting = lambda *progress: None,
    retrying: Callable[[str], None] = lambda sentence: None,
) -> Project:
    """Open the repository that contains `directory`; reads local files only.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> project.config.release.tag_format
    'v{version}'

    Args:
        directory: any directory of the repository.
        config: the path of a configuration file to read instead of `shipit.toml` or `[tool.shipit]` in
            `pyproject.toml`.
        transfer: called with the progress of an image's push: a layer's id, its bytes sent so far, its bytes in total.
        waiting: called every 10 seconds while git waits for the remote: the command, the seconds so far, the limit.
        retrying: called before a failed request to GitHub or a registry is repeated: what failed, and the wait.

    Raises `UsageError` if there is no repository or no such file, `ConfigError` if the configuration is wrong.
    """
    ci = read_ci_context()
    redact = Redactor(ci.secrets)
    git = GitRepository(
        directory,
        token=ci.token,
        token_name=ci.token_name,
        server_url=ci.server_url,
        redact=redact,
        waiting=waiting,
    )
    loaded = _with_image_names(load_config(git.root, config))
    for name in (name for each in loaded.notify for name in (each.variable, each.token)):
        redact.add(secret_parts(os.environ.get(name or "", "").strip()))
    git.remote = loaded.release.remote
    git.remote_limit = seconds(loaded.release.remote_timeout)
    return Project(loaded, git, ci, redact, transfer, retrying)


def _with_image_names(config: Config) -> Config:
    """Return `config` with the variables in the names of images replaced by their values."""
    images = [
        *config.release.images.values(),
        *(each for one in config.environments.values() for each in one.built.values()),
    ]
    if not any("{env:" in image.name for image in images):
        return config
    from shipit.config.image_names import with_image_names  # few configurations need it

    return with_image_names(config, os.environ)


def _known_hosts(config: Config) -> dict[str, tuple[str, ...]]:
    """Return the lines of `known-hosts` of all targets by the address of their hosts."""
    lines: dict[str, tuple[str, ...]] = {}
    for environment in config.environments.values():
        for target in environment.targets:
            for address in target.hosts:
                lines[address] = (*lines.get(address, ()), *target.known_hosts)
    return lines


def load_config(root: str = ".", path: str | None = None) -> Config:
    """Return the configuration in `root`, or in the file `path`; the defaults if there is no configuration.

    >>> import shipit
    >>> shipit.load_config("chat-server").changelog.file
    'CHANGELOG.md'

    Args:
        root: the directory of `shipit.toml` or `pyproject.toml`.
        path: the path of a configuration file to read instead.

    Raises `ConfigError` with all problems of the configuration, `UsageError` if `path` does not exist.
    """
    if path is not None:
        if not os.path.lexists(path):
            what = f"there is no configuration file `{path}`"
            raise UsageError(what, hint="name an existing one", argument="config")
        return _parse(path, path)
    names = (name for name in CONFIG_FILES if os.path.lexists(os.path.join(root, name)))
    configs = (_parse(os.path.join(root, name), name) for name in names)
    return next((config for config in configs if config != Config()), Config())


def _parse(path: str, where: str) -> Config:
    try:
        text = read_regular_file(path, limits.CONFIG_FILE).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ConfigError(f"`{where}` cannot be read: {error.strerror}", hint=f"ls -l {where}") from error
    from shipit.config.load import parse_config  # imported late: not needed without a configuration

    return parse_config(text, where=where, table=("tool", "shipit") if where.endswith("pyproject.toml") else ())
