"""Hints for unknown keys and invalid values: the key or the value to write instead.

>>> from shipit.config.model import ChangelogConfig, ReleaseConfig
>>> for_unknown_key("templte", ChangelogConfig)
'did you mean `template`?'
>>> for_unknown_key("template", ReleaseConfig)
'`template` belongs to `[changelog]`'
>>> for_unknown_key("write_back", ReleaseConfig)
'keys are written with `-`: `write-back`'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from shipit.config.keys import Key
from shipit.config.model import Config
from shipit.config.reading.expectation import (
    alternatives,
    annotations_of,
    available_later,
    choices,
    expected,
    fields_of,
    plain,
)
from shipit.config.reading.validity import is_valid
from shipit.core import limits


def for_unknown_key(key: str, table: type[msgspec.Struct], prefix: str = "", at: Key = ()) -> str:
    """Return a hint for `key`, which `table` does not have: the key or the table that was probably meant.

    Args:
        prefix: the path of shipit's own tables in the file with a final dot, such as `tool.shipit.`; empty in
            shipit.toml.
        at: the path of `table` below `prefix`.
    """
    known = list(fields_of(table))
    kebab = key.replace("_", "-").lower()
    if kebab in known:
        return f"keys are written with `-`: `{kebab}`" if "_" in key else f"keys are written in lower case: `{kebab}`"
    if f"{kebab}s" not in known and (header := _near(kebab, table, at) or _headers().get(kebab)):
        return f"`{kebab}` belongs to `[{prefix}{header}]`" if header != kebab else f"write it as `[{prefix}{header}]`"
    return for_choice(kebab, known)


def for_choice(word: str, known: list[str]) -> str:
    """Return a hint with the one of `known` that is similar to `word`, or with the first of them."""
    listed = ", ".join(f"`{name}`" for name in known[: limits.LISTED_NAMES])
    rest = len(known) - limits.LISTED_NAMES
    return did_you_mean(word, known) or f"use one of: {listed}{f' and {rest:,} more' if rest > 0 else ''}"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint with the one of `known` that is similar to `word`; None if none is."""
    match = similar_name(word.lower(), known)
    return f"did you mean `{match}`?" if match else None


def similar_name(word: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that is similar to `word`; None if none is."""
    import difflib

    return next(iter(difflib.get_close_matches(word, known, 1)), None)


def for_value(value: object, type_: Any) -> str | None:
    """Return a hint to write `value` in a form that is valid for `type_`; None if that cannot be guessed."""
    kinds = [get_origin(option) or option for option in alternatives(type_)]
    if value in available_later(type_):
        return f"this version supports only {expected(type_)}"
    if isinstance(value, str) and any(annotations_of(type_, "words")):
        return f"write each word by itself: `{_as_words(value)}`"
    if isinstance(value, str) and tuple in kinds and not any(_structs(type_)):
        text = msgspec.json.encode(value).decode()  # also a text of TOML
        return f"write it as a list: `[{text}]`" if len(text) < limits.QUOTED_TEXT else 'write it as a list: `["…"]`'
    if isinstance(value, str) and bool in kinds and value.lower() in ("true", "false"):
        return f"write it without quotes: `{value.lower()}`"
    if isinstance(value, bool | int | float) and str in kinds:
        quoted = plain(value).lower()
        return "put it in quotes" if is_valid(quoted, type_) else _as_duration(quoted, type_)
    if not isinstance(value, str):
        return None
    return (
        _as_version(value, type_)
        or _as_duration(value, type_)
        or _as_number(value, type_)
        or _as_table(value, type_)
        or did_you_mean(value, choices(type_))
    )


def _as_number(text: str, type_: Any) -> str | None:
    is_number = text.isascii() and text.isdecimal() and is_valid(int(text[:18]), type_)
    return f"write it without quotes: `{text}`" if is_number else None


def _as_table(kind: str, type_: Any) -> str | None:
    """Return a hint to write `"swarm"` as a table of this kind, where that is one."""
    tables = (each for option in alternatives(type_) for each in (option, *get_args(option)))
    tags = {table.__struct_config__.tag for each in tables for table in _structs(each)}
    return f'write it as a table: `{{ kind = "{kind}", ... }}`' if kind in tags else None


def _as_words(command: str) -> str:
    """Return a command as the list of its words, as TOML writes it."""
    import shlex

    with suppress(ValueError):  # a quotation mark without an end
        return msgspec.json.format(msgspec.json.encode(shlex.split(command)), indent=0).decode()
    return '["PROGRAM", "ARGUMENT"]'


def _as_duration(number: str, type_: Any) -> str | None:
    """Return a hint to write `90` or `"90"` as `"90s"`, where a duration needs a unit."""
    is_duration = number.isdecimal() and is_valid(f"{number}s", type_) and not is_valid("s", type_)
    return f'write it with a unit: `"{number}s"`' if is_duration else None


def _as_version(text: str, type_: Any) -> str | None:
    """Return a hint to write `v1.0.0` or `1.0` as `1.0.0`, or `v1.x` as `1.x`, where that is valid."""
    number = text.removeprefix("v")
    for candidate in (number, f"{number}.0", f"{number}.0.0") if number[:1].isdigit() else ():
        if is_valid(candidate, type_):
            return f'write `"{candidate}"`'
    return None


def _near(key: str, table: type[msgspec.Struct], at: Key) -> str | None:
    """Return the header of a table inside or around `table`, at the path `at`, that has `key`; None without one."""
    inside = [((*at, name), tuple(_structs(field.type))) for name, field in fields_of(table).items()]
    around = list(_tables_on(at))[1:-1]
    for path, tables in (*inside, *reversed(around)):
        if any(key in fields_of(each) for each in tables):
            return ".".join(str(name) for name in path if isinstance(name, str))
    return None


def _tables_on(at: Key) -> Iterator[tuple[Key, tuple[type[msgspec.Struct], ...]]]:
    """Yield each table on the path `at`, beginning with the whole configuration, with the types that it can have."""
    kinds: list[Any] = [Config]
    for depth, name in enumerate((*at, None)):
        yield at[:depth], tuple(table for kind in kinds for table in _structs(kind))
        kinds = [inner for kind in kinds for option in alternatives(kind) for inner in _inner(option, name)]


def _inner(type_: Any, name: object) -> Iterator[Any]:
    """Yield the type of the entry `name` of a table, a mapping or a list."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        yield from (field.type for key, field in fields_of(type_).items() if key == name)
    elif get_origin(type_) in (dict, tuple):
        yield get_args(type_)[get_origin(type_) is dict]


def _structs(type_: Any) -> Iterator[type[msgspec.Struct]]:
    return (each for each in alternatives(type_) if isinstance(each, type) and issubclass(each, msgspec.Struct))


@cache  # a broken file can have thousands of unknown keys
def _headers() -> dict[str, str]:
    """Return the header of the table that each key belongs to; a key of several tables has the header of the first."""
    headers: dict[str, str] = {}
    for name, section in fields_of(Config).items():
        headers[name] = name
        for header, table in _tables(section):
            for key in fields_of(table):
                headers.setdefault(key, header)
    return headers


def _tables(section: msgspec.structs.FieldInfo) -> list[tuple[str, type[msgspec.Struct]]]:
    """Return the header and the struct of a top-level key; nothing for a key whose values are not tables."""
    (kind,) = alternatives(section.type)
    if get_origin(kind) is dict:
        value = get_args(kind)[1]
        is_table = isinstance(value, type) and issubclass(value, msgspec.Struct)
        return [(f"{section.encode_name}.<name>", value)] if is_table else []
    if get_origin(kind) is tuple:
        return [(f"[{section.encode_name}]", get_args(kind)[0])]
    return [(section.encode_name, kind)]
