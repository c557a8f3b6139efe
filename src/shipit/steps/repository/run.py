"""The step that runs a command from the configuration, such as a build."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct, field

from shipit.errors import ConfigError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository import ReleaseCommit
from shipit.world import World


class Run(Struct, frozen=True):
    """Run `command` in the root of the repository, for at most `timeout` seconds.

    shipit cannot see in the world whether a command has run. So the step is done only if this process has run the
    command on the same commit, or if the release commit `commit`, for which the command prepares files, exists. A
    release that was interrupted before that runs the command again, so commands must be repeatable. `env` are more
    variables for the command. `makes` are glob patterns: the step is done only if each of them matches a file.
    """

    kind: ClassVar[str] = "run"
    public: ClassVar[bool] = False
    command: str
    timeout: float
    commit: ReleaseCommit | None = None
    env: dict[str, str] = field(default_factory=dict)
    makes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.command}"

    @property
    def summary(self) -> str:
        return f"run {self.command}"

    @property
    def _key(self) -> str:
        """The key of this command on this commit with these variables, for `world.process`."""
        return repr(self)

    def check(self, world: World) -> Done | Todo:
        is_prepared = self.commit is not None and self.commit.made(world)
        ran = is_prepared or world.process.ran(self._key)
        return Done() if ran and all(map(world.files.glob, self.makes)) else Todo()

    def apply(self, world: World) -> Outputs:
        world.process.run(self._key, self.command, timeout=self.timeout, env=self.env)
        require_assets(self.makes, world, after=self.command)
        return {}


def require_assets(patterns: Sequence[str], world: World, after: str = "") -> None:
    """Raise `ConfigError` if a glob pattern of `release.assets` matches no file, or if two of the files have one name.

    A release has only one asset of each name. Files with the same name and the same bytes are one asset.

    Args:
        patterns: the glob patterns.
        world: the ports.
        after: the command that has just succeeded, so that nobody looks for the problem in it; empty if none ran.
    """
    by_name: dict[str, str] = {}
    where = f"release.assets, checked after `{after}` succeeded" if after else "release.assets"
    for pattern in patterns:
        paths = world.files.glob(pattern)
        if not paths:
            raise ConfigError(
                f"no file matches the asset `{pattern}`",
                where=where,
                hint="add the command that makes the file to `prepare`, or fix the pattern",
            )
        for path in paths:
            other = by_name.setdefault(path.rpartition("/")[2], path)
            if other != path and world.files.digest(other) != world.files.digest(path):
                raise ConfigError(
                    f"the assets `{other}` and `{path}` have the same name, and a release can have only one of them",
                    where=where,
                    hint=f"in `[release]` of shipit.toml, narrow the pattern `{pattern}` in `assets`; or rename one of "
                    "the files, in Gradle with `archiveBaseName` in its build.gradle; then run the same command again",
                )
