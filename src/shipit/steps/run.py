"""Run a command the user configured, such as a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from shipit.errors import ConfigError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.release_commit import ReleaseCommit
from shipit.world import World


@dataclass(frozen=True, slots=True)
class Run:
    """Run `command` in the repository's root, at most `timeout` seconds.

    A command leaves no trace in the world that shipit could trust, so it counts as done only within the
    run that ran it on the same commit, or once the release commit `commit` that it prepared exists: a release
    that was cut off before runs it again, and commands have to stand that. `makes` are patterns of files that
    have to be there afterwards, and without which it is not done.
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
        """Tells this run of the command from one on another commit, or with other variables."""
        return repr(self)

    def check(self, world: World) -> Done | Todo:
        made = self.commit is not None and self.commit.made(world)
        ran = made or world.process.ran(self._key)
        return Done() if ran and all(map(world.files.glob, self.makes)) else Todo()

    def apply(self, world: World) -> Outputs:
        world.process.run(self._key, self.command, timeout=self.timeout, env=self.env)
        for pattern in self.makes:
            require_match(pattern, world)
        return {}


def require_match(pattern: str, world: World) -> None:
    """Raise `ConfigError` when no file matches `pattern`."""
    if not world.files.glob(pattern):
        raise ConfigError(
            f"no file matches the asset `{pattern}`",
            where="release.assets",
            hint="let `prepare` build it, or mend the pattern",
        )
