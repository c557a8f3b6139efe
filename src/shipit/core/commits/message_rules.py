"""Rules of a team for the form of commit messages, in the words of commitlint: they decide no version.

>>> rule = MessageRule("type-enum", "error", True, ["feat", "fix"])
>>> [problem.what for problem in broken_rules("docs(api): explain", [rule])]
['`type-enum`: the type must be one of `feat`, `fix`']
>>> broken_rules("Merge branch 'dev'", [rule])
()

A rule is the name of a part of the message and of a check, such as `header-max-length`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from shipit.core.commits.header import is_merge
from shipit.core.commits.lint import LintProblem
from shipit.core.commits.text.cases import has_case
from shipit.core.commits.text.message import normalize_message
from shipit.core.commits.text.release_message import is_release_subject, standard_subject

_EXTENSIONS = ("", ".json", ".yaml", ".yml", ".js", ".cjs", ".mjs", ".ts")
# The files of commitlint beside `package.json`, in the order in which it looks for them; the first one counts.
COMMITLINT_FILES = (
    *(f".commitlintrc{extension}" for extension in _EXTENSIONS),
    *(f"commitlint.config{extension}" for extension in _EXTENSIONS[4:]),
)
# The header as commitlint reads it.
_HEADER = re.compile(r"(?P<type>[A-Za-z0-9_]*)(?:\((?P<scope>.*?)\))?(?P<mark>!?): (?P<subject>.*)")
# The headers that commitlint requires nothing of, besides merges.
_NOT_MEANT = re.compile(
    r"(?:fixup|squash|amend)!|[Rr]e(?:vert|apply) |Merged |Automatic merge|Auto-merged "
    r"|(?:chore(?:\([^)]+\))?: )?v?\d+\.\d+\.\d+\S*\s*$"
)
_FOOTER = re.compile(r"(?:BREAKING CHANGE|[\w-]+)(?:: | #)")
_URL = re.compile(r"\bhttps?://\S")

# The text of a part of the message, and the value of the rule.
_Check = Callable[[str, Any], bool]


class MessageRule(Struct, frozen=True):
    """A rule for messages; `required` is False if its check must fail, as in "never empty"."""

    name: str
    severity: Literal["error", "warning"]
    required: bool = True
    value: Any = None


def broken_rules(message: str, rules: Iterable[MessageRule]) -> tuple[LintProblem, ...]:
    """Return a problem for each of `rules` that `message` breaks.

    Nothing is required of merges, reverts of git, release commits, and commits such as `fixup!` that are not meant to
    stay.
    """
    text = normalize_message(message)
    header = text.partition("\n")[0]
    if is_release_subject(standard_subject(text)) or is_merge(header) or _NOT_MEANT.match(header):
        return ()
    parts = _parts(text)
    return tuple(_problem(rule) for rule in rules if not _holds(rule, parts))


def is_checked(name: str) -> bool:
    """Return whether there is a check for the rule `name`."""
    part, _, check = name.partition("-")
    return name in _WHOLE or (part in _PARTS and check in _CHECKS and (part, check) not in _NO_PAIRS)


def _holds(rule: MessageRule, parts: Mapping[str, str]) -> bool:
    part, _, check = rule.name.partition("-")
    if rule.name in _WHOLE:
        return _WHOLE[rule.name](parts["message"], rule.value) is rule.required
    text = parts[part]
    if not text and check != "empty":
        return True
    if check == "case" and not _is_cased(text):
        return True
    if part == "scope" and check in ("enum", "case"):
        return all(_CHECKS[check](each, rule.value) is rule.required for each in re.split(r"[/\\,] ?", text))
    return _CHECKS[check](text, rule.value) is rule.required


def _parts(text: str) -> dict[str, str]:
    """Return the parts of a message by their names; a part that is missing is empty."""
    header, _, rest = text.partition("\n")
    found = _HEADER.match(header)
    named = {name: (found[name] or "") if found else "" for name in ("type", "scope", "subject", "mark")}
    lines = rest.strip("\n").split("\n")
    start = next((at for at, line in enumerate(lines) if _FOOTER.match(line)), len(lines))
    body, footer = ("\n".join(each).strip() for each in (lines[:start], lines[start:]))
    return {**named, "header": header, "body": body, "footer": footer, "message": text}


def _is_cased(text: str) -> bool:
    """Return whether `text` begins with a letter that has another form in upper or lower case: no letter of Korean."""
    return text[0].lower() != text[0].upper()


def _is_trimmed(text: str, value: Any) -> bool:
    header = text.partition("\n")[0]
    return header == header.strip()


def _has_blank_line(text: str, value: Any) -> bool:
    _, _, rest = text.partition("\n")
    return not rest.strip() or rest.startswith("\n")


def _has_mark(text: str, value: Any) -> bool:
    return _parts(text)["mark"] == "!"


def _has_line(text: str, value: Any) -> bool:
    return any(line.startswith(str(value)) for line in text.splitlines())


def _short_lines(text: str, value: Any) -> bool:
    return all(len(line) <= value or _URL.search(line) for line in text.splitlines())


def _in_case(text: str, value: Any) -> bool:
    return any(has_case(text, str(name)) for name in (value if isinstance(value, list) else [value]))


_PARTS = ("type", "scope", "subject", "header", "body", "footer")
_CHECKS: Mapping[str, _Check] = {
    "enum": lambda text, value: not value or text in value,
    "case": _in_case,
    "empty": lambda text, value: not text.strip(),
    "max-length": lambda text, value: len(text) <= value,
    "min-length": lambda text, value: len(text) >= value,
    "max-line-length": _short_lines,
    "full-stop": lambda text, value: text.endswith(str(value)),
}
# The rules about the message as a whole.
_WHOLE: Mapping[str, _Check] = {
    "header-trim": _is_trimmed,
    "body-leading-blank": _has_blank_line,
    "subject-exclamation-mark": _has_mark,
    "signed-off-by": lambda text, value: _has_line(text, value),
    "trailer-exists": lambda text, value: _has_line(text, value),
}
# Combinations that commitlint does not have.
_NO_PAIRS = {(part, "enum") for part in ("subject", "header", "body", "footer")}


def _problem(rule: MessageRule) -> LintProblem:
    part, _, check = rule.name.partition("-")
    subject, end = f"the {part}", _ENDS.get(check)
    if rule.name in _WHOLE:
        subject, end = _WHOLE_SENTENCES[rule.name]
    must = "must" if rule.required else "must not"
    what = f"`{rule.name}`: {subject} {must} {(end or '').format(_listed(rule.value))}"
    return LintProblem(rule.severity, what, "change the message, or the rule in the settings of commitlint")


def _listed(value: Any) -> str:
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    return ", ".join(f"`{each}`" if isinstance(each, str) else str(each) for each in values)


# The ends of the sentences about a broken rule; `{}` is the value of the rule.
_ENDS = {
    "enum": "be one of {}",
    "case": "be in {}",
    "empty": "be empty",
    "max-length": "have at most {} characters",
    "min-length": "have at least {} characters",
    "max-line-length": "have only lines of at most {} characters",
    "full-stop": "end with {}",
}
_WHOLE_SENTENCES = {
    "header-trim": ("the header", "be without white space at its ends"),
    "body-leading-blank": ("the body", "have a blank line above it"),
    "subject-exclamation-mark": ("the header", "have `!` before its colon"),
    "signed-off-by": ("the message", "have a line that begins with {}"),
    "trailer-exists": ("the message", "have a line that begins with {}"),
}
