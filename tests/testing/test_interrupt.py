"""Recording the writes of a run, and killing it at one of them."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import shipit.world
from shipit.testing import WRITES, FakeWorld, Killed, crash_matrix, interrupted, kill, recorded
from shipit.world import World


def marked_as_writes() -> dict[str, set[str]]:
    """The methods below a comment `# writes …` in the modules of `shipit.world`, by port."""
    found: dict[str, set[str]] = {}
    for path in Path(inspect.getfile(shipit.world)).parent.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
        found |= {_words(port.name): set(_writes(port, source.splitlines())) for port in nodes if _is_port(port)}
    return found


def _words(name: str) -> str:
    """Return the name of a class as that of a variable, such as `ecs_service` for `EcsService`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _is_port(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def _writes(port: ast.ClassDef, lines: list[str]) -> list[str]:
    below_writes, names = False, []
    methods = {node.lineno: node.name for node in port.body if isinstance(node, ast.FunctionDef)}
    for number in range(port.lineno, (port.end_lineno or 0) + 1):
        comment = re.fullmatch(r"\s*# (reads|writes).*", lines[number - 1])
        below_writes = comment[1] == "writes" if comment else below_writes
        if number in methods and below_writes:
            names.append(methods[number])
    return names


def test_every_method_marked_as_a_write_is_recorded() -> None:
    assert marked_as_writes() == {port: set(names) for port, names in WRITES.items()}


def run(world: World) -> None:
    if world.files.read("a") is None:
        world.files.write("a", "1")
    if world.git.commit("HEAD") != world.git.commit("main") or "a" not in world.git.paths("HEAD"):
        world.git.create_commit(["a"], "feat: a")


def test_writes_are_recorded_in_order_and_reads_are_not() -> None:
    world, writes = recorded(FakeWorld.new())
    run(world)
    assert writes == ["files.write", "git.create_commit"]


def test_a_write_that_fails_is_recorded_too() -> None:
    world, writes = recorded(FakeWorld.new())
    with pytest.raises(Exception, match="git tag"):
        world.git.delete_tag("v1")
    assert writes == ["git.delete_tag"]


def test_a_run_stopped_before_a_write_leaves_no_effect_of_it() -> None:
    world = FakeWorld.new()
    with pytest.raises(Killed):
        run(interrupted(world, 2, "before", kill))
    assert (world.files.read("a"), world.git.paths("HEAD")) == ("1", ("README.md",))


def test_a_run_stopped_after_a_write_has_its_effect_and_no_other() -> None:
    world = FakeWorld.new()
    with pytest.raises(Killed):
        run(interrupted(world, 1, "after", kill))
    assert (world.files.read("a"), world.git.paths("HEAD")) == ("1", ("README.md",))


def test_a_stop_that_returns_lets_the_run_continue() -> None:
    world, stops = FakeWorld.new(), []
    run(interrupted(world, 2, "before", lambda: stops.append(world.git.paths("HEAD"))))
    assert stops == [("README.md",)]
    assert world.git.paths("HEAD") == ("README.md", "a")


def test_a_world_is_stopped_once() -> None:
    stops: list[str] = []
    world = interrupted(FakeWorld.new(), 1, "before", lambda: stops.append("stop"))
    run(world)
    world.files.write("b", "2")
    assert stops == ["stop"]


def test_the_matrix_has_two_crashes_for_every_write() -> None:
    crashes = crash_matrix(FakeWorld.new, run, lambda world: world.git.paths("HEAD"))
    rows = [(crash.at, crash.when, crash.write, crash.state) for crash in crashes]
    end = ("README.md", "a")
    assert rows == [
        (1, "before", "files.write", end),
        (1, "after", "files.write", end),
        (2, "before", "git.create_commit", end),
        (2, "after", "git.create_commit", end),
    ]


def test_the_matrix_detects_a_run_that_repeats_finished_work() -> None:
    def naive(world: World) -> None:
        world.files.write("log", (world.files.read("log") or "") + "x")
        world.files.write("done", "yes")

    crashes = crash_matrix(FakeWorld.new, naive, lambda world: world.files.read("log"))
    assert [crash.state for crash in crashes] == ["x", "xx", "xx", "xx"]


def test_a_run_can_be_resumed_in_another_clone() -> None:
    crashes = list(crash_matrix(FakeWorld.new, run, FakeWorld.fresh_clone, FakeWorld.fresh_clone))
    assert len(crashes) == 4
