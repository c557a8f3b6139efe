"""The programs that check our reading and writing of their files."""

from __future__ import annotations

import shutil

import pytest
from uv import find_uv_bin


@pytest.fixture(scope="session")
def gradle_program() -> str:
    return _program("gradle", package="gradle")


@pytest.fixture(scope="session")
def maven_program() -> str:
    return _program("mvn", package="maven")


@pytest.fixture(scope="session")
def uv_program() -> str:
    return find_uv_bin()


def _program(name: str, package: str) -> str:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"needs {name}: apt-get install --no-install-recommends {package}")
    return program
