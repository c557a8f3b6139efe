"""Wrappers around a world: one records its writes, the other interrupts the run at one of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from shipit.world import World
from shipit.world.hosts import install_one_by_one
from shipit.world.sites import put_one_by_one

When = Literal["before", "after"]

WRITES: Mapping[str, frozenset[str]] = {
    "git": frozenset(
        (
            *(
                "fetch",
                "deepen",
                "create_commit",
                "create_tag",
                "delete_tag",
                "move_branch",
                "adopt",
                "push",
                "delete_branch",
                "move_tag",
            ),
            *("write_files", "merge_files", "commit_files", "reapply"),
        )
    ),
    "forge": frozenset(
        (
            *("create_draft", "upload_asset", "remove_asset", "publish", "create_commit", "create_tag"),
            *("keep_comment", "add_label", "report_deployment", "keep_pull_request", "enable_auto_merge"),
        )
    ),
    "files": frozenset(("write",)),
    "process": frozenset(("run",)),
    "clock": frozenset(),
    "engine": frozenset(("build", "push")),
    "registry": frozenset(("tag", "copy", "remove")),
    "hosts": frozenset(),
    "host": frozenset(("write", "install", "run", "post", "lock", "unlock")),
    "containers": frozenset(("pull", "start", "run", "restart", "stop", "remove", "execute")),
    "services": frozenset(("update", "start_job", "remove_job")),
    "secrets": frozenset(),
    "clusters": frozenset(),
    "cluster": frozenset(("write", "set_image", "start_job", "lock", "unlock")),
    "sites": frozenset(),
    "site": frozenset(("put", "put_all", "write", "delete", "invalidate", "lock", "unlock")),
    "ecs_services": frozenset(),
    "ecs_service": frozenset(("write", "register", "update", "run", "stop", "proceed", "take_back", "lock", "unlock")),
    "notifications": frozenset(("send",)),
    "attestations": frozenset(("attest", "attest_file")),
}
"""The methods that `shipit.world` marks as writes, by port.

`hosts` leads to `host`, `host` to `containers` and `services`, and `clusters`, `sites` and `ecs_services` each to one.
"""


class Killed(BaseException):
    """The exception that simulates a killed process; not an `Exception`, so that `except Exception` lets it pass."""


def kill() -> None:
    """Raise `Killed`; a value for the argument `stop` of `interrupted`."""
    raise Killed


def recorded(world: World) -> tuple[World, list[str]]:
    """Return a wrapper of `world`, and the list to which the wrapper appends the name of each write.

    A name is port and method, such as `git.push` or `containers.start`. Writes that raise are included.
    """
    writes: list[str] = []
    return watched_world(world, lambda when, name: writes.append(name) if when == "before" else None), writes


def watched_world(world: World, see: Callable[[When, str], None]) -> World:
    """Return a wrapper of `world` that calls `see` before each write, and after it if it succeeded, with its name."""

    def call(name: str, write: Callable[..., Any], *args: Any, **named: Any) -> Any:
        see("before", name)
        result = write(*args, **named)
        see("after", name)
        return result

    return _wrapped(world, call)


def interrupted(world: World, at: int, when: When, stop: Callable[[], None]) -> World:
    """Return a wrapper of `world` that calls `stop()` at one write.

    Args:
        world: a fake or a real world; writes go through to it.
        at: the number of the write, counted from 1 over all ports, in the order of `recorded`.
        when: `before` the write has any effect, or `after` it succeeded and before it returns to its caller.
        stop: `kill` raises `Killed`; `lambda: os.kill(os.getpid(), signal.SIGKILL)` ends the process.
    """
    numbers = itertools.count(1)

    def call(name: str, write: Callable[..., Any], *args: Any, **named: Any) -> Any:
        is_stop = next(numbers) == at
        if is_stop and when == "before":
            stop()
        result = write(*args, **named)
        if is_stop and when == "after":
            stop()
        return result

    return _wrapped(world, call)


def _wrapped(world: World, call: Callable[..., Any]) -> World:
    fields = {name: getattr(world, name) for name in World.__struct_fields__}
    wrapped: dict[str, Any] = {name: _Port(name, port, call) for name, port in fields.items() if name in WRITES}
    return World(**{**fields, **wrapped})


class _Port:
    """A wrapper of a port that replaces each write by `call(name, write, *args)`; reads are not changed.

    The ports that a port leads to are wrapped too: each host with its containers and services, each cluster, each
    bucket and each service of ECS.
    """

    def __init__(self, name: str, port: object, call: Callable[..., Any]) -> None:
        self._name = name
        self._port = port
        self._call = call

    def __getattr__(self, member: str) -> Any:
        attribute = getattr(self._port, member)
        if member == "at":  # of all hosts, clusters, buckets or services of ECS
            return lambda address: _Port(self._name.removesuffix("s"), attribute(address), self._call)
        if (self._name, member) == ("host", "install"):  # it makes several writes
            return partial(install_one_by_one, self)
        if (self._name, member) == ("site", "put_all"):
            return partial(put_one_by_one, self)
        if self._name == "host" and member in ("containers", "services"):
            return _Port(member, attribute, self._call)
        return partial(self._call, f"{self._name}.{member}", attribute) if member in WRITES[self._name] else attribute
