"""Promises of all importers in the registry, on the fixtures in the test of each tool. Without fixtures a test fails."""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from importers.reading import Fixture, imported, statuses

from shipit.config.load import parse_config
from shipit.core.versions import Version
from shipit.errors import ConfigError
from shipit.importers import IMPORTERS, Imported, RepositoryFacts, places, read_settings
from shipit.importers.document import read_document
from shipit.plan.adoption.toml import toml_text

FIXTURES: dict[str, list[Fixture]] = {
    tool: importlib.import_module(f"importers.tools.test_{tool.replace('-', '_')}").FIXTURES for tool in IMPORTERS
}
EACH = [pytest.param(tool, fixture, id=f"{tool}-{fixture.name}") for tool in FIXTURES for fixture in FIXTURES[tool]]

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def read(tool: str, fixture: Fixture) -> Imported:
    found = imported(fixture.files, tags=fixture.tags, last=fixture.last)
    assert found.tool == tool
    return found


@pytest.mark.parametrize("tool", FIXTURES)
def test_each_tool_has_at_least_ten_fixtures(tool: str) -> None:
    assert len(FIXTURES[tool]) >= 10


@pytest.mark.parametrize(("tool", "fixture"), EACH)
def test_each_key_becomes_what_the_fixture_says(tool: str, fixture: Fixture) -> None:
    found = read(tool, fixture)
    assert (statuses(found), plain(found.settings)) == (fixture.keys, fixture.settings)


@pytest.mark.parametrize(("tool", "fixture"), EACH)
def test_shipit_accepts_the_settings(tool: str, fixture: Fixture) -> None:
    parse_config(toml_text(read(tool, fixture).settings))


@pytest.mark.parametrize(("tool", "fixture"), EACH)
def test_each_key_without_a_counterpart_or_with_a_decision_has_a_reason(tool: str, fixture: Fixture) -> None:
    unexplained = [key for key in read(tool, fixture).keys if key.status not in ("taken", "default already")]
    assert [key.key for key in unexplained if not key.why] == []


@pytest.mark.parametrize("tool", FIXTURES)
def test_a_value_of_another_type_is_reported_or_refused_and_never_a_crash(
    tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fixture in FIXTURES[tool]:
        for path, text in fixture.files.items():
            if path in {place.partition(": ")[0] for place in IMPORTERS[tool].places} and not path.startswith("build."):
                values = read_document(path, text if isinstance(text, str) else json.dumps(text))
                for changed in mutants(values):
                    monkeypatch.setattr(places, "read_document", lambda path, text, changed=changed: changed)
                    with contextlib.suppress(ConfigError):
                        read_settings(RepositoryFacts(fixture.texts.get, "main", fixture.tags, Version(0, 3)))


def mutants(values: Any) -> Iterator[Any]:
    """Yield `values` with one value replaced by one of another type, for each value in it."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in items:
        for other in (None, 7, "x", ["x"], {"x": 7}, [{"x": 7}], *mutants(value)):
            changed = values.copy()
            changed[key] = other
            yield changed


@pytest.mark.parametrize(("tool", "place"), [(tool, place) for tool in IMPORTERS for place in IMPORTERS[tool].places])
def test_a_hostile_file_is_refused_and_nothing_in_it_is_executed(tool: str, place: str, tmp_path: Path) -> None:
    path, _, table = place.partition(": ")
    texts = hostile(path, table, tmp_path / "executed")
    for kind, text in texts.items():
        refuses(path, kind, text)
    assert not (tmp_path / "executed").exists()


def refuses(path: str, kind: str, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        imported({path: text})
    assert (refused.value.where, refused.value.state) == (path, "nothing was changed")
    assert kind != "code" or f'import("./{path}")' in str(refused.value.hint)


def hostile(path: str, table: str, marker: Path) -> dict[str, str]:
    """Return the texts that a reader of the file `path` must refuse, by kind."""
    named = " ".join(table.split("."))  # a table is only looked for in a file with its name
    large = {"large": f"# {named}" + "x" * (10 << 20)}
    if path.startswith("build.gradle"):  # any other text is a script
        return large
    texts = {**large, "invalid": f"{{ {named}: ["}
    if path.endswith((".js", ".cjs", ".mjs", ".ts")):
        texts["code"] = f"require('fs').writeFileSync('{marker}', '');\nmodule.exports = {{}}"
        texts["deep"] = f"module.exports = {'[' * 100_000}"
    elif path.endswith(".json"):
        texts["deep"] = "[" * 100_000 + named
    elif path.endswith(".toml"):
        texts["deep"] = f"a = {'[' * 100_000} # {named}"
    else:
        texts["bomb"] = f"# {named}\n{BOMB}"
        texts["deep"] = f"a: {'[' * 1000} # {named}"
    cp949 = "기능".encode("cp949").decode("utf-8", "surrogateescape")  # as files are read
    if path.endswith(".toml"):
        return {**texts, "cp949": f"# {named} {cp949}"}
    begin = "export default " if path.endswith((".js", ".cjs", ".mjs", ".ts")) else ""
    halves = {"half a character": f'{begin}{{"{named}": "\\ud83d"}}', "cp949": f'{begin}{{"{named}": "{cp949}"}}'}
    return texts | halves


def plain(values: Any) -> Any:
    """Return settings as plain dictionaries."""
    return {key: plain(value) for key, value in values.items()} if hasattr(values, "items") else values
