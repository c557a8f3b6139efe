"""The descriptions and the examples of the schema, from which `make generate` writes docs/configuration.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shipit.config.load import parse_config
from shipit.config.schema import json_schema
from shipit.core.commits.rules import DEFAULT_BUMPS
from shipit.core.commits.text.message import DEFAULT_ALIASES

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
DEFINITIONS = json_schema()["$defs"]


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
