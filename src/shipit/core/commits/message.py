"""Reading one commit message (Conventional Commits 1.0.0).

>>> parse_commit("feat(api)!: drop v1")
Commit(type='feat', scope='api', description='drop v1', body='', footers=(), breaking=('drop v1',), warnings=())

Known types are read even where the spelling is a little off, for their meaning is beyond doubt; others are not:

>>> parse_commit("Feat : 로그인").description
'로그인'
>>> parse_commit("Notice : 로그인").reason
'`notice` is not a known type, so it must be written exactly `notice: 로그인`'
>>> parse_commit("feat:")
Unreadable(subject='feat:', reason='`feat:` has no description')
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from shipit.core.commits.footers import Footer as Footer
from shipit.core.commits.footers import look_alikes, split_footers

KNOWN_TYPES = frozenset(("feat", "fix", "perf", "revert", "docs", "style", "refactor", "test", "build", "ci", "chore"))
DEFAULT_ALIASES: Mapping[str, str] = {"feature": "feat", "bugfix": "fix", "hotfix": "fix"}


class Commit(Struct, frozen=True):
    """A message that follows the convention.

    `type` is lower case with aliases resolved; `breaking` holds one text per breaking change
    (the description itself where only `!` says so); `warnings` are remarks for plan and lint.
    """

    type: str
    scope: str | None
    description: str
    body: str = ""
    footers: tuple[Footer, ...] = ()
    breaking: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Unreadable(Struct, frozen=True):
    """A message that does not follow the convention, and why."""

    subject: str
    reason: str


_EMOJI = "\u00a9\u00ae\u200d\u203c-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
# Quantifiers that never give back (`*+`) keep hostile messages linear.
_HEADER = re.compile(
    rf"""[\s\ufeff]*+
    (?P<emoji> (?: (?: :[\w+-]++: | [{_EMOJI}]++ ) [^\S\n]*+ )*+ )
    (?P<type> [^\W\d_][\w-]*+ )
    (?P<gap> [^\S\n]*+ )
    (?: \( (?P<scope> [^()\n]*+ ) \) )?
    (?P<mark> !? )
    (?P<colon> [^\S\n]*+ [:：] (?![:：]) [^\S\n]*+ )
    (?P<description> [^\n]*+ )""",
    re.VERBOSE,
)
_MERGED = re.compile(r"Merge pull request #(\d+) ")
# All that the header skips: white space of every kind, and the byte order mark.
_BLANK = (
    "\ufeff\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001"
    "\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def parse_commit(
    message: str | bytes, *, aliases: Mapping[str, str] = DEFAULT_ALIASES, known: frozenset[str] = KNOWN_TYPES
) -> Commit | Unreadable:
    """Read one message. Never raises, whatever the text; takes time linear in its length.

    >>> parse_commit("fix(auth): keep the session (#12)").scope
    'auth'

    Args:
        message: the whole message; bytes are taken as UTF-8, with U+FFFD for what is not.
        aliases: other names of types, lower case, with the type each one means.
        known: the types that may be spelled leniently.
    """
    text = plain_text(message)
    match = _HEADER.match(text)
    if match is None:
        return _unreadable(text)
    emoji, written, gap, scope, mark, colon, description = match.groups()
    type = written.lower()
    type = aliases.get(type, type)
    description = description.rstrip()
    if not description:
        return Unreadable(subject(text), f"`{subject(text)}` has no description")
    if (emoji or gap or colon != ": ") and type not in known:
        exact = header(Commit(type, scope, description, breaking=(mark,) if mark else ()))
        return Unreadable(subject(text), f"`{type}` is not a known type, so it must be written exactly `{exact}`")
    scope = (scope and scope.strip()) or None
    rest = text[match.end() :].strip()
    if rest:
        return _with_body(type, scope, description, mark, rest)
    return Commit(type, scope, description, "", (), (description,) if mark else ())


def _with_body(type: str, scope: str | None, description: str, mark: str, rest: str) -> Commit:
    body, footers = split_footers(rest)
    breaking = tuple(footer.value or description for footer in footers if footer.breaking)
    if mark and not breaking:
        breaking = (description,)
    return Commit(type, scope, description, body, footers, breaking, look_alikes(rest))


def _unreadable(text: str) -> Unreadable:
    line = subject(text)
    return Unreadable(line, "it does not begin with `type: description`" if line else "the message is empty")


def plain_text(message: str | bytes) -> str:
    """The message as text whose lines end in LF."""
    text = message if isinstance(message, str) else message.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def subject(message: str) -> str:
    """The first line that is not blank, as written."""
    return message.lstrip(_BLANK).partition("\n")[0].rstrip()


def after_subject(message: str) -> str:
    """What follows the subject, as written."""
    return message.lstrip(_BLANK).partition("\n")[2]


def pull_request(subject: str) -> str | None:
    """The number of the pull request: a trailing `(#12)`, or in GitHub's own subject of a merge."""
    if number := _numbered(subject)[1]:
        return number
    merged = _MERGED.match(subject)
    return merged[1] if merged else None


def without_number(subject: str) -> str:
    """The subject without the `(#12)` that GitHub adds.

    >>> without_number("feat: x (#12)")
    'feat: x'
    """
    return _numbered(subject)[0]


def _numbered(subject: str) -> tuple[str, str]:
    """What stands before a trailing `(#12)`, and its digits; the subject itself and nothing where there is none."""
    if subject.endswith(")"):
        before, mark, number = subject[:-1].rpartition("(#")
        if mark and number.isdecimal():
            return before.rstrip(), number
    return subject, ""


def header(commit: Commit) -> str:
    """The first line of a commit, as the specification spells it.

    >>> header(Commit("feat", "api", "drop v1", breaking=("drop v1",)))
    'feat(api)!: drop v1'
    """
    scope = f"({commit.scope})" if commit.scope else ""
    return f"{commit.type}{scope}{'!' if commit.breaking else ''}: {commit.description}"
