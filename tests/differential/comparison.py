"""Putting shapes to tools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from differential.repositories import Repository
from differential.shapes import SHAPES, Shape
from differential.tools import Question, Tool

ALL: tuple[Shape, ...] = tuple(shape for shapes in SHAPES.values() for shape in shapes)


def decisions(tool: Tool, shapes: Sequence[Shape]) -> list[str]:
    """What the tool decides for each shape, in a repository of its own."""
    with TemporaryDirectory() as directory:
        answers = tool.ask([question(shape, Path(directory, str(at))) for at, shape in enumerate(shapes)])
    return [shape.decision(answer) for shape, answer in zip(shapes, answers, strict=True)]


def question(shape: Shape, path: Path) -> Question:
    repository = Repository(path)
    repository.write(shape.history)
    return Question(repository, shape.last, shape.major_on_zero)
