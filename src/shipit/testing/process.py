"""Commands in memory, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipit.testing.files import FakeFiles

Effect = Callable[[FakeFiles, Mapping[str, str]], object]
"""The effect of a command: a function of the working tree and the environment; it raises `CommandError` to fail."""


class FakeProcess:
    """A runner that calls `effects[command]` instead of a shell; a command without an effect succeeds.

    Args:
        files: the working tree, passed to the effects.
        effects: the effect of each command, by the text of the command.
    """

    def __init__(self, files: FakeFiles, effects: Mapping[str, Effect] = {}) -> None:
        self._files = files
        self.effects = dict(effects)
        self._ran: set[str] = set()

    def ran(self, key: str) -> bool:
        return key in self._ran

    def record(self, key: str) -> None:
        self._ran.add(key)

    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None:
        if command in self.effects:
            self.effects[command](self._files, env)
        self._ran.add(key)
