"""Generated histories: every tool decides for the whole what it decides for its parts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from differential.comparison import decisions, question
from differential.generated import COUNT, histories
from differential.tools import PEERS, SHIPIT, Tool


@pytest.mark.parametrize("tool", (SHIPIT, *PEERS), ids=lambda tool: tool.name)
def test_a_tool_differs_about_a_history_only_by_the_differences_listed(tool: Tool) -> None:
    tool.require()
    shapes = [history.of(tool.name) for history in histories()]
    found = zip(shapes, decisions(tool, shapes), strict=True)
    assert [(shape, decided) for shape, decided in found if decided != shape.decides] == []


def test_the_histories_are_worth_comparing() -> None:
    """Each bump, and differences from each peer as well as agreement, come often enough to mean something."""
    told = {tool.name: [history.of(tool.name).decides for history in histories()] for tool in (SHIPIT, *PEERS)}
    ours = told.pop("shipit")
    assert min(ours.count(bump) for bump in ("none", "patch", "minor", "major")) >= 10
    for theirs in told.values():
        assert 5 <= sum(a != b for a, b in zip(ours, theirs, strict=True)) <= COUNT / 2


def test_the_command_line_says_what_the_library_says(tmp_path: Path) -> None:
    for at, history in enumerate([*histories()][:4]):
        asked = question(history.of("shipit"), tmp_path / str(at))
        (version,) = SHIPIT.ask([asked])
        command = [sys.executable, "-m", "shipit", "-C", str(asked.directory), "next"]
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        assert run.stdout == (f"{version}\n" if version else "")
