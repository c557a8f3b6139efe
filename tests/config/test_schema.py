from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shipit.config.load import parse_config
from shipit.config.schema import json_schema
from shipit.errors import ConfigError

# A configuration with nearly every key.
SAMPLE = """\
[release]
branches = ["main", "1.x", { name = "next", prerelease = "beta" }]
tag = "v{version}"
version-files = ["build.gradle", { path = "build.gradle", paths = ["openapi3.version"] }]
prepare = ["./gradlew build testDocs"]
write-back = "push"
assets = ["build/libs/*.jar"]

[bump]
refactor = "patch"
"docs(README)" = "patch"

[changelog]
file = "CHANGELOG.md"
template = "default"
language = "ko"

[environments.dev]
branch = "dev"
build = ["./gradlew build testDocs"]
image = { name = "maskun2/quiet-chatter-dev", tags = ["latest", "{branch}-{sha}"] }

[environments.prod]
branch = "prod"
build = ["./gradlew build -x test openapi3"]
image = { name = "maskun2/quiet-chatter", tags = ["latest", "{version}", "{major}.{minor}"], context = ".", dockerfile = "Dockerfile", platforms = ["linux/amd64"] }

[[environments.prod.deploy]]
kind = "blue-green"
health = { path = "/health", json = { status = "UP" } }
container = { port = 3000, cpus = 1.5, keep = "running" }
"""

WRONG = [
    "relase = 1",
    "[release]\nversion_files = []",
    "[release]\ntag = 'v'",
    "[release]\ntag = 'v{version}{version}'",
    "[release]\nbranch = 5",
    "[release]\nbranch = '-x'",
    "[release]\nbranches = []",
    "[release]\nbranches = [{ prerelease = 'beta' }]",
    "[release]\nbranches = [{ name = 'next', prerelease = 'be ta' }]",
    "[release]\nbranches = [{ name = 'old', range = '1' }]",
    "[release]\nversion-files = [{ path = 'a', paht = 'b' }]",
    "[release]\nprepare = 'make'",
    "[release]\nprepare-timeout = 0",
    "[release]\nwrite-back = 'pr'",
    "[release]\nassets = ['../x']",
    "[release]\nsnapshot = 'true'",
    "[release]\ninitial-version = '1.0'",
    "[release]\nauthor = 'me'",
    "[release]\nremote = ''",
    "[bump]\nfeat = 'huge'",
    "[bump]\n'feat:' = 'major'",
    "[commits.aliases]\n'new feature' = 'feat'",
    "[changelog]\ntemplate = ''",
    "[changelog]\nlanguage = 'de'",
    "[environments.dev.image]\ntags = []",
    "[[environments.dev.deploy]]\nurl = 'x'",
    "[[environments.dev.deploy]]\nkind = 'watchtower'",
    "[environments.dev.deploy]\nkind = 'blue-green'",
    "[environments.dev.deploy]\nkind = 'blue-green'\nhealth = 'x'",
    "[environments.dev.deploy]\nkind = 'blue-green'\nhealth = 'none'\nbake = 5",
    "[environments.dev.deploy]\nkind = 'blue-green'\nhealth = 'none'\nslots = { blue = 70000 }",
    "[environments.dev.deploy]\nkind = 'blue-green'\nhealth = 'none'\nnginx = { fil = '/x' }",
    "[packages.api]\ntag = 'v{version}'",
    "[packages.api]\npath = 'a'\npaths = ['a', 'b']",
    "[packages.api]\npaths = []",
    "[packages.'a b']\npath = 'a'",
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def test_the_entry_for_schemastore_has_the_name_of_the_schema() -> None:
    entry = json.loads((Path(__file__).parents[2] / "docs/schemastore.json").read_text("utf-8"))
    assert (entry["url"], entry["fileMatch"]) == (json_schema()["$id"], ["shipit.toml"])


def test_the_schema_is_a_valid_json_schema() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"] and schema["title"] == "shipit.toml"


def test_the_schema_and_shipit_accept_the_sample(validator: Draft202012Validator) -> None:
    parse_config(SAMPLE)
    validator.validate(tomllib.loads(SAMPLE))


@pytest.mark.parametrize("text", WRONG)
def test_the_schema_refuses_what_shipit_refuses(validator: Draft202012Validator, text: str) -> None:
    with pytest.raises(ConfigError):
        parse_config(text)
    assert not validator.is_valid(tomllib.loads(text))


def test_no_table_accepts_an_unknown_key() -> None:
    assert all(table["additionalProperties"] is False for table in json_schema()["$defs"].values())


def test_the_schema_has_no_null_and_no_python_names() -> None:
    text = json.dumps(json_schema())
    assert '"null"' not in text and "null" not in [part.strip() for part in text.split(":")]
    assert all("_" not in key for table in json_schema()["$defs"].values() for key in table["properties"])


@given(st.text("a-@./{lock}", min_size=1, max_size=8))
def test_a_branch_name_is_accepted_only_where_git_accepts_it(name: str) -> None:
    known = subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"]).returncode == 0
    try:
        parse_config(f"release.branch = {json.dumps(name)}")
    except ConfigError:
        return
    assert known


def texts(schema: dict[str, Any], path: str = "", seen: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the schema of each text in the configuration, with its place."""
    if (name := schema.get("$ref", "").rpartition("/")[2]) and name not in seen:
        yield from texts(json_schema()["$defs"][name], path, (*seen, name))
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from texts(each, path, seen)
    inner = {**schema.get("properties", {}), "*": schema.get("additionalProperties"), "0": schema.get("items")}
    for key, each in inner.items():
        if isinstance(each, dict):
            yield from texts(each, f"{path}.{key}", seen)
    if schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
        yield path, schema


def test_no_text_that_becomes_an_argument_of_a_program_can_have_a_nul() -> None:
    found = list(texts(json_schema()))
    without_pattern = {path for path, schema in found if "pattern" not in schema}
    assert {path.rpartition(".")[0].rpartition(".")[2] for path in without_pattern} <= {"json"}  # values of the app
    for path, schema in found:
        accepted = [
            text for text in (*schema.get("examples", ()), "a", "R <a@b.c>", "{version}") if isinstance(text, str)
        ]
        for text in accepted if path not in without_pattern else ():
            if re.search(schema["pattern"], text):
                spoiled = (f"{text[:at]}\0{text[at:]}" for at in range(len(text) + 1))
                assert not any(re.search(schema["pattern"], each) for each in spoiled), path
