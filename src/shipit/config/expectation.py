"""What a key's type asks for, and what stands there instead, in the words of the file rather than of Python.

>>> expected(bool), expected(tuple[str, ...]), found("on"), found([1])
('`true` or `false`', 'a list', '`"on"`', 'a list')
"""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

LONGEST_QUOTE = 60
_WORDS = {str: "a text", bool: "`true` or `false`", int: "a whole number", tuple: "a list"}


def alternatives(type_: Any) -> Iterator[Any]:
    """The types a value may have, without `Annotated` around them and without None, which TOML lacks."""
    origin = get_origin(type_)
    if origin is Annotated:
        yield from alternatives(get_args(type_)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(type_):
            yield from alternatives(member)
    elif type_ is not types.NoneType:
        yield type_


def expected(type_: Any) -> str:
    """What a value of `type_` is called."""
    origin, args = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return next((words for words in _extra(type_, "expected")), None) or expected(args[0])
    if origin in (Union, types.UnionType):
        return " or ".join(expected(member) for member in args if member is not types.NoneType)
    if members := _members(type_):
        return _either(f"`{member}`" for member in members)
    return _WORDS.get(origin or type_, "a table")


def available_later(type_: Any) -> list[str]:
    """Values that are understood but cannot be used yet."""
    return next(iter(_extra(type_, "later")), [])


def choices(type_: Any) -> list[str]:
    """The values to choose from, where these are all there are."""
    return [member for option in alternatives(type_) for member in _members(option)]


def _members(type_: Any) -> list[str]:
    """The values of a `Literal` or an enumeration; empty for other types."""
    if isinstance(type_, enum.EnumType):
        return [str(member.value) for member in list[enum.Enum](type_)]
    return list(get_args(type_)) if get_origin(type_) is Literal else []


def found(value: object) -> str:
    """What `value` is called: a short one by itself, as TOML writes it."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    written = msgspec.json.encode(value).decode() if isinstance(value, str | bool) else str(value)
    return f"`{written if len(written) <= LONGEST_QUOTE else written[:LONGEST_QUOTE] + '…'}`"


def _extra(type_: Any, name: str) -> Iterator[Any]:
    """What the annotations of `type_` say under `name`, the outermost first."""
    if get_origin(type_) is Annotated:
        for meta in reversed(get_args(type_)[1:]):
            if meta.extra and name in meta.extra:
                yield meta.extra[name]


def _either(words: Iterator[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
