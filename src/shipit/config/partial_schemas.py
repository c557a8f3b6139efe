"""The JSON Schema of an environment that extends another: no key is required, because it can be inherited."""

from __future__ import annotations

from typing import Any

from shipit.config.reading.extends import EXTENDS

_REFERENCE = "#/$defs/"
_ENVIRONMENT = "EnvironmentConfig"


def add(definitions: dict[str, Any]) -> None:
    """Add the tables of extending environments to `definitions`, and let an environment be one of them.

    An editor completes the keys of the first schema of `allOf`; all other environments must also match the second one.
    """
    partial: dict[str, Any] = {}
    _add_table(_ENVIRONMENT, definitions, partial)
    definitions.update(partial)
    environments = definitions["Config"]["properties"]["environments"]
    complete = {"if": {"not": {"required": [EXTENDS]}}, "then": environments["additionalProperties"]}
    environments["additionalProperties"] = {"allOf": [_in_part(environments["additionalProperties"]), complete]}


def _add_table(name: str, definitions: dict[str, Any], partial: dict[str, Any]) -> None:
    """Add the table `name`, and the tables in it, to `partial`."""
    table = definitions[name]
    properties = {key: _in_part(schema) for key, schema in table["properties"].items()}
    partial[_partial(name)] = {**table, "properties": properties, "required": []}
    for inner in [each for schema in table["properties"].values() for each in _tables(schema)]:
        if _partial(inner) not in partial:
            _add_table(inner, definitions, partial)


def _in_part(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value whose tables can be written in part. A list is never merged, so it is complete."""
    part = {word: value for word, value in schema.items() if word != "discriminator"}
    if reference := schema.get("$ref"):
        part["$ref"] = _REFERENCE + _partial(reference.removeprefix(_REFERENCE))
    if options := schema.get("anyOf"):
        part["anyOf"] = [_in_part(option) for option in options]
    if isinstance(values := schema.get("additionalProperties"), dict):
        part["additionalProperties"] = _in_part(values)
    return part


def _tables(schema: dict[str, Any]) -> list[str]:
    """Return the names of the tables that can be the value of a key, or be in its table."""
    found = [reference.removeprefix(_REFERENCE)] if (reference := schema.get("$ref")) else []
    values = schema.get("additionalProperties")
    inner = [*schema.get("anyOf", ()), *([values] if isinstance(values, dict) else [])]
    return [*found, *(name for each in inner for name in _tables(each))]


def _partial(name: str) -> str:
    return f"Partial{name}"
