"""The samples of all formats: each test in `formats/` has `SAMPLES`, and the laws run on them."""

from __future__ import annotations

import importlib
from pathlib import Path

# A text with `@` at each place of the version, and the paths of the version.
Sample = tuple[str, tuple[str, ...]]


def samples_of_formats() -> dict[str, Sample]:
    """Return the samples by the name of their format; a format has one sample."""
    found: dict[str, Sample] = {}
    for path in sorted(Path(__file__).parent.glob("formats/test_*.py")):
        if "\nSAMPLES = {" in path.read_text(encoding="utf-8"):
            samples: dict[str, Sample] = importlib.import_module(f"versionfiles.formats.{path.stem}").SAMPLES
            assert not found.keys() & samples.keys(), path
            found |= samples
    return found
