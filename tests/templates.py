"""Directories that many tests begin with: each is made once for all workers, and copied."""

from __future__ import annotations

import pickle
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from shipit.cli.demo.sample import SampleProject, make_sample

Value = TypeVar("Value")


def made(template: Path, make: Callable[[Path], object]) -> Path:
    """Return `template`, which the first test that needs it makes: `make` is called with an empty directory."""
    if not template.exists():
        place = Path(tempfile.mkdtemp(dir=template.parent))
        make(place)
        with suppress(OSError):  # another worker was quicker
            place.rename(template)
    return template


def calculated(template: Path, calculate: Callable[[Path], Value]) -> Value:
    """Return the value that `calculate` returned to the first test that needed it; it is called with a directory."""
    found: Value = pickle.loads((made(template, partial(_calculate, calculate)) / "value").read_bytes())
    return found


def _calculate(calculate: Callable[[Path], object], place: Path) -> None:
    (place / "value").write_bytes(pickle.dumps(calculate(place)))


def copy(template: Path, place: Path, make: Callable[[Path], object]) -> None:
    """Copy the content of a template into `place`."""
    shutil.copytree(made(template, make), place, symlinks=True, dirs_exist_ok=True)


def copy_of_sample(template: Path, place: Path) -> SampleProject:
    """Do what `make_sample` does, by copying a sample that was made once."""
    copy(template, place, make_sample)
    sample = SampleProject(place / "chat-server", place / "remote.git")
    config = sample.path / ".git/config"
    config.write_text(re.sub("url = .*", f"url = {sample.remote}", config.read_text("utf-8")), "utf-8")
    return sample
