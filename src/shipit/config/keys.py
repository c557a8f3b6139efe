"""Key paths, the places in a configuration, and their names in messages."""

from __future__ import annotations

import re

import msgspec

from shipit.config.secrets import looks_secret

# A path of names of tables and keys, and of indexes into lists, which count from 0.
Key = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def key_name(at: Key) -> str:
    """Return the name of the last key of a path, for a sentence; the entries of a list count from 1.

    >>> key_name(("release", "tag")), key_name(("release", "assets", 0))
    ('`tag`', 'entry 1 of `assets`')
    """
    last = at[-1] if at else "the document"
    return f"entry {last + 1} of {key_name(at[:-1])}" if isinstance(last, int) else f"`{_shown(last)}`"


def path(at: Key) -> str:
    """Return a key path in the form of TOML, with the index of a list in brackets.

    >>> path(("bump", "docs(README)")), path(("release", "assets", 0))
    ('bump."docs(README)"', 'release.assets[0]')
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_quoted(_shown(part))}" for part in at)[1:]


def _quoted(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else msgspec.json.encode(key).decode()


def _shown(key: str) -> str:
    return "[REDACTED]" if looks_secret(key) else key
