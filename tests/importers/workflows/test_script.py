"""Shell scripts of workflows, divided into commands."""

from __future__ import annotations

import pytest
from growth import SURELY_LINEAR, time_growth

from shipit.importers.workflows.script import commands


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('echo "a # b"  # a comment', ['echo "a # b"']),
        ("echo a#b; echo '#'; # the end", ["echo a#b", "echo '#'"]),
        (r"echo \# \" # c", [r"echo \# \""]),
        ("a && b&&c ;d", ["a", "b", "c", "d"]),
        ("curl '?a=1&b=2' & wait", ["curl '?a=1&b=2' & wait"]),
        ("echo ${{ a && b || '#c' }} && d", ["echo ${{ a && b || '#c' }}", "d"]),
        ("docker build \\\n  -t a .\n", ["docker build  -t a ."]),
        ("python -c 'a\n# b\nc'\nls", ["python -c 'a\n# b\nc'", "ls"]),
        ("echo it's; ls", ["echo it's", "ls"]),
        ("echo ${#name} $#", ["echo ${#name} $#"]),
        ("# only\n  # comments", []),
        ("", []),
    ],
)
def test_a_script_is_divided_outside_of_quotes(script: str, expected: list[str]) -> None:
    assert list(commands(script)) == expected


@pytest.mark.parametrize("piece", ["'", '"', '\\"', "'\"", "${{", "#", "&&", ";", "\\\n", "a ", "$", '"#', "&"])
def test_a_long_script_takes_linear_time(piece: str) -> None:
    assert time_growth(lambda size: lambda: list(commands("\n".join([piece * 50] * size))), 100) < SURELY_LINEAR
