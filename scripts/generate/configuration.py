"""The tables of keys in `docs/configuration.md`: the JSON Schema, which is the model, as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from shipit.config.schema import json_schema

_MARK = re.compile(r"<!-- The rest of this page is written by [^\n]*-->\n")
_DEFINITIONS = json_schema()["$defs"]


def keys(text: str) -> str:
    """Return the page with its tables of keys, which are all that follows the mark."""
    (mark,) = _MARK.finditer(text)
    return text[: mark.end()] + _reference()


def _reference() -> str:
    """Return the reference: each kind of table once, under all the headers that it can have."""
    headers: dict[str, list[str]] = {}
    for header, name in _tables("Config", ()):
        headers.setdefault(name, []).append(header)
    sections = [_rendered("The file", "Config"), *(_rendered(_title(name, headers[name]), name) for name in headers)]
    return "".join(f"{line}\n" for section in sections for line in section)


def _title(name: str, headers: list[str]) -> str:
    """Return the headers of a table, each once, after the kind of a target."""
    entries = (f"an entry of `{header[:-2]}`" if header.endswith("[]") else f"`[{header}]`" for header in headers)
    titles = ", ".join(dict.fromkeys(entries))
    kinds = _DEFINITIONS[name]["properties"].get("kind", {}).get("enum", ())
    return f"A target of the kind `{kinds[0]}`: {titles}" if len(kinds) == 1 else titles[0].upper() + titles[1:]


def _tables(name: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the header and the name of the definition of each table, outer tables first."""
    for key, schema in _DEFINITIONS[name]["properties"].items():
        for inner, at in _inner_tables(schema, (*path, key)):
            yield ".".join(at), inner
            yield from _tables(inner, at)


def _inner_tables(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2], path
    for option in (*schema.get("anyOf", ()), *(each.get("then", {}) for each in schema.get("allOf", ()))):
        yield from _inner_tables(option, path)
    for child, suffix in (("items", "[]"), ("additionalProperties", ".<name>")):
        if isinstance(schema.get(child), dict):
            yield from _inner_tables(schema[child], (*path[:-1], path[-1] + suffix))


def _rendered(title: str, name: str) -> Iterator[str]:
    yield f"\n### {title}\n\n{_DEFINITIONS[name]['description']}\n"
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    for key, schema in _DEFINITIONS[name]["properties"].items():
        default = "required" if key in _DEFINITIONS[name]["required"] else _written(schema.get("default"))
        yield f"| `{key}` | {_value(schema)} | {default} | {schema['description']}{_example(schema)} |"


def _value(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_value, schema["anyOf"])))
    if "enum" in schema:
        return ", ".join(_written(choice) for choice in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_value(schema['items'])}"
    return {"string": "string", "boolean": "`true`, `false`", "integer": "whole number", "number": "number"}.get(
        str(schema.get("type")), "table"
    )


def _written(value: object) -> str:
    return "" if value is None else f"`{_toml(value)}`"


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key_text(key)} = {_toml(item)}' for key, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def _key_text(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key) else json.dumps(key)


def _example(schema: dict[str, Any]) -> str:
    examples = [item for item in schema.get("examples", ()) if item != schema.get("default")]
    return f" For example {_written(examples[0])}." if examples else ""
