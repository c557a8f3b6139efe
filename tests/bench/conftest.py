"""The bench is run from the root of the repository, and is no part of what is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.fixtures import engine as engine
from parts.fixtures import registry as registry
from repositories import Repository

sys.path.append(str(Path(__file__).parents[2]))


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repository]:
    """An empty repository on branch `main`."""
    made = Repository(tmp_path / "repo")
    yield made
    made.close()
