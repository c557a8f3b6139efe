"""The check whether one value is valid for a type of the configuration.

>>> from shipit.config.vocabulary import Port, TimeLimit
>>> is_valid("90s", TimeLimit), is_valid(90, TimeLimit), is_valid("90", TimeLimit), is_valid(0, Port)
(True, True, False, False)
"""

from __future__ import annotations

import re
from typing import Annotated, Any, get_args, get_origin

import msgspec

from shipit.config.reading.expectation import annotations_of, is_union


def is_valid(value: Any, type_: Any) -> bool:
    """Return whether `value` can be decoded as `type_`, and has its pattern if it is a text."""
    return _converts(value, type_) and (not isinstance(value, str) or _has_pattern(value, type_))


def _has_pattern(text: str, type_: Any) -> bool:
    """Return whether `text` has the pattern of `type_`, or of one of its alternatives for texts."""
    if get_origin(type_) is Annotated:
        patterns = annotations_of(type_, "pattern")
        return all(re.search(pattern, text) for pattern in patterns) and _has_pattern(text, get_args(type_)[0])
    if is_union(type_):
        return any(_has_pattern(text, member) for member in get_args(type_))
    return _converts(text, type_)


def _converts(value: Any, type_: Any) -> bool:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return False
    return True
