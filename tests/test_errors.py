"""The errors, and the page that explains each of them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shipit
from shipit.cli.errors.error_text import error_lines
from shipit.errors import (
    BUG_EXIT_CODE,
    AuthError,
    CommandError,
    ConfigError,
    ConflictError,
    DeployError,
    PreflightError,
    RemoteError,
    ShipitError,
    UnsafeError,
    UsageError,
)
from shipit.finding import Finding, Problem

PAGE = (Path(__file__).parent.parent / "docs" / "errors.md").read_text(encoding="utf-8")
SOURCES = [*Path(shipit.__path__[0]).rglob("*.py")]


def every_error() -> list[type[ShipitError]]:
    """Return all classes of errors in the package."""
    for module in pkgutil.walk_packages(shipit.__path__, "shipit."):
        if "__main__" not in module.name:
            importlib.import_module(module.name)
    found = [ShipitError]
    for kind in found:
        found += [each for each in kind.__subclasses__() if each.__module__.startswith("shipit.")]
    return found[1:]


def constants(node: ast.expr, module: ast.Module) -> Iterator[str]:
    """Yield the texts that an expression can have: a constant, or those that the called function returns."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        (called,) = (
            each for each in ast.walk(module) if isinstance(each, ast.FunctionDef) and each.name == node.func.id
        )
        returned = [each.value for each in ast.walk(called) if isinstance(each, ast.Return)]
        inner = (each for value in returned if value for each in ast.walk(value))
        yield from (each.value for each in inner if isinstance(each, ast.Constant) and isinstance(each.value, str))


def every_code() -> set[str]:
    """Return the codes of all findings in the source."""
    codes: set[str] = set()
    for path in SOURCES:
        module = ast.parse(path.read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
        for call in (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Finding"):
            found = set(constants(call.args[0], module))
            assert found, f"{path}:{call.lineno} gives a code that cannot be read"
            codes |= found
    return codes


def test_the_page_explains_every_kind_of_error_and_no_other() -> None:
    headings = re.findall(r"^## (\w+(?:Error|Moved|Timeout|taken))$", PAGE, re.MULTILINE)
    assert sorted(headings) == sorted(kind.__name__ for kind in every_error())


@pytest.mark.parametrize("kind", every_error())
def test_an_error_leads_to_the_part_of_the_page_that_gives_its_exit_status(kind: type[ShipitError]) -> None:
    error = kind([]) if kind is PreflightError else kind("x")
    assert error.docs == f"docs/errors.md#{kind.__name__.lower()}"
    assert f"\n## {kind.__name__}\n\nStatus {kind.exit_code}" in PAGE
    (row,) = re.findall(rf"^\| {kind.exit_code} \|.*$", PAGE, re.MULTILINE)
    assert f"[{kind.__name__}](#{kind.__name__.lower()})" in row


def test_the_exit_statuses_are_the_documented_ones() -> None:
    promised: dict[type[ShipitError], int] = {
        UsageError: 2,
        ConfigError: 2,
        PreflightError: 3,
        ConflictError: 3,
        AuthError: 4,
        RemoteError: 5,
        CommandError: 5,
        DeployError: 6,
        UnsafeError: 7,
    }
    assert {kind: kind.exit_code for kind in promised} == promised
    assert BUG_EXIT_CODE == 70


def test_the_page_explains_every_finding_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|(.+)\|(.+)\|$", PAGE.partition("## Findings")[2], re.MULTILINE)
    assert sorted(code for code, _, _ in rows) == sorted(every_code())
    assert all(what.strip() and fix.strip() for _, what, fix in rows)


def plain(error: ShipitError) -> str:
    return "\n".join(error_lines(error, lambda text, style: text))


def test_an_error_shows_problem_place_hint_state_and_docs_in_this_order() -> None:
    error = ConflictError("tag `v1` is elsewhere", where="origin", hint="git show v1", state="nothing was pushed")
    assert plain(error) == (
        "error: tag `v1` is elsewhere\n"
        "  where: origin\n"
        "  hint: git show v1\n"
        "  state: nothing was pushed\n"
        "  docs: shipit explain ConflictError"
    )


def test_an_error_without_place_hint_and_state_shows_the_problem_and_docs() -> None:
    assert plain(UsageError("no")) == "error: no\n  docs: shipit explain UsageError"


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (
            ConfigError("bad", problems=[Problem("unknown key", "release.x", 3, "did you mean `y`?")]),
            "line 3, release.x: unknown key (did you mean `y`?)",
        ),
        (
            PreflightError([Finding("dirty", "uncommitted changes", "git stash")]),
            "✗ uncommitted changes [dirty]\n    fix: git stash",
        ),
        (PreflightError([Finding("slow", "a slow disk", "wait", "warning")]), "! a slow disk [slow]"),
        (CommandError("`git push` failed", tail="one\n\ttwo"), "the last lines of its output:\n    one\n        two"),
        (RemoteError("bad", request_id="AB:12"), "request id: AB:12"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_error_shows_its_own_fields(error: ShipitError, lines: str) -> None:
    assert f"\n  {lines}" in plain(error)


def test_a_preflight_error_counts_the_findings_that_block() -> None:
    findings = [Finding("a", "a", "a"), Finding("b", "b", "b"), Finding("c", "c", "c", "warning")]
    assert PreflightError(findings).what == "not ready to release: 2 problems"
    assert PreflightError(findings[1:]).what == "not ready to release: 1 problem"


@pytest.mark.parametrize("field", ["what", "where", "hint", "state"])
def test_an_error_escapes_control_characters_and_workflow_commands(field: str) -> None:
    hostile = "\x1b[2J\x9b31m\u202e"
    error = UsageError("x") if field != "what" else UsageError(hostile)
    setattr(error, field, hostile + "\n::add-mask::1.0.0\n##[add-mask]1.0.0" if field != "what" else hostile)
    shown = plain(error)
    assert not set(shown) & set("\x1b\x9b\u202e")
    assert not re.search(r"^\s*::|##\[", shown, re.MULTILINE)
