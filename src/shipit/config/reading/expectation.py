"""The names of types and of values for messages, in the words of TOML and not of Python.

>>> expected(bool), expected(tuple[str, ...]), describe_value("on"), describe_value([1])
('`true` or `false`', 'a list', '`"on"`', 'a list')
"""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from shipit.core import limits
from shipit.core.redact import shortened

_WORDS = {str: "a string", bool: "`true` or `false`", int: "a whole number", tuple: "a list"}


@cache
def fields_of(table: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """Return the fields of a table by their keys; kept, because msgspec evaluates the annotations at each call."""
    return {field.encode_name: field for field in msgspec.structs.fields(table)}


def alternatives(type_: Any) -> Iterator[Any]:
    """Yield the types that a value can have, without their annotations, and without None, which TOML does not have."""
    origin = get_origin(type_)
    if origin is Annotated:
        yield from alternatives(get_args(type_)[0])
    elif is_union(type_):
        for member in get_args(type_):
            yield from alternatives(member)
    elif type_ is not types.NoneType:
        yield type_


def annotations_of(type_: Any, name: str) -> Iterator[Any]:
    """Yield the values of `name` in the annotations of `type_`, the outermost first."""
    if get_origin(type_) is Annotated:
        for meta in reversed(get_args(type_)[1:]):
            if meta.extra and name in meta.extra:
                yield meta.extra[name]


def is_union(type_: Any) -> bool:
    """Return whether a value of `type_` can have one of several types."""
    return get_origin(type_) in (Union, types.UnionType)


def expected(type_: Any) -> str:
    """Return the description of a valid value of `type_`, such as `a list`."""
    origin, args = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return next((words for words in annotations_of(type_, "expected")), None) or expected(args[0])
    if is_union(type_):
        return " or ".join(dict.fromkeys(expected(member) for member in args if member is not types.NoneType))
    if members := _members(type_):
        return _either(f"`{member}`" for member in members)
    return _WORDS.get(origin or type_, "a table")


def available_later(type_: Any) -> list[str]:
    """Return the values of `type_` that only a later version of shipit supports."""
    return next(iter(annotations_of(type_, "later")), [])


def is_secret_type(type_: Any) -> bool:
    """Return whether a wrong value of `type_` can be a secret, which no message may show."""
    return any(annotations_of(type_, "secret"))


def choices(type_: Any) -> list[str]:
    """Return the possible values of `type_`; an empty list if they cannot be listed."""
    return [member for option in alternatives(type_) for member in _members(option)]


def _members(type_: Any) -> list[str]:
    """Return the values of a `Literal` or an enumeration; an empty list for other types."""
    if isinstance(type_, enum.EnumType):
        return [str(member.value) for member in list[enum.Enum](type_)]
    return list(get_args(type_)) if get_origin(type_) is Literal else []


def describe_value(value: object) -> str:
    """Return the description of `value`: a table or a list in words, any other value as TOML writes it, shortened."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    written = msgspec.json.encode(value).decode() if isinstance(value, str | bool) else plain(value)
    return f"`{shortened(written, limits.QUOTED_VALUE)}`"


def plain(value: object) -> str:
    """Return a value as text; a very long number in hexadecimal, because Python refuses to write it in decimals."""
    try:
        return str(value)
    except ValueError:
        return f"{value:#x}"


def _either(words: Iterator[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
