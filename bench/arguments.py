"""The arguments of the bench, checked."""

from __future__ import annotations

import argparse
from pathlib import Path


def sizes(text: str) -> list[int]:
    """Parse a list of numbers of commits; a history of less than 200 commits has no tag."""
    found = [int(size) if size.isdecimal() else 0 for size in text.split(",")]
    if min(found) < 200:
        raise argparse.ArgumentTypeError(f"`{text}` must be numbers of commits, each 200 or more, such as 1000,10000")
    return found


def rounds(text: str) -> int:
    """Parse a number of rounds."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"`{text}` must be a number of rounds, 1 or more")
    return int(text)


def directory(text: str) -> Path:
    """Parse the path of a directory that contains repositories and bundles."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"`{text}` is not a directory; name one with repositories and bundles")
    if (Path(text) / ".git").exists():
        raise argparse.ArgumentTypeError(f"`{text}` is a repository; name the directory that contains it")
    return Path(text)
