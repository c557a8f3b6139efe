"""Linter of one commit message or pull request title.

>>> lint_message("feat : login", Rules.of())
(LintProblem(severity='warning', what='non-standard spelling', hint='it counts, but write `feat: login`'),)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from shipit.core.commits.header import is_merge, skip_reason
from shipit.core.commits.message import (
    Commit,
    Unreadable,
    after_subject,
    header,
    normalize_message,
    parse_commit,
    subject,
)
from shipit.core.commits.release_as import release_as
from shipit.core.commits.reverts import parse_revert
from shipit.core.commits.rules import Rules
from shipit.core.redact import shortened
from shipit.core.versions import is_version, meant_version

_MAX_QUOTE = 100  # characters of a wrong version that are quoted


class LintProblem(Struct, frozen=True):
    """One problem of a message: `what` is wrong, and `hint` is what to do.

    The severity is "error" for a message or a requested version that cannot be read, else "warning".
    """

    severity: Literal["error", "warning"]
    what: str
    hint: str


def lint_message(message: str, rules: Rules) -> tuple[LintProblem, ...]:
    """Return the problems of a message; nothing if it has none.

    Args:
        message: a commit message, or the title of a pull request.
        rules: the known types and their aliases.
    """
    text = normalize_message(message)
    line = subject(text)
    if reason := skip_reason(text):
        return (LintProblem("warning", f"it would be ignored: {reason}", "change the message before it is merged"),)
    parsed = parse_commit(text, aliases=rules.aliases, known=rules.known)
    footers = tuple(_footer_errors(text))
    if isinstance(parsed, Commit):
        return (*footers, *_warnings(text, line, parsed, rules))
    if is_merge(line) or parse_revert(text):
        return footers
    return (_error(parsed), *footers)


def _error(parsed: Unreadable) -> LintProblem:
    prefix = parsed.subject.rstrip(":： ") if parsed.subject.endswith((":", "：")) else ""
    form = f"{prefix}: what it does" if prefix else "type: description"
    return LintProblem("error", parsed.reason, f"write `{form}`, such as `fix: keep the session after a restart`")


def _footer_errors(text: str) -> Iterator[LintProblem]:
    """Yield an error if the version in the `Release-As` footer is not one; no release could be made then."""
    requested = release_as(text)
    if requested is not None and not is_version(requested):
        what = f"`{shortened(requested, _MAX_QUOTE)}` in `Release-As:` is not a version"
        yield LintProblem("error", what, f"write `Release-As: {meant_version(requested)}`")


def _warnings(text: str, line: str, parsed: Commit, rules: Rules) -> Iterator[LintProblem]:
    """Yield the warnings about a message that can be read.

    Args:
        text: the whole message.
        line: its header as it was written.
        parsed: the result of parsing `text`.
    """
    as_written = parse_commit(line, aliases={}, known=rules.known | rules.aliases.keys())  # keeps `feature`
    if isinstance(as_written, Commit) and header(as_written) != line:
        counts = "it counts, but " if rules.bump_of(parsed)[0] else ""
        yield LintProblem("warning", "non-standard spelling", f"{counts}write `{header(as_written)}`")
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

    similar = difflib.get_close_matches(type, sorted(rules.known), n=1)
    hint = f"did you mean `{similar[0]}`?" if similar else f"write one of {', '.join(sorted(rules.known))}"
    return LintProblem("warning", f"`{type}` is not a known type and releases nothing", hint)
