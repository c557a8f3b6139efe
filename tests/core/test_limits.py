"""Every limit is declared in one module and described on one page, in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import shipit
from shipit.config.schema import json_schema
from shipit.core import limits

SOURCE = Path(shipit.__file__).parent
PAGES = Path(__file__).parents[2] / "docs"
LIMITS = {name: value for name, value in vars(limits).items() if isinstance(value, limits.Limit)}

NAME = re.compile(r"limit|longest|largest|highest|most|max(?!size)|timeout|tries|attempts|grace|within$", re.IGNORECASE)
WITHOUT_LIMITS = ("cli/demo", "testing")  # the sample project and the fakes


def numbers(tree: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield each name that gets a value, as a constant, a default value or an argument."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                yield name, value
            case ast.keyword(arg=str(name), value=value):
                yield name, value
            case ast.arguments(args=args, defaults=defaults, kwonlyargs=kwonly, kw_defaults=kw_defaults):
                named = args[len(args) - len(defaults) :] + kwonly
                yield from ((arg.arg, value) for arg, value in zip(named, [*defaults, *kw_defaults], strict=True))


def is_number(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=int() | float()):
            return True
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
    return False


def bare_limits(text: str) -> list[str]:
    return [name for name, value in numbers(ast.parse(text)) if NAME.search(name) and is_number(value)]


@pytest.mark.parametrize(
    "text",
    ["_LONGEST = 80", "TIMEOUT: float = 1 << 3", "run(argv, timeout=5)", "def get(*, timeout: float = 5) -> None: ..."],
)
def test_a_bare_number_that_limits_something_is_found(text: str) -> None:
    assert bare_limits(text)


def test_no_other_module_writes_a_limit_as_a_bare_number() -> None:
    found = {
        str(path.relative_to(SOURCE)): names
        for path in SOURCE.rglob("*.py")
        if not str(path.relative_to(SOURCE)).startswith(WITHOUT_LIMITS) and path != SOURCE / "core/limits.py"
        if (names := bare_limits(path.read_text(encoding="utf-8")))
    }
    assert found == {}, "declare them in src/shipit/core/limits.py; its first lines say how"


def test_the_korean_page_has_each_limit_in_korean() -> None:
    page = (PAGES / "limits.ko.md").read_text(encoding="utf-8")
    rows = [row for row in page.splitlines() if row.startswith("| `")]
    words = re.compile(r"\| `[a-z-]+` \| [^|]*[가-힣][^|]* \| `[^`]+` \| [^|]*[가-힣]")
    assert len(rows) == len(LIMITS)
    assert [row for row in rows if not words.match(row)] == [], "translate these rows in docs/limits.ko.md"


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit.key])
def test_the_key_of_a_limit_is_a_key_of_the_configuration(name: str) -> None:
    assert LIMITS[name].key in keys()


@cache
def keys() -> set[str]:
    return set(_keys(json_schema()["$defs"], "Config", ()))


def _keys(tables: dict[str, Any], name: str, path: tuple[str, ...]) -> Iterator[str]:
    for key, schema in tables[name]["properties"].items():
        yield ".".join((*path, key))
        for inner, at in _tables(schema, (*path, key)):
            yield from _keys(tables, inner, at)


def _tables(schema: dict[str, object], path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    match schema:
        case {"$ref": str(reference)}:
            yield reference.rpartition("/")[2], path
        case {"anyOf": list(options)} | {"allOf": list(options)}:
            for option in options:
                yield from _tables(option, path)
        case {"items": dict(items)}:
            yield from _tables(items, path)
        case {"additionalProperties": dict(items)}:
            yield from _tables(items, (*path, "<name>"))
