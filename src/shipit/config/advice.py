"""What to write instead: hints for unknown keys and for values that do not fit.

>>> from shipit.config.model import ChangelogConfig, ReleaseConfig
>>> for_unknown_key("templte", ChangelogConfig)
'did you mean `template`?'
>>> for_unknown_key("template", ReleaseConfig)
'`template` belongs to `[changelog]`'
>>> for_unknown_key("write_back", ReleaseConfig)
'keys are written with `-`: `write-back`'
"""

from __future__ import annotations

from typing import Any, get_args, get_origin

import msgspec

from shipit.config.expectation import alternatives, available_later, choices, expected, found
from shipit.config.model import Config


def for_unknown_key(key: str, table: type[msgspec.Struct], prefix: str = "") -> str:
    """What was meant by `key`, which `table` does not know; `prefix` leads to shipit's own tables in the file."""
    known = [field.encode_name for field in msgspec.structs.fields(table)]
    kebab = key.replace("_", "-").lower()
    if kebab in known:
        return f"keys are written with `-`: `{kebab}`" if "_" in key else f"keys are written in lower case: `{kebab}`"
    if f"{kebab}s" not in known and (home := _homes().get(kebab)):
        return f"`{kebab}` belongs to `[{prefix}{home}]`" if home != kebab else f"write it as `[{prefix}{home}]`"
    return for_choice(kebab, known)


def for_choice(word: str, known: list[str]) -> str:
    """The one of `known` that `word` resembles, or else all of them."""
    return _closest(word, known) or f"known here: {', '.join(f'`{name}`' for name in known)}"


def for_value(value: object, type_: Any) -> str | None:
    """How to write `value` so that `type_` takes it, where that can be guessed."""
    kinds = [get_origin(option) or option for option in alternatives(type_)]
    if value in available_later(type_):
        return f"write {expected(type_)} until a later version brings it"
    if isinstance(value, str) and tuple in kinds:
        return f"put it in brackets: `[{found(value).strip('`')}]`"
    if isinstance(value, str) and bool in kinds and value.lower() in ("true", "false"):
        return f"write it without quotes: `{value.lower()}`"
    if isinstance(value, bool | int | float) and str in kinds:
        return "put it in quotes"
    return _closest(value, choices(type_)) if isinstance(value, str) else None


def _homes() -> dict[str, str]:
    """The table each key belongs to, for the keys of one table alone and for the tables themselves."""
    homes: dict[str, str] = {}
    for section in msgspec.structs.fields(Config):
        homes[section.encode_name] = section.encode_name
        for header, table in _tables(section):
            for field in msgspec.structs.fields(table):
                homes.setdefault(field.encode_name, header)
    return homes


def _tables(section: msgspec.structs.FieldInfo) -> list[tuple[str, type[msgspec.Struct]]]:
    """The struct a top-level key holds, with its header: one table, or one for each name."""
    (kind,) = alternatives(section.type)
    if get_origin(kind) is dict:
        named = get_args(kind)[1]
        is_table = isinstance(named, type) and issubclass(named, msgspec.Struct)
        return [(f"{section.encode_name}.<name>", named)] if is_table else []
    return [(section.encode_name, kind)]


def _closest(word: str, known: list[str]) -> str | None:
    import difflib

    return next((f"did you mean `{match}`?" for match in difflib.get_close_matches(word.lower(), known, 1)), None)
