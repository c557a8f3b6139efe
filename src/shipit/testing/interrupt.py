"""Watch or cut off what is written through the ports of a world."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from shipit.world import World

When = Literal["before", "after"]

# The methods that `shipit.world` marks as writes, port by port.
WRITES: Mapping[str, frozenset[str]] = {
    "git": frozenset(
        ("fetch", "deepen", "create_commit", "create_tag", "delete_tag", "move_branch", "adopt", "push", "move_tag")
    ),
    "forge": frozenset(
        ("create_draft", "upload_asset", "publish", "create_commit", "create_tag", "keep_comment", "add_label")
    ),
    "files": frozenset(("write",)),
    "process": frozenset(("run",)),
    "clock": frozenset(),
    "engine": frozenset(("build", "push")),
    "registry": frozenset(("tag", "copy")),
}


class Killed(BaseException):
    """What a run dies of where killing the process itself would be too much: nothing may catch it."""


def kill() -> None:
    """The `stop` of `interrupted` that raises `Killed`."""
    raise Killed


def recorded(world: World) -> tuple[World, list[str]]:
    """The same world, and a list that grows by one name, as `git.push`, with each write made through it.

    The list has the writes in order, those that raise included: its length is the number of writes.
    """
    writes: list[str] = []

    def around(name: str, write: Callable[..., Any], *args: Any, **named: Any) -> Any:
        writes.append(name)
        return write(*args, **named)

    return _wrapped(world, around), writes


def interrupted(world: World, at: int, when: When, stop: Callable[[], None]) -> World:
    """The same world, in which `stop()` is called at one write.

    Args:
        world: fake or real; it is not changed, the answer stands in front of it.
        at: the number of the write, counted from 1 over all ports, as `recorded` lists them.
        when: before the write has any effect, or after it has succeeded and before the caller is told.
        stop: `kill` raises `Killed`; `lambda: os.kill(os.getpid(), signal.SIGKILL)` ends the process.
    """
    numbers = itertools.count(1)

    def around(name: str, write: Callable[..., Any], *args: Any, **named: Any) -> Any:
        here = next(numbers) == at
        if here and when == "before":
            stop()
        answer = write(*args, **named)
        if here and when == "after":
            stop()
        return answer

    return _wrapped(world, around)


def _wrapped(world: World, around: Callable[..., Any]) -> World:
    ports: dict[str, Any] = {name: _Port(name, getattr(world, name), around) for name in World.__struct_fields__}
    return World(**ports)


class _Port:
    """A port whose writes go through `around(name, write, *args)`; reads reach the port itself."""

    def __init__(self, name: str, port: object, around: Callable[..., Any]) -> None:
        self._name = name
        self._port = port
        self._around = around

    def __getattr__(self, member: str) -> Any:
        found = getattr(self._port, member)
        return partial(self._around, f"{self._name}.{member}", found) if member in WRITES[self._name] else found
