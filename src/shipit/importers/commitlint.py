"""The rules of commitlint, for `shipit lint`. They are read from the file of the team, and nothing of it is executed.

>>> found = read_commitlint({".commitlintrc.yml": "rules: {type-enum: [2, always, [feat, fix]], x: [1]}"}.get)
>>> [rule.name for rule in found.rules], [(key.key, key.why) for key in found.keys if key.status != "taken"]
(['type-enum'], [('x', 'shipit has no check for it')])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from shipit.core.commits.message_rules import COMMITLINT_FILES, MessageRule, is_checked
from shipit.importers.keys import as_list
from shipit.importers.model import ImportedKey
from shipit.importers.places import read_first

_TYPES = ["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"]
_CASES = ["sentence-case", "start-case", "pascal-case", "upper-case"]
_COMMON: Mapping[str, list[Any]] = {
    "type-case": [2, "always", "lower-case"],
    "type-empty": [2, "never"],
    "type-enum": [2, "always", _TYPES],
    "subject-empty": [2, "never"],
    "subject-full-stop": [2, "never", "."],
    "subject-case": [2, "never", _CASES],
    "body-leading-blank": [1, "always"],
}
# The rules of the packages in `extends` that shipit knows, as they were in their version 20.
_PRESETS: Mapping[str, Mapping[str, list[Any]]] = {
    "@commitlint/config-conventional": {
        **_COMMON,
        "header-max-length": [2, "always", 100],
        "header-trim": [2, "always"],
        "body-max-line-length": [2, "always", 100],
        "footer-leading-blank": [1, "always"],
        "footer-max-line-length": [2, "always", 100],
    },
    "@commitlint/config-angular": {
        **_COMMON,
        "type-enum": [2, "always", [each for each in _TYPES if each != "chore"]],
        "scope-case": [2, "always", "lower-case"],
        "subject-exclamation-mark": [2, "never"],
        "header-max-length": [2, "always", 72],
        "footer-leading-blank": [1, "always"],
    },
}
_NO_COUNTERPART = {
    "footer-leading-blank": "shipit reads a footer with or without a blank line above it",
    "plugins": "plugins are code",
    "parserPreset": "shipit reads headers by its own rules",
    "formatter": "shipit prints problems in its own form",
    "ignores": "the functions are code",
    "helpUrl": "shipit prints a hint with each problem",
    "prompt": "shipit does not ask for the parts of a message",
}
# The values of rules that have one by default.
_DEFAULTS = {"subject-full-stop": ".", "header-full-stop": ".", "signed-off-by": "", "trailer-exists": ""}


class Commitlint(Struct, frozen=True):
    """The rules in `file`, and each of its keys with what became of it."""

    file: str
    rules: tuple[MessageRule, ...]
    keys: tuple[ImportedKey, ...]


def read_commitlint(read: Callable[[str], str | None]) -> Commitlint | None:
    """Return the rules of commitlint; None if the repository does not use it.

    Args:
        read: returns the text of a file by its path; None if there is no such file.

    Raises `ConfigError` for a file that cannot be read, such as one with code.
    """
    place = read_first(read, ["package.json: commitlint", *COMMITLINT_FILES])
    if place is None:
        return None
    file, values = place
    found = _Reading(file)
    for preset in as_list(values.get("extends")):
        found.extend(str(preset))
    for key in values.keys() - {"extends", "rules", "defaultIgnores"}:
        found.leave_out(key, _NO_COUNTERPART.get(key, "shipit has nothing like it"))
    if values.get("defaultIgnores") is False:
        found.leave_out("defaultIgnores", "shipit requires nothing of merges, reverts and `fixup!`")
    rules = values.get("rules")
    found.values.update({str(name): value for name, value in rules.items()} if isinstance(rules, dict) else {})
    return found.commitlint()


class _Reading:
    """The rules that are read so far, by name; a later one replaces an earlier one."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] = {}
        self.keys: list[ImportedKey] = []

    def leave_out(self, key: str, why: str) -> None:
        self.keys.append(ImportedKey(key, "no counterpart", "", why))

    def extend(self, preset: str) -> None:
        if preset not in _PRESETS:
            self.leave_out(f"extends {preset}", f"shipit knows only the rules of {' and '.join(_PRESETS)}")
        self.values.update(_PRESETS.get(preset, {}))

    def commitlint(self) -> Commitlint:
        made = [rule for name, value in self.values.items() if (rule := self._rule(name, value))]
        return Commitlint(self.file, tuple(made), tuple(self.keys))

    def _rule(self, name: str, value: Any) -> MessageRule | None:
        """Return the rule `name`; None, with the reason in `keys`, if it is not checked; None if it is switched off."""
        level, applies, wanted = (*(value if isinstance(value, list) else [value]), None, None, None)[:3]
        wanted = _DEFAULTS.get(name) if wanted is None else wanted
        if level == 0:
            return None
        if name in _NO_COUNTERPART or not is_checked(name):
            self.leave_out(name, _NO_COUNTERPART.get(name, "shipit has no check for it"))
        elif level not in (1, 2) or applies not in (None, "always", "never") or not _fits(name, wanted):
            self.leave_out(name, "it has a value that shipit cannot read")
        else:
            self.keys.append(ImportedKey(name, "taken"))
            return MessageRule(name, "error" if level == 2 else "warning", applies != "never", wanted)
        return None


def _fits(name: str, value: Any) -> bool:
    """Return whether the rule `name` can have the value."""
    if name.endswith("-length"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name.endswith("-enum"):
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if name.endswith(("-case", "-full-stop", "-exists", "signed-off-by")):
        return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
    return True
