"""The base class of all tables of the configuration."""

from __future__ import annotations

from msgspec import Struct

# The key that says which other keys a target has.
KIND = "kind"


class ConfigTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of the configuration: frozen, with `-` for `_` in its keys, and without unknown keys."""
