"""Directories that many tests begin with: each is made once for all workers, and copied."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shipit.cli.demo.sample import SampleProject, make_sample


def copy(template: Path, place: Path, make: Callable[[Path], object]) -> None:
    """Copy the content of `template` into `place`; the first test that needs it calls `make` with an empty directory."""
    if not template.exists():
        made = Path(tempfile.mkdtemp(dir=template.parent))
        make(made)
        with suppress(OSError):  # another worker was quicker
            made.rename(template)
    shutil.copytree(template, place, symlinks=True, dirs_exist_ok=True)


def copy_of_sample(template: Path, place: Path) -> SampleProject:
    """Do what `make_sample` does, by copying a sample that was made once."""
    copy(template, place, make_sample)
    sample = SampleProject(place / "chat-server", place / "remote.git")
    config = sample.path / ".git/config"
    config.write_text(re.sub("url = .*", f"url = {sample.remote}", config.read_text("utf-8")), "utf-8")
    return sample
