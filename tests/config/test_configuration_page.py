"""docs/configuration.md has the descriptions of the schema. `SHIPIT_ACCEPT=1` writes the page from the schema."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shipit.config.load import parse_config
from shipit.config.schema import json_schema
from shipit.core.commits.message import DEFAULT_ALIASES
from shipit.core.commits.rules import DEFAULT_BUMPS

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
MARK = re.compile(r"<!-- The rest of this page is written from the schema.*-->\n")
ACCEPT = "SHIPIT_ACCEPT" in os.environ  # read before the tests clear the variables
DEFINITIONS = json_schema()["$defs"]


def reference() -> str:
    """Return the reference: each kind of table once, under all the headers that it can have."""
    headers: dict[str, list[str]] = {}
    for header, name in tables("Config", ()):
        headers.setdefault(name, []).append(header)
    sections = [rendered("The file", "Config"), *(rendered(titles(headers[name]), name) for name in headers)]
    return "".join(f"{line}\n" for section in sections for line in section)


def titles(headers: list[str]) -> str:
    titles = [f"an entry of `{header[:-2]}`" if header.endswith("[]") else f"`[{header}]`" for header in headers]
    return ", ".join([titles[0][0].upper() + titles[0][1:], *titles[1:]])


def tables(name: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the header and the name of the definition of each table, outer tables first."""
    for key, schema in DEFINITIONS[name]["properties"].items():
        for inner, at in inner_tables(schema, (*path, key)):
            yield ".".join(at), inner
            yield from tables(inner, at)


def inner_tables(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2], path
    for option in schema.get("anyOf", ()):
        yield from inner_tables(option, path)
    for child, suffix in (("items", "[]"), ("additionalProperties", ".<name>")):
        if isinstance(schema.get(child), dict):
            yield from inner_tables(schema[child], (*path[:-1], path[-1] + suffix))


def rendered(title: str, name: str) -> Iterator[str]:
    yield f"\n### {title}\n\n{DEFINITIONS[name]['description']}\n"
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    for key, schema in DEFINITIONS[name]["properties"].items():
        default = "required" if key in DEFINITIONS[name]["required"] else written(schema.get("default"))
        yield f"| `{key}` | {value(schema)} | {default} | {schema['description']}{example(schema)} |"


def value(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(value(option) for option in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(written(choice) for choice in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {value(schema['items'])}"
    return {"string": "string", "boolean": "`true`, `false`", "integer": "whole number"}.get(
        schema.get("type", ""), "table"
    )


def written(value: object) -> str:
    return "" if value is None else f"`{toml(value)}`"


def toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key_text(key)} = {toml(item)}' for key, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def key_text(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key) else json.dumps(key)


def example(schema: dict[str, Any]) -> str:
    examples = [item for item in schema.get("examples", ()) if item != schema.get("default")]
    return f" For example {written(examples[0])}." if examples else ""


def test_the_page_is_the_same_as_the_schema() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (mark,) = MARK.finditer(text)
    if ACCEPT:
        PAGE.write_text(text[: mark.end()] + reference(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8")[mark.end() :] == reference()


def test_the_examples_on_the_page_are_valid() -> None:
    samples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert samples
    for sample in samples:
        parse_config(sample)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_table_and_every_key_is_described(name: str) -> None:
    assert DEFINITIONS[name]["description"]
    for key, schema in DEFINITIONS[name]["properties"].items():
        assert schema["description"].endswith("."), key


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_example_in_the_schema_is_valid(name: str) -> None:
    for schema in DEFINITIONS[name]["properties"].values():
        for item in schema.get("examples", ()):
            Draft202012Validator({**schema, "$defs": DEFINITIONS}).validate(item)


def test_the_descriptions_list_the_default_aliases_and_bumps() -> None:
    aliases = DEFINITIONS["CommitsConfig"]["properties"]["aliases"]["description"]
    assert re.findall(r"`(\w+)` = `(\w+)`", aliases) == list(DEFAULT_ALIASES.items())
    bump = DEFINITIONS["Config"]["properties"]["bump"]["description"]
    assert "`feat` minor; `fix`, `perf` and `revert` patch" in bump
    assert DEFAULT_BUMPS == {"feat": "minor", "fix": "patch", "perf": "patch", "revert": "patch"}
