"""Every regular expression of shipit takes linear time on hostile text that is made of its own alphabet.

`SHIPIT_PATTERN_SIZE=100000` makes the texts larger.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, get_origin

import pytest
from growth import time_growth

import shipit
from shipit.adapters.git.errors import _Refusal as Refusal
from shipit.config.reading.expectation import annotations_of
from shipit.core.pattern import _Pattern as LazyPattern
from shipit.versionfiles.syntax.gradle import Dialect

pytestmark = pytest.mark.slow

SIZE = int(os.environ.get("SHIPIT_PATTERN_SIZE", "8000"))
SOURCE = Path(shipit.__file__).parent
SEARCHES = {"search", "finditer", "findall", "sub", "subn", "split"}

Found = tuple[str, re.Pattern[Any], bool]
"""The name of a regular expression, the expression, and whether it is searched for in a text."""


def modules() -> Iterator[tuple[str, str]]:
    """Yield the name and the source of each module that reads texts of others."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).with_suffix("").as_posix()
        if not name.startswith(("cli/demo", "cli/errors/explanation", "__main__")):
            yield "shipit." + name.replace("/", ".").removesuffix(".__init__"), path.read_text(encoding="utf-8")


def compiled() -> Iterator[Found]:
    sources = dict(modules())
    used_anywhere = uses("\n".join(sources.values()))
    for name, source in sources.items():
        if not re.search(r"re\.compile\(|pattern\(|_Refusal\(|\b_text\(", source):
            continue
        used_here = uses(source)
        for constant, value in vars(importlib.import_module(name)).items():
            for number, pattern in enumerate(patterns_in(value)):
                used = (used_here if constant[0] == "_" else used_anywhere)[constant]
                yield (
                    f"{name}.{constant}[{number}]",
                    pattern,
                    bool(used & SEARCHES) or not used & {"match", "fullmatch"},
                )


def uses(source: str) -> dict[str, set[str]]:
    """Return the attributes of each name, such as `search` of `_VERSION` in `_VERSION.search(text)`."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, attribute in re.findall(r"\b(?=(\w+)\.(\w+))", source):
        found[name].add(attribute)
    return found


def patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    match value:
        case re.Pattern():
            yield value
        case Refusal():
            yield re.compile(value.pattern)
        case LazyPattern():
            yield re.compile(*value._arguments)
        case Dialect():
            yield from patterns_in(dict(value.strings))
        case dict():
            yield from patterns_in(list(value.values()))
        case _ if get_origin(value) is Annotated:  # a type of the configuration
            yield from map(re.compile, annotations_of(value, "pattern"))
        case list() | tuple() | set():
            for item in value:
                yield from patterns_in(item)


def written() -> Iterator[Found]:
    """Yield the patterns of calls such as `re.sub("...", ...)` and `re.sub(_CONSTANT, ...)`."""
    for name, source in modules():
        for node in ast.walk(ast.parse(source)) if "import re\n" in source else ():
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=str(method)), args=[first, *others]) if (
                    method in SEARCHES | {"match", "fullmatch"} and (text := constant(name, first)) is not None
                ):
                    values = (constant(name, other) for other in others)
                    flags = (value for value in values if isinstance(value, re.RegexFlag))
                    yield f"{name}:{node.lineno}", re.compile(text, *flags), method in SEARCHES


def constant(module: str, node: ast.expr) -> Any:
    """Return the value of an expression of constants; None if variables of a function are in it."""
    try:
        return eval(compile(ast.Expression(node), module, "eval"), vars(importlib.import_module(module)))
    except (NameError, AttributeError):
        return None


FOUND = list({(pattern, searched): name for name, pattern, searched in (*compiled(), *written())}.items())


def alphabet(pattern: re.Pattern[Any]) -> list[str]:
    """Return characters and words of the pattern: its literals, its runs of literals, and one of each class."""
    parser = importlib.import_module("re._parser")
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = parser.parse(source, pattern.flags & ~re.UNICODE & ~re.LOCALE if isinstance(pattern.pattern, bytes) else pattern.flags)  # fmt: skip
    found: dict[str, None] = {}
    collect(parsed, found)
    return list(found) or ["a"]


CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_SPACE": "a"}


def collect(tree: Iterable[Any], found: dict[str, None]) -> None:
    word = ""
    for operator, argument in tree:
        name = str(operator)
        if name == "LITERAL":
            word += chr(argument)
            continue
        if word:
            found[word] = found[word[-1]] = None
            word = ""
        if name == "RANGE":
            found[chr(argument[0])] = None
        elif name == "CATEGORY":
            found[CLASSES.get(str(argument), "!")] = None
        elif name in ("NOT_LITERAL", "ANY"):
            found["x"] = None
        elif name == "IN":
            for part in argument:
                collect([part], found)
        else:
            for inner in nested(argument):
                collect(inner, found)
    if word:
        found[word] = found[word[-1]] = None


def nested(argument: Any) -> Iterator[Any]:
    if type(argument).__name__ == "SubPattern":
        yield argument
    elif isinstance(argument, list | tuple):
        for item in argument:
            yield from nested(item)


def shapes(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield beginnings, parts to repeat, and ends that no pattern expects."""
    words = alphabet(pattern)[:10]
    ends = ("", "\0")
    for word in words:
        for end in ends:
            yield "", word, end
        for other in words:
            if other != word:
                yield "", word + other, "\0"
                yield other, word, "\0"


def work(
    pattern: re.Pattern[Any], searched: bool, shape: tuple[str, str, str]
) -> Callable[[int], Callable[[], object]]:
    before, part, after = shape

    def sized(size: int) -> Callable[[], object]:
        text: Any = before + part * (size // len(part)) + after
        if isinstance(pattern.pattern, bytes):
            text = text.encode("latin-1", "replace")
        if searched:
            return lambda: sum(1 for _ in pattern.finditer(text))
        return lambda: (pattern.match(text), pattern.fullmatch(text))

    return sized


def test_the_patterns_are_found() -> None:
    names = [name for _, name in FOUND]
    assert len(names) > 60
    for room in ("core.notes.headings", "versionfiles.formats.properties", "core.commits.reverts.revert:"):
        assert any(name.startswith(f"shipit.{room}") for name in names), room


@pytest.mark.parametrize(("pattern", "searched"), [pytest.param(*found, id=name) for found, name in FOUND])
def test_twice_the_text_takes_twice_the_time(pattern: re.Pattern[Any], searched: bool) -> None:
    slow: dict[tuple[str, str, str], float] = {}
    for shape in shapes(pattern):
        growth = time_growth(work(pattern, searched, shape), SIZE // 8)
        if growth > 2.3:
            slow[shape] = round(growth, 1)
        if len(slow) == 3:  # each costs pauses
            break
    assert slow == {}, pattern.pattern
