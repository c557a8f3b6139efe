"""Linter of commit messages and pull request titles. It reads them with the same reader as `shipit plan`.

>>> lint_message("feat : login", Rules.of())
(LintProblem(severity='warning', what='non-standard spelling', hint='it counts, but write `feat: login`'),)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from msgspec import Struct

from shipit.core import limits
from shipit.core.commits.header import skip_reason
from shipit.core.commits.prefix_cache import PrefixCache
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.read_all import read_commits
from shipit.core.commits.read_one import read_commit
from shipit.core.commits.readings import Reading
from shipit.core.commits.release_as import version_requests
from shipit.core.commits.rules import Rules
from shipit.core.commits.text.blocks import messages_in
from shipit.core.commits.text.message import (
    Commit,
    Unreadable,
    after_subject,
    header,
    normalize_message,
    parse_commit,
    subject,
)
from shipit.core.commits.text.release_message import is_release_subject, standard_subject
from shipit.core.redact import shortened
from shipit.core.versions import is_version, meant_version

# A header with the mark of a breaking change before the scope.
_EARLY_MARK = re.compile(r"(?P<type>[\w-]+)!(?P<scope>\([^()]+\))\s*[:：]\s*(?P<description>\S.*)")


class LintProblem(Struct, frozen=True):
    """One problem of a message: `what` is wrong, and `hint` is what to do; empty if there is nothing to do.

    The severity is "error" for a message or a requested version that cannot be read, else "warning".
    """

    severity: Literal["error", "warning"]
    what: str
    hint: str


class LintedCommit(Struct, frozen=True):
    """A commit with the problems of its message; `commit` is its full id, `subject` its first line."""

    commit: str
    subject: str
    problems: tuple[LintProblem, ...]


def lint_message(message: str, rules: Rules, packages: Collection[str] = ()) -> tuple[LintProblem, ...]:
    """Return the problems of a message; nothing if it has none.

    Args:
        message: a commit message, or the title of a pull request.
        rules: the known types and their aliases.
        packages: the names of the packages of the repository, which a `Release-As` footer can name.
    """
    commit = RawCommit("", (), "", 0, normalize_message(message))
    return tuple(_problems(commit.message, read_commit(commit, PrefixCache(rules)), rules, packages))


def lint_commits(
    commits: Iterable[RawCommit], rules: Rules, packages: Collection[str] = ()
) -> tuple[LintedCommit, ...]:
    """Return each of `commits` with its problems. Reverted and repeated commits have no errors, as in `shipit plan`.

    Args:
        commits: in the order of `git log`, newest first.
        rules: the known types and their aliases.
        packages: the names of the packages of the repository, which a `Release-As` footer can name.
    """
    listed = tuple(commits)
    return tuple(
        LintedCommit(
            commit.id,
            subject(commit.message),
            tuple(_problems(normalize_message(commit.message), reading, rules, packages)),
        )
        for commit, reading in zip(listed, read_commits(listed, rules).all, strict=True)
    )


def _problems(message: str, reading: Reading, rules: Rules, packages: Collection[str]) -> Iterator[LintProblem]:
    """Yield the problems of a message; it was read as `reading`."""
    messages = messages_in(message).all
    text = "\n\n".join(messages)
    if is_release_subject(standard_subject(text)):
        return
    if reason := skip_reason(text):
        yield LintProblem("warning", f"it would be ignored: {reason}", "change the message before it is merged")
        return
    if reading.outcome == "unreadable":
        yield _error(reading)
    elif rules.is_by_others(reading.reason) and isinstance(rules.parse(text), Unreadable):
        yield LintProblem(
            "warning", 'it has no known type, and counts only by `"*"` in `[bump]`', "write `type: description`"
        )
    if reading.release_as:
        yield from _footer_errors(message, packages)
    for each in messages:
        parsed = rules.parse(each)
        if isinstance(parsed, Commit) and (parsed.type in rules.known or reading.outcome != "counted"):
            yield from _header_warnings(each, parsed, rules)
    for warning in reading.warnings:
        what, _, hint = warning.partition("; ")
        yield LintProblem("warning", what, hint)


def _error(reading: Reading) -> LintProblem:
    line = reading.subject
    if early := _EARLY_MARK.fullmatch(line):
        return LintProblem("error", reading.reason, f"write `{early['type']}{early['scope']}!: {early['description']}`")
    prefix = line.rstrip(":： ") if line.endswith((":", "：")) else ""
    form = f"{prefix}: what it does" if prefix else "type: description"
    return LintProblem("error", reading.reason, f"write `{form}`, such as `fix: keep the session after a restart`")


def _footer_errors(message: str, packages: Collection[str]) -> Iterator[LintProblem]:
    """Yield an error for a `Release-As` footer with a wrong version, with which no release can be made.

    Of several footers for the same package, the last one decides.
    """
    last = {request.package: request for request in version_requests(message, packages)}
    for request in last.values():
        if not is_version(request.version):
            what = f"`{shortened(request.version, limits.QUOTED_TEXT)}` in `Release-As:` is not a version"
            meant = f"{request.package or ''} {meant_version(request.version)}".lstrip()
            yield LintProblem("error", what, f"write `Release-As: {meant}`" + _for_package(request.package, packages))


def _for_package(named: str | None, packages: Collection[str]) -> str:
    """Return the hint to name one of `packages`; empty if the footer names one, or if there are none."""
    names = ", ".join(f"`{name}`" for name in packages)
    return "" if named or not names else f", or name one of the packages {names} before the version"


def _header_warnings(text: str, parsed: Commit, rules: Rules) -> Iterator[LintProblem]:
    """Yield the warnings about the header of a message that follows the convention.

    Args:
        text: the message, without the blocks in it.
        parsed: the result of parsing `text`.
        rules: the known types and their aliases.
        packages: the names of the packages of the repository, which a `Release-As` footer can name.
    """
    line = subject(text)
    as_written = parse_commit(line, aliases={}, known=rules.known | rules.aliases.keys())  # keeps `feature`
    if isinstance(as_written, Commit) and header(as_written) != line:
        counts = "it counts, but " if rules.bump_of(parsed)[0] else ""
        tickets = ", ".join(f"`{footer.token}: {footer.value}`" for footer in as_written.footers)
        footers = f", and below it {tickets}" if tickets else ""
        yield LintProblem("warning", "non-standard spelling", f"{counts}write `{header(as_written)}`{footers}")
    if parsed.type not in rules.known:
        yield _unknown_type(parsed.type, rules)
    if after_subject(text).partition("\n")[0].strip():
        yield LintProblem(
            "warning", "the body follows the header without a blank line", "put a blank line between them"
        )


def _unknown_type(type: str, rules: Rules) -> LintProblem:
    import difflib

    similar = difflib.get_close_matches(type, sorted(rules.known), n=1)
    hint = f"did you mean `{similar[0]}`?" if similar else f"write one of {', '.join(sorted(rules.known))}"
    return LintProblem("warning", f"`{type}` is not a known type and releases nothing", hint)
