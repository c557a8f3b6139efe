"""docs/agreement.md says what the shapes and the differences say. `SHIPIT_ACCEPT=1` writes it anew."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from differential.comparison import ALL
from differential.differences import DIFFERENCES, listed
from differential.generated import COUNT
from differential.repositories import Aside, Merge, Step, Tag
from differential.shapes import SHAPES, Shape
from differential.tools import HERE, PEERS

ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "agreement.md"
ACCEPT = "SHIPIT_ACCEPT" in os.environ  # looked up before the tests take away what the environment says
REASONS = {difference.shape: difference.reason for difference in DIFFERENCES}
LONGEST = 90
VISIBLE = {"\n": "⏎", "\r": "\\r", "\t": "\\t", "\u00a0": "\\u00a0", "\ufeff": "\\ufeff", "|": "\\|"}

OPENING = """\
# Decisions of shipit and other tools on the same history

<!-- Written from tests/differential: SHIPIT_ACCEPT=1 make test -->

Each example below is a real git repository after a release. `make test` runs every tool on it, and fails if a tool decides
another version than this page says. A decision in **bold** differs from shipit; the last column has the reason for
shipit's decision. The tools are configured as equally as their options permit (tag format, types, aliases, rules for 0.x);
everything else has its default. For semantic-release only the commit analyzer runs, with the preset
`conventionalcommits`. On {histories} generated histories, which combine these examples, each tool decides the same as here.

`⏎` is a line break, `·` separates commits, oldest first.
"""


def test_the_page_says_what_was_compared() -> None:
    if ACCEPT:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def page() -> str:
    sections = [line for title, shapes in SHAPES.items() for line in section(title, shapes)]
    return "\n".join([OPENING.format(histories=COUNT), *summary(), *sections, ""])


def summary() -> Iterator[str]:
    yield f"| | version | same decision as shipit, of {len(ALL)} examples |\n|---|---|---|"
    for tool in PEERS:
        yield f"| {tool.name} | {version(tool.name)} | {len(ALL) - len(listed(tool.name))} |"


def version(tool: str) -> str:
    """The version that is locked."""
    if tool == "semantic-release":
        packages = json.loads((HERE / "npm/package.json").read_text())["dependencies"]
        used = {name.rpartition("/")[2]: number for name, number in packages.items()}
        return ", ".join(
            f"{name} {used[name]}" for name in ("commit-analyzer", "conventional-changelog-conventionalcommits")
        )
    (found,) = re.findall(rf"^{tool}==(\S+)", (ROOT / "requirements/oracles.txt").read_text(), re.MULTILINE)
    return str(found)


def section(title: str, shapes: tuple[Shape, ...]) -> Iterator[str]:
    names = [tool.name for tool in PEERS]
    yield f"\n## {title}\n\n| | example | shipit | {' | '.join(names)} | why |\n|{'---|' * (len(names) + 4)}"
    for shape in shapes:
        cells = [shape.name, example(shape.steps), shape.decides]
        cells += [f"**{listed(name)[shape.name]}**" if shape.name in listed(name) else shape.decides for name in names]
        yield f"| {' | '.join(cells)} | {REASONS.get(shape.name, '')} |"


def example(steps: tuple[Step, ...]) -> str:
    return " · ".join(map(shown, steps))


def shown(step: Step) -> str:
    match step:
        case Tag(name):
            return f"*{name}*"
        case Merge(message, side, meanwhile):
            return " · ".join(filter(None, (example(meanwhile), f"{code(message)} of ({example(side)})")))
        case Aside(side):
            return f"elsewhere ({example(side)})"
    return code(step)


def code(message: str) -> str:
    """A message as code in a table: on one line, and nothing in it invisible."""
    message = message.replace("{0}", "<id>").replace("{-1}", "<id>").replace("{-2}", "<id>")
    line = "".join(VISIBLE.get(character, character) for character in message)
    line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return f"`` {line} ``" if "`" in line else f"`{line}`"
