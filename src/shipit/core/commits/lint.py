"""Remarks on one commit message or pull request title.

>>> [(problem.severity, problem.hint) for problem in lint_message("feat : login", Rules.of())]
[('warning', 'write `feat: login`')]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from shipit.core.commits.header import is_merge, unfinished
from shipit.core.commits.message import Commit, Unreadable, after_subject, header, parse_commit, plain_text, subject
from shipit.core.commits.reverts import parse_revert
from shipit.core.commits.rules import Rules


class LintProblem(Struct, frozen=True):
    """One thing to say about a message; `hint` is an imperative. An "error" cannot be read at all."""

    severity: Literal["error", "warning"]
    what: str
    hint: str


def lint_message(message: str, rules: Rules) -> tuple[LintProblem, ...]:
    """What is wrong with a message, the worst first; nothing when it is fine."""
    text = plain_text(message)
    line = subject(text)
    if reason := unfinished(text):
        return (LintProblem("warning", f"it would be ignored: {reason}", "change that before it is merged"),)
    parsed = parse_commit(text, aliases=rules.aliases, known=rules.known)
    if isinstance(parsed, Commit):
        return tuple(_spelling(text, line, parsed, rules))
    if is_merge(line) or parse_revert(text):
        return ()
    return (_error(parsed),)


def _error(parsed: Unreadable) -> LintProblem:
    described = parsed.subject.rstrip(":： ") if parsed.subject.endswith((":", "：")) else ""
    form = f"{described}: what it does" if described else "type: description"
    return LintProblem("error", parsed.reason, f"write `{form}`, such as `fix: keep the session after a restart`")


def _spelling(text: str, line: str, parsed: Commit, rules: Rules) -> Iterator[LintProblem]:
    """Remarks on what was read leniently, or may mean something else than it says."""
    title = parse_commit(line, aliases={}, known=rules.known | rules.aliases.keys())
    if isinstance(title, Commit) and header(title) != line:
        yield LintProblem(
            "warning", "the header is not spelled as the specification has it", f"write `{header(title)}`"
        )
    if parsed.type not in rules.known:
        yield _unknown_type(parsed.type, rules)
    if after_subject(text).partition("\n")[0].strip():
        yield LintProblem(
            "warning", "the body follows the header without a blank line", "put a blank line between them"
        )
    for warning in parsed.warnings:
        what, _, hint = warning.partition("; ")
        yield LintProblem("warning", what, hint)


def _unknown_type(type: str, rules: Rules) -> LintProblem:
    import difflib

    near = difflib.get_close_matches(type, sorted(rules.known), n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"write one of {', '.join(sorted(rules.known))}"
    return LintProblem("warning", f"`{type}` is not a known type and releases nothing", hint)
