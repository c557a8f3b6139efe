"""The fixtures of the tests of `bench/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.fixtures import engine as engine
from parts.fixtures import registry as registry
from repositories import Repository


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repository]:
    """An empty repository on branch `main`."""
    made = Repository(tmp_path / "repo")
    yield made
    made.close()
