"""The arguments of the bench, checked."""

from __future__ import annotations

import argparse
from pathlib import Path


def sizes(text: str) -> list[int]:
    """Numbers of commits; below 200 there is no tag yet."""
    found = [int(size) if size.isdecimal() else 0 for size in text.split(",")]
    if min(found) < 200:
        raise argparse.ArgumentTypeError(f"`{text}` is to be numbers of commits of 200 or more, as in 1000,10000")
    return found


def rounds(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"`{text}` is to be a number of rounds, 1 or more")
    return int(text)


def directory(text: str) -> Path:
    """One that holds repositories and bundles."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"`{text}` is no directory; name one that holds repositories and bundles")
    if (Path(text) / ".git").exists():
        raise argparse.ArgumentTypeError(f"`{text}` is a repository; name the directory that holds it")
    return Path(text)
