"""Sorting a TOML document by the types of the model: what fits is kept, what does not is noted.

msgspec itself stops at the first thing that does not fit. What is kept here it takes as it is, so the rules
between keys can be judged as well, and everything is told at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from shipit.config import advice
from shipit.config.expectation import alternatives, available_later, expected, found
from shipit.config.keys import Key, named
from shipit.config.secrets import looks_secret, names_secret

# In place of a value of which nothing can be kept.
_NOTHING = msgspec.UNSET
_NAME_A_VARIABLE = "name an environment variable that holds it, and revoke it if this file was ever shared"


class Fault(NamedTuple):
    """Something wrong at a key path."""

    key: Key
    what: str
    hint: str | None = None


class Sorting:
    """One pass over a document; `faults` grows as it goes. `root` is the table that holds shipit's own."""

    def __init__(self, root: tuple[str, ...] = ()) -> None:
        self.root = root
        self.faults: list[Fault] = []

    def kept(self, value: Any, type_: Any, at: Key) -> Any:
        """As much of `value` as can be decoded as `type_`."""
        if isinstance(value, str) and looks_secret(value):
            return self._note(at, f"{named(at)} holds what looks like a secret", _NAME_A_VARIABLE)
        for option in alternatives(type_):
            if option is Any:
                return self._anything(value, at)
            if isinstance(value, dict) and isinstance(option, type) and issubclass(option, msgspec.Struct):
                return self._struct(value, option, at)
            if isinstance(value, dict) and get_origin(option) is dict:
                return self._mapping(value, get_args(option), at)
            if isinstance(value, list) and value and get_origin(option) is tuple:
                return self._items(value, get_args(option)[0], at)
        return self._leaf(value, type_, at)

    def _struct(self, table: dict[str, Any], type_: type[msgspec.Struct], at: Key) -> Any:
        fields = {field.encode_name: field for field in msgspec.structs.fields(type_)}
        kept = {}
        for key, value in table.items():
            if key in fields:
                kept[key] = self.kept(value, fields[key].type, (*at, key))
            else:
                self._unknown(value, type_, (*at, key))
        for name in [name for name, field in fields.items() if field.required and name not in table]:
            self._note(at, f"{named(at)} needs `{name}`", f"add `{name} = ...`")
        kept = _without_nothing(kept)
        return kept if all(name in kept for name, field in fields.items() if field.required) else _NOTHING

    def _mapping(self, table: dict[str, Any], types: tuple[Any, Any], at: Key) -> Any:
        key_type, value_type = types
        kept = {key: self.kept(value, value_type, (*at, key)) for key, value in table.items()}
        for key in [key for key in table if not _fits(key, key_type)]:
            self._note((*at, key), f"{named((*at, key))} is not {expected(key_type)}")
            del kept[key]
        return _without_nothing(kept)

    def _items(self, items: list[Any], type_: Any, at: Key) -> Any:
        kept = [self.kept(item, type_, (*at, index)) for index, item in enumerate(items)]
        # A shorter list would give the entries that are left other numbers.
        return _NOTHING if any(item is _NOTHING for item in kept) else kept

    def _anything(self, value: Any, at: Key) -> Any:
        """Keys that another part of shipit understands: here they are only searched for secrets."""
        if isinstance(value, dict):
            return self._mapping(value, (str, Any), at)
        if isinstance(at[-1], str) and names_secret(at[-1]):
            return self._note(at, f"{named(at)} would hold a secret", _NAME_A_VARIABLE)
        return self._items(value, Any, at) if isinstance(value, list) else value

    def _leaf(self, value: Any, type_: Any, at: Key) -> Any:
        if _fits(value, type_):
            return value
        if value in available_later(type_):
            what = f"{named(at)} cannot be {found(value)} yet"
        else:
            what = f"{named(at)} must be {expected(type_)}, not {found(value)}"
        return self._note(at, what, advice.for_value(value, type_))

    def _unknown(self, value: Any, type_: type[msgspec.Struct], at: Key) -> None:
        key = str(at[-1])
        if names_secret(key) and not isinstance(value, dict):
            self._note(at, f"{named(at)} would hold a secret", _NAME_A_VARIABLE)
        else:
            prefix = "".join(f"{name}." for name in self.root)
            self._note(at, f"unknown key {named(at)}", advice.for_unknown_key(key, type_, prefix))

    def _note(self, at: Key, what: str, hint: str | None = None) -> Any:
        self.faults.append(Fault(at, what, hint))
        return _NOTHING


def _fits(value: Any, type_: Any) -> bool:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return False
    return True


def _without_nothing(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not _NOTHING}
