"""The check that requests and answers have the shape that botocore's own model of a service of AWS gives them.

botocore checks the names and the types of a request, but not the values of its enumerations. It leaves out what it does
not know in an answer, so that a test could pass on an answer that AWS never gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "double": (float, int),
    "timestamp": (dt.datetime,),
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
}


def check_shape(shape: Any, value: Any, where: str) -> None:
    """Fail with the place of the first part of `value` that does not have the shape `shape`."""
    assert _has_type(value, shape.type_name), f"{where} must be a {shape.type_name}, not {value!r}"
    if shape.type_name == "structure":
        missing = [name for name in shape.required_members if name not in value]
        assert not missing, f"{where} lacks {missing}"
        for name, each in value.items():
            assert name in shape.members, f"AWS knows no {where}.{name}"
            check_shape(shape.members[name], each, f"{where}.{name}")
    elif shape.type_name == "list":
        for number, each in enumerate(value):
            check_shape(shape.member, each, f"{where}[{number}]")
    elif shape.type_name == "map":
        for name, each in value.items():
            check_shape(shape.value, each, f"{where}.{name}")
    elif getattr(shape, "enum", None):
        assert value in shape.enum, f"{where} cannot be {value!r}: {shape.enum}"


def _has_type(value: object, name: str) -> bool:
    return isinstance(value, _TYPES[name])
