"""Every regular expression of shipit takes linear time on hostile text that is made of its own alphabet.

It takes minutes, so only its name starts it: `pytest tests/core/long_patterns.py`. `SHIPIT_PATTERN_SIZE=100000` makes the
texts larger.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from growth import best_time, time_growth

import shipit
from shipit.versionfiles.syntax.gradle import Dialect

SIZE = int(os.environ.get("SHIPIT_PATTERN_SIZE", "25000"))
QUICK = 0.004  # seconds; a quadratic pattern takes a hundred times as long, so its growth need not be measured
SOURCE = Path(shipit.__file__).parent
SEARCHES = {"search", "finditer", "findall", "sub", "subn", "split"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).with_suffix("").as_posix()
        if not name.startswith(("cli/demo", "cli/explanation", "__main__")):  # these read only texts of shipit
            yield "shipit." + name.replace("/", ".").removesuffix(".__init__"), path


def compiled() -> Iterator[tuple[str, re.Pattern[Any], bool]]:
    """Yield the name of each compiled pattern, the pattern, and whether text is searched for it."""
    sources = {name: path.read_text(encoding="utf-8") for name, path in modules()}
    everything = "\n".join(sources.values())
    for name, source in sources.items():
        if "re.compile" not in source:
            continue
        for constant, value in vars(importlib.import_module(name)).items():
            for number, pattern in enumerate(patterns_in(value)):
                used = re.findall(rf"\b{constant}\.(\w+)", source if constant[0] == "_" else everything)
                searched = bool(SEARCHES.intersection(used)) or not {"match", "fullmatch"}.intersection(used)
                yield f"{name}.{constant}[{number}]", pattern, searched


def patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from patterns_in(list(value.values()))
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from patterns_in(item)
    elif isinstance(value, Dialect):
        yield from patterns_in(dict(value.strings))


def written() -> Iterator[tuple[str, re.Pattern[Any], bool]]:
    """Yield the patterns that are written in calls, such as `re.sub("...", ...)`."""
    for name, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=str(method)),
                    args=[ast.Constant(value=str(pattern)), *_],
                ) if method not in ("compile", "escape"):
                    yield f"{name}:{node.lineno}", re.compile(pattern), method in SEARCHES


PATTERNS = {name: (pattern, searched) for name, pattern, searched in (*compiled(), *written())}
UNIQUE = {(pattern.pattern, pattern.flags, searched): name for name, (pattern, searched) in PATTERNS.items()}


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
    assert len(PATTERNS) > 60
    assert any(name.startswith("shipit.core.notes.headings") for name in PATTERNS)


@pytest.mark.parametrize("name", UNIQUE.values())
def test_twice_the_text_takes_a_pattern_twice_the_time(name: str) -> None:
    pattern, searched = PATTERNS[name]
    slow = []
    for shape in shapes(pattern):
        sized = work(pattern, searched, shape)
        if best_time(sized(SIZE)) > QUICK and (growth := time_growth(sized, SIZE // 8)) > 2.3:
            slow.append((shape, round(growth, 1)))
    assert slow == [], pattern.pattern
