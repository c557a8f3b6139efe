"""Key paths, the places in a configuration: their names in messages, and how keys and texts are written in TOML."""

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
    return "".join(f"[{part}]" if isinstance(part, int) else f".{toml_key(_shown(part))}" for part in at)[1:]


def toml_key(name: str) -> str:
    """Return `name` as a key of TOML.

    >>> toml_key("web"), toml_key("@shop/web")
    ('web', '"@shop/web"')
    """
    return name if _BARE_KEY.fullmatch(name) else toml_string(name)


def toml_string(text: str) -> str:
    r"""Return `text` as a string of TOML, which has the escapes of JSON.

    >>> print(toml_string('a "b" 한'))
    "a \"b\" 한"
    """
    return msgspec.json.encode(text).decode()


def _shown(key: str) -> str:
    return "[REDACTED]" if looks_secret(key) else key
