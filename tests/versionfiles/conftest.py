"""The programs that judge our reading of their files."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def gradle_program() -> str:
    program = shutil.which("gradle")
    if program is None:
        pytest.skip("needs gradle: apt-get install --no-install-recommends gradle")
    return program
