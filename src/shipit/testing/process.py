"""Commands that do what a test says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipit.testing.files import FakeFiles

# What a command does: it is given the working tree and its environment, and raises `CommandError` to fail.
Effect = Callable[[FakeFiles, Mapping[str, str]], object]


class FakeProcess:
    """Runs `effects[command]`; a command without one succeeds and does nothing.

    Args:
        files: the working tree that effects are given.
        effects: what each command does, by its text.
    """

    def __init__(self, files: FakeFiles, effects: Mapping[str, Effect] = {}) -> None:
        self._files = files
        self.effects = dict(effects)
        self._ran: set[str] = set()

    def ran(self, key: str) -> bool:
        return key in self._ran

    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None:
        if command in self.effects:
            self.effects[command](self._files, env)
        self._ran.add(key)
