"""The decoding of a TOML document into the types of the model, which finds all invalid values at once.

msgspec itself stops at the first invalid value. Here the valid values are decoded and all invalid ones are reported, so
that the rules between keys can be checked as well. msgspec decodes only the single values: for a table it would first
read the types of all tables below it, also of those that the document lacks, which takes longer than all the rest.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args, get_origin

import msgspec

from shipit.config.keys import Key, key_name
from shipit.config.reading import advice
from shipit.config.reading.expectation import (
    alternatives,
    annotations_of,
    available_later,
    describe_value,
    expected,
    fields_of,
    is_secret_type,
)
from shipit.config.reading.validity import is_valid
from shipit.config.secrets import looks_secret, names_secret

# The result for a value that is invalid as a whole.
_INVALID = msgspec.UNSET
_USE_VARIABLE = (
    "write the name of an environment variable instead, and revoke the secret if anyone else has seen this file"
)


class Fault(NamedTuple):
    """A problem at a key path: the problem in one sentence, and a hint to fix it."""

    key: Key
    what: str
    hint: str | None = None


class Decoder:
    """The decoding of one document.

    Args:
        root: the path of the table that contains shipit's tables, such as `("tool", "shipit")` in pyproject.toml.

    `faults` are the problems found so far.
    """

    def __init__(self, root: tuple[str, ...] = ()) -> None:
        self.root = root
        self.faults: list[Fault] = []

    def decode(self, value: Any, type_: Any, at: Key) -> Any:
        """Return the valid part of `value` as a value of `type_`, and add the rest to `faults`.

        Args:
            at: the key path of `value`.
        """
        if isinstance(value, str) and looks_secret(value):
            return self._report(at, f"{key_name(at)} contains a value that looks like a secret", _USE_VARIABLE)
        for option in alternatives(type_):
            if isinstance(value, dict) and isinstance(option, type) and issubclass(option, msgspec.Struct):
                return self._tagged(value, type_, at) if is_tagged(option) else self._struct(value, option, at)
            if isinstance(value, dict) and value and get_origin(option) is dict:
                return self._mapping(value, get_args(option), at) or _INVALID
            if isinstance(value, list) and value and get_origin(option) is tuple:
                return self._items(value, type_, get_args(option)[0], at)
        return self._leaf(value, type_, at)

    def _struct(self, table: dict[str, Any], type_: type[msgspec.Struct], at: Key) -> Any:
        fields = fields_of(type_)
        kept = {}
        for key, value in table.items():
            if key in fields:
                kept[key] = self.decode(value, fields[key].type, (*at, key))
            else:
                self._unknown(value, type_, (*at, key))
        for name in [name for name, field in fields.items() if field.required and name not in table]:
            self._report(at, f"{key_name(at)} needs `{name}`", f"add `{name} = ...`")
        kept = _without_invalid(kept)
        if any(field.required and name not in kept for name, field in fields.items()):
            return _INVALID
        return type_(**{fields[name].name: value for name, value in kept.items()})

    def _tagged(self, table: dict[str, Any], type_: Any, at: Key) -> Any:
        """Return the valid part of a table whose keys depend on its kind, as a value of that kind."""
        kinds = {option.__struct_config__.tag: option for option in alternatives(type_) if is_tagged(option)}
        name = next(iter(kinds.values())).__struct_config__.tag_field
        kind = table.get(name)
        if kind is None:
            return self._report(
                at, f"{key_name(at)} needs a `{name}`", f"use one of: {', '.join(map(describe_value, kinds))}"
            )
        if not isinstance(kind, str) or kind not in kinds:
            return self._leaf(kind, Literal[tuple(kinds)], (*at, name))
        return self._struct({key: value for key, value in table.items() if key != name}, kinds[kind], at)

    def _mapping(self, table: dict[str, Any], types: tuple[Any, Any], at: Key) -> Any:
        key_type, value_type = types
        kept = {key: self.decode(value, value_type, (*at, key)) for key, value in table.items()}
        for key in [key for key in table if not is_valid(key, key_type)]:
            self._report((*at, key), f"{key_name((*at, key))} is not {expected(key_type)}")
            del kept[key]
        return {msgspec.convert(key, key_type): part for key, part in _without_invalid(kept).items()}

    def _items(self, items: list[Any], type_: Any, item_type: Any, at: Key) -> Any:
        kept = [self.decode(item, item_type, (*at, index)) for index, item in enumerate(items)]
        first = kept[0]
        if any(annotations_of(type_, "words")) and isinstance(first, str) and " " in first.strip():
            what = f"{key_name(at)} is a list of words, and {describe_value(first)} is not one word"
            return self._report(at, what, advice.for_value(first, type_))
        # Leaving out one entry would change the numbers of the later entries in messages.
        return _INVALID if any(item is _INVALID for item in kept) else tuple(kept)

    def _leaf(self, value: Any, type_: Any, at: Key) -> Any:
        if is_valid(value, type_):
            return msgspec.convert(value, type_)
        if is_secret_type(type_):
            return self._report(at, f"{key_name(at)} must be {expected(type_)}, and not the secret", _USE_VARIABLE)
        if value in available_later(type_):
            what = f"{key_name(at)} cannot be {describe_value(value)} yet"
        else:
            what = f"{key_name(at)} must be {expected(type_)}, not {describe_value(value)}"
        return self._report(at, what, advice.for_value(value, type_))

    def _unknown(self, value: Any, type_: type[msgspec.Struct], at: Key) -> None:
        key = str(at[-1])
        if names_secret(key) and not isinstance(value, dict):
            self._report(at, f"{key_name(at)} must not contain a secret", _USE_VARIABLE)
        else:
            prefix = "".join(f"{name}." for name in self.root)
            self._report(
                at, f"unknown key {key_name(at)}", advice.for_unknown_key(key, type_, prefix, at[len(self.root) : -1])
            )

    def _report(self, at: Key, what: str, hint: str | None = None) -> Any:
        self.faults.append(Fault(at, what, hint))
        return _INVALID


def is_valid_table(table: dict[str, Any], type_: Any) -> bool:
    """Return whether `table` has only valid keys and values as a table of `type_`."""
    decoder = Decoder()
    decoder.decode(table, type_, ())
    return not decoder.faults


def is_tagged(type_: Any) -> bool:
    """Return whether `type_` is a table whose kind says which keys it has."""
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct) and type_.__struct_config__.tag is not None


def _without_invalid(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not _INVALID}
