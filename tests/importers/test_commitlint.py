from __future__ import annotations

from pathlib import Path

import pytest

from shipit.core import limits
from shipit.core.commits.message_rules import MessageRule
from shipit.errors import ConfigError
from shipit.importers import Commitlint, read_commitlint

RULE = MessageRule("type-enum", "error", True, ["feat", "fix"])


def read(files: dict[str, str]) -> Commitlint:
    found = read_commitlint(files.get)
    assert found
    return found


def left_out(found: Commitlint) -> dict[str, str]:
    return {each.key: each.why for each in found.keys if each.status != "taken"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("package.json", '{"name": "a", "commitlint": {"rules": {"type-enum": [2, "always", ["feat", "fix"]]}}}'),
        (".commitlintrc", '{"rules": {"type-enum": [2, "always", ["feat", "fix"]]}}'),
        (".commitlintrc", "rules:\n  type-enum: [2, always, [feat, fix]]\n"),
        (".commitlintrc.json", '{"rules": {"type-enum": [2, "always", ["feat", "fix"]]}}'),
        (".commitlintrc.yaml", "rules:\n  type-enum:\n    - 2\n    - always\n    - [feat, fix]\n"),
        (".commitlintrc.yml", "rules: {type-enum: [2, always, [feat, fix]]}\n"),
        (".commitlintrc.js", "module.exports = { rules: { 'type-enum': [2, 'always', ['feat', 'fix']] } };"),
        ("commitlint.config.js", "export default { rules: { 'type-enum': [2, 'always', ['feat', 'fix',],], }, };"),
        ("commitlint.config.cjs", "const types = ['feat', 'fix'];\nmodule.exports = { rules: { 'type-enum': [2, 'always', types] } }"),
        ("commitlint.config.mjs", "/** @type {x} */\nexport default {rules: {'type-enum': [2, `always`, [`feat`, `fix`]]}}"),
        ("commitlint.config.ts", "import type { UserConfig } from '@commitlint/types'\nconst c: UserConfig = { rules: { 'type-enum': [2, 'always', ['feat', 'fix']] } }\nexport default c"),
    ],
)  # fmt: skip
def test_the_rules_are_read_from_each_kind_of_file(file: str, text: str) -> None:
    found = read({file: text})
    assert (found.file, found.rules, left_out(found)) == (file, (RULE,), {})


def test_only_the_first_file_counts_as_in_commitlint() -> None:
    files = {"commitlint.config.js": "export default {}", "package.json": '{"commitlint": {"rules": {}}}'}
    assert read(files).file == "package.json"
    assert read_commitlint({"package.json": "{}"}.get) is None


@pytest.mark.parametrize("preset", ["@commitlint/config-conventional", "@commitlint/config-angular"])
def test_the_rules_of_a_known_package_are_taken_and_can_be_changed(preset: str) -> None:
    found = read(
        {".commitlintrc.yml": f"extends: ['{preset}']\nrules: {{header-max-length: [1, always, 50], type-case: [0]}}"}
    )
    rules = {rule.name: rule for rule in found.rules}
    assert rules["header-max-length"] == MessageRule("header-max-length", "warning", True, 50)
    assert "type-case" not in rules and "feat" in rules["type-enum"].value
    assert left_out(found).keys() == {"footer-leading-blank"}


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ('"extends": ["./base"]', "extends ./base"),
        ('"plugins": ["x"]', "plugins"),
        ('"parserPreset": "x"', "parserPreset"),
        ('"defaultIgnores": false', "defaultIgnores"),
        ('"new-key": 1', "new-key"),
        ('"rules": {"references-empty": [2, "never"]}', "references-empty"),
        ('"rules": {"type-enum": [2, "always", "feat"]}', "type-enum"),
        ('"rules": {"header-max-length": [2, "always", "72"]}', "header-max-length"),
        ('"rules": {"type-empty": [3, "never"]}', "type-empty"),
        ('"rules": {"type-empty": [2, "sometimes"]}', "type-empty"),
    ],
)
def test_everything_that_is_not_checked_has_a_reason(settings: str, key: str) -> None:
    found = read({".commitlintrc.json": f"{{{settings}}}"})
    assert found.rules == ()
    assert left_out(found)[key]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("const fs = require('fs'); fs.writeFileSync('executed', ''); module.exports = {}", "`require` is code"),
        ("import 'side-effect'; export default {}", "is code"),
        ("import { x } from 'y'; export default { rules: x() }", "`import` is code"),
        ("export default { ignores: [(message) => true] }", "is code"),
        ("export default { rules: `${process.exit()}` }", "is code"),
        ("x" * (limits.IMPORTED_FILE + 1), "larger than"),
    ],
)
def test_code_is_refused_with_the_command_that_converts_it_and_is_never_executed(
    text: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        read({"commitlint.config.js": text})
    assert what in caught.value.what
    assert not (tmp_path / "executed").exists()
    if "code" in what:
        assert (caught.value.hint or "").endswith("> .commitlintrc.json")


def test_aliases_that_repeat_values_very_often_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match="more than"):
        read({".commitlintrc.yml": "\n".join(lines)})
