"""The JSON Schema of the configuration, for editors. It is made from the types and the descriptions of the model."""

from __future__ import annotations

from typing import Any

import msgspec

from shipit.config import partial_schemas
from shipit.config.model import Config
from shipit.config.table import KIND

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The name of the schema, which stays the same in all versions; `docs/schemastore.json` has it too.
ID = "https://json.schemastore.org/shipit.json"
# The tables that need exactly one of several keys; `config.rules` has the same rule.
_ONE_OF = {"PackageConfig": ("path", "paths")}


def json_schema() -> dict[str, Any]:
    """Return the schema of shipit.toml (JSON Schema 2020-12)."""
    schema = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Config)))  # turns tuples into lists
    values = {name: schema["$defs"].pop(name)["enum"] for name in _enumerations(schema["$defs"])}
    for definition in schema["$defs"].values():
        del definition["title"]  # the name of a Python class
        definition["properties"] = {
            key: _plain(_spelled_out(_described(key, value), values)) for key, value in definition["properties"].items()
        }
    for name, keys in _ONE_OF.items():
        schema["$defs"][name]["oneOf"] = [{"required": [key]} for key in keys]
    partial_schemas.add(schema["$defs"])
    return {"$schema": DIALECT, "$id": ID, "title": "shipit.toml", **schema}


def _enumerations(definitions: dict[str, Any]) -> list[str]:
    return [name for name, definition in definitions.items() if "enum" in definition]


def _described(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key, with the description of `kind`, which no field of the model has."""
    return {"description": "The kind of the target.", **schema} if key == KIND else schema


def _spelled_out(key: dict[str, Any], values: dict[str, list[str]]) -> dict[str, Any]:
    """Return the schema of a key with the values of its enumeration, if it has one, instead of a reference."""
    name = key.get("$ref", "").rpartition("/")[2]
    if name not in values:
        return key
    return {"enum": values[name], **{word: value for word, value in key.items() if word != "$ref"}}


def _plain(key: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key without null, which TOML does not have, and without empty defaults."""
    options = [option for option in key.get("anyOf", ()) if option != {"type": "null"}]
    merged = {**key, "anyOf": options}
    if len(options) < 2:
        del merged["anyOf"]
        merged = {**(options[0] if options else {}), **merged}  # the key's own words come before those of its type
    if merged.get("default") in (None, [], {}) or "$ref" in merged:
        merged.pop("default", None)
    return merged
