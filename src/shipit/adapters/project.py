"""A repository on this machine, with its configuration and the world around it."""

from __future__ import annotations

import os
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from shipit.adapters.ci import CiContext, read_ci_context
from shipit.adapters.git import GitRepository
from shipit.config.model import Config
from shipit.core.redact import Redactor
from shipit.errors import ConfigError, UsageError
from shipit.world import Forge, Transfer, World

CONFIG_FILES = ("shipit.toml", "pyproject.toml")


class Project(Struct, frozen=True, dict=True):
    """A repository, what it is configured to, and how to reach what is outside.

    `transfer` is told how far the push of an image is.
    """

    config: Config
    git: GitRepository
    ci: CiContext
    redact: Redactor
    transfer: Transfer = lambda *told: None

    @property
    def root(self) -> str:
        return self.git.root

    @cached_property
    def world(self) -> World:
        """All ports, for real. Made when first needed: reading history needs none but git."""
        from shipit.adapters.clock import SystemClock
        from shipit.adapters.engine import DockerEngine
        from shipit.adapters.files import WorkingTree
        from shipit.adapters.process import Commands
        from shipit.adapters.registry import Logins, Registries

        files = WorkingTree(self.root, record=os.path.join(self.git.directory, "shipit", "written"))
        logins = Logins(self.ci.registry_login, self.ci.github_login)
        engine = DockerEngine(self.root, logins, self.redact, self.transfer)
        commands = Commands(self.root, self.redact)
        return World(self.git, self.forge, files, commands, SystemClock(), engine, Registries(logins))

    def with_changelog(self, *, template: str | None = None, language: str | None = None) -> Project:
        """The same project writing its notes by another template or in another language."""
        asked = {name: value for name, value in (("template", template), ("language", language)) if value}
        return replace(self, config=replace(self.config, changelog=replace(self.config.changelog, **asked)))

    @cached_property
    def forge(self) -> Forge:
        """Where releases are shown, and what links to it."""
        from shipit.adapters.forge import forge_of

        return forge_of(self.git, self.ci)


def open_project(
    directory: str = ".", config: str | None = None, *, transfer: Transfer = lambda *told: None
) -> Project:
    """The repository around `directory`. Reads files only.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> project.config.release.tag
    'v{version}'

    Args:
        directory: any directory of the repository.
        config: a configuration file to read instead of `shipit.toml` or `[tool.shipit]` in `pyproject.toml`.
        transfer: is told how far the push of an image is: a layer's id, bytes so far, bytes in all.

    Raises `UsageError` where there is no repository or no such file, `ConfigError` for a bad configuration.
    """
    ci = read_ci_context()
    redact = Redactor(ci.secrets)
    git = GitRepository(directory, token=ci.token, server_url=ci.server_url, redact=redact)
    loaded = load_config(git.root, config)
    git.remote = loaded.release.remote
    return Project(loaded, git, ci, redact, transfer)


def load_config(root: str = ".", path: str | None = None) -> Config:
    """The configuration in `root`, or in the file `path`; the defaults where there is none.

    >>> import shipit
    >>> shipit.load_config("chat-server").changelog.file
    'CHANGELOG.md'

    Args:
        root: the directory of `shipit.toml` or `pyproject.toml`.
        path: a configuration file to read instead.

    Raises `ConfigError` with every problem found, `UsageError` when `path` does not exist.
    """
    if path is not None:
        if not os.path.isfile(path):
            raise UsageError(f"there is no configuration file `{path}`", hint="name an existing one with `--config`")
        return _parse(path, path)
    found = (name for name in CONFIG_FILES if os.path.isfile(os.path.join(root, name)))
    configs = (_parse(os.path.join(root, name), name) for name in found)
    return next((config for config in configs if config != Config()), Config())


def _parse(place: str, where: str) -> Config:
    try:
        with open(place, encoding="utf-8", errors="surrogateescape", newline="") as file:
            text = file.read()
    except OSError as error:
        raise ConfigError(f"`{where}` cannot be read: {error.strerror}", hint=f"ls -l {where}") from error
    from shipit.config.load import parse_config  # a repository without a configuration does without it

    return parse_config(text, where=where, table=("tool", "shipit") if where.endswith("pyproject.toml") else ())
