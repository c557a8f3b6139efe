"""Histories made of shapes and of plain conventional commits, with what each tool must decide for them.

Where a tool decides for a history otherwise than for its parts, or about a plain commit otherwise than the
specification, it shows here.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from differential.differences import listed
from differential.repositories import Merge, Step, Tag
from differential.shapes import SHAPES, Shape

SEED = 2026
COUNT = 150
BUMPS = ("none", "patch", "minor", "major")
TYPES = {
    "feat": "minor",
    "fix": "patch",
    "perf": "patch",
    "docs": "none",
    "chore": "none",
    "test": "none",
    "ci": "none",
}
SCOPES = ("", "", "(api)", "(core/db)", "(결제)", "(web-ui)")
WORDS = ("search", "login", "the pool", "채팅방", "retry twice", "naïve case", "100 % of it", "a (small) thing")
PROSE = (
    "It was slow, and nobody knew why.",
    "See the notes of 2024-01-02.",
    "- first\n- second",
    "왜냐하면 느렸습니다.",
)
TRAILERS = ("Refs: #12", "Co-authored-by: K <k@example.org>", "Reviewed-by: Z")
EARLIER = "0.0.1"
BASES = ("0.1.0", "0.3.1", "0.9.0", "1.0.0", "2.4.7", "10.0.0")


@dataclass(frozen=True)
class Part:
    """Some commits, and how far they raise the version: as most tools say, and as some do."""

    steps: tuple[Step, ...]
    decides: str
    otherwise: Mapping[str, str]


@dataclass(frozen=True)
class Generated:
    """A history, as a shape for each tool: `of(tool)` decides what the tool must."""

    parts: tuple[Part, ...]
    steps: tuple[Step, ...]
    base: str
    major_on_zero: bool

    def of(self, tool: str) -> Shape:
        bump = max((part.otherwise.get(tool, part.decides) for part in self.parts), key=BUMPS.index)
        held = self.base.startswith("0") and not self.major_on_zero and bump == "major"
        return Shape("generated", "minor" if held else bump, self.steps, EARLIER, self.base, self.major_on_zero)


FIRST = Part(("feat: what was there first",), "minor", {})


def histories() -> Iterator[Generated]:
    """The same ones every time, for the tools are pinned too."""
    chance = random.Random(SEED)
    for _ in range(COUNT):
        yield _history(chance)


def _history(chance: random.Random) -> Generated:
    number = itertools.count(1)
    released = [FIRST, *(_plain(chance, next(number)) for _ in range(chance.randrange(3)))]
    shapes = chance.sample(SHAPED, chance.choice((0, 1, 2, 3)))
    parts = [*shapes, *(_plain(chance, next(number)) for _ in range(chance.randrange(4)))] or [_plain(chance, 0)]
    chance.shuffle(parts)
    base = chance.choice(BASES)
    steps = (*_woven(chance, released), Tag(f"v{base}"), *_woven(chance, parts))
    return Generated(tuple(parts), steps, base, chance.random() < 0.3)


def _woven(chance: random.Random, parts: list[Part]) -> Iterator[Step]:
    """The parts one after the other, some of them on a branch that is merged while others are made."""
    waiting = list(parts)
    while waiting:
        part = waiting.pop(0)
        if waiting and chance.random() < 0.3:
            yield Merge(f"Merge branch 'topic-{len(waiting)}'", part.steps, waiting.pop(0).steps)
        else:
            yield from part.steps


def _plain(chance: random.Random, number: int) -> Part:
    """A commit that follows the specification to the letter, so that nobody may differ about it."""
    type = chance.choice(list(TYPES))
    mark = chance.choice(("", "", "", "", "!"))
    paragraphs = [f"{type}{chance.choice(SCOPES)}{mark}: {chance.choice(WORDS)} {number}"]
    paragraphs += chance.sample(PROSE, chance.choice((0, 0, 1, 2)))
    trailers = chance.sample(TRAILERS, chance.choice((0, 0, 1, 2)))
    if breaking := chance.random() < 0.15:
        trailers.insert(0, f"{chance.choice(('BREAKING CHANGE', 'BREAKING-CHANGE'))}: gone {number}")
    if trailers:
        paragraphs.append("\n".join(trailers))
    return Part(("\n\n".join(paragraphs),), "major" if mark or breaking else TYPES[type], {})


def _shaped() -> Iterator[Part]:
    """Every shape whose decision adds to others': not the one that names a version, nor those about tags."""
    tools = ("python-semantic-release", "semantic-release", "git-cliff", "commitizen")
    for title in ("One message", "Squash and merge", "Reverts", "Bump"):
        for shape in SHAPES[title]:
            otherwise = {tool: listed(tool)[shape.name] for tool in tools if shape.name in listed(tool)}
            if "Release-As" not in shape.name:
                yield Part(shape.steps, shape.decides, otherwise)


SHAPED = list(_shaped())
