"""Parser of one commit message (Conventional Commits 1.0.0).

>>> parse_commit("feat(api)!: drop v1")
Commit(type='feat', scope='api', description='drop v1', body='', footers=(), breaking=('drop v1',), warnings=())

A header with a known type is accepted also in a non-standard spelling, because its meaning is clear. A header with
an unknown type must have exactly the spelling of the specification:

>>> parse_commit("Feat : 로그인").description, parse_commit("[Feat] 로그인").description
('로그인', '로그인')
>>> parse_commit("Notice : 로그인").reason
'`notice` is not a known type, so it must be written exactly `notice: 로그인`'
>>> parse_commit("feat:")
Unreadable(subject='feat:', reason='`feat:` has no description')
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.commits.text.footers import Footer as Footer
from shipit.core.commits.text.footers import breaking_lookalikes, might_mention_breaking, split_footers

KNOWN_TYPES = frozenset(("feat", "fix", "perf", "revert", "docs", "style", "refactor", "test", "build", "ci", "chore"))
DEFAULT_ALIASES: Mapping[str, str] = {"feature": "feat", "bugfix": "fix", "hotfix": "fix"}


class Commit(Struct, frozen=True):
    """A parsed message that follows the convention.

    Attributes:
        type: in lower case; an alias is replaced by the type it means.
        breaking: one text for each breaking change; the description if only `!` marks the commit as breaking.
        warnings: shown by `shipit plan` and `shipit lint`.
    """

    type: str
    scope: str | None
    description: str
    body: str = ""
    footers: tuple[Footer, ...] = ()
    breaking: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Unreadable(Struct, frozen=True):
    """A message that does not follow the convention, with the reason in words."""

    subject: str
    reason: str


_EMOJI = "\u00a9\u00ae\u200d\u203c-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
# Possessive quantifiers (`*+`) never backtrack, so that also a hostile message is parsed in linear time.
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
# A header in the spelling of the specification, with a type in lower case: the common case, parsed faster.
_STANDARD_HEADER = re.compile(r"([a-z]++)(?:\(([^()\n]*+)\))?(!?): (\S[^\n]*+)")
_MERGED = re.compile(r"Merge pull request #(\d+) ")
# The characters that may be above and before the header: every white space, and the byte order mark.
_BLANKS = (
    "\ufeff\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001"
    "\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def parse_commit(
    message: str | bytes,
    *,
    aliases: Mapping[str, str] = DEFAULT_ALIASES,
    known: frozenset[str] = KNOWN_TYPES,
    lenient: bool = True,
) -> Commit | Unreadable:
    """Parse one message. Never raises, for any text; takes time linear in its length.

    >>> parse_commit("fix(auth): keep the session (#12)").scope
    'auth'

    Args:
        message: the whole message; bytes are decoded as UTF-8, and invalid ones become U+FFFD.
        aliases: other names of types, in lower case, each with the type that it means.
        known: the types that are accepted also in a non-standard spelling.
        lenient: accept non-standard spellings.
    """
    text = normalize_message(message)
    match = _STANDARD_HEADER.match(text)
    if match is None:
        return _parse_other_spelling(text, aliases, known, lenient)
    type, scope, mark, description = match.groups()
    return _commit(aliases.get(type, type), scope, mark, description.rstrip(), text[match.end() :].strip())


def _parse_other_spelling(
    text: str, aliases: Mapping[str, str], known: frozenset[str], lenient: bool
) -> Commit | Unreadable:
    match = _HEADER.match(text)
    if match is None:
        return (_by_title(text, aliases, known) if lenient else None) or _unreadable(text)
    emoji, spelled_type, gap, scope, mark, colon, description = match.groups()
    type = spelled_type.lower()
    type = aliases.get(type, type)
    description = description.rstrip()
    if not description:
        return Unreadable(subject(text), f"`{subject(text)}` has no description")
    if (emoji or gap or colon != ": ") and not (lenient and type in known):
        standard = header(Commit(type, scope, description, breaking=(mark,) if mark else ()))
        reason = "`lenient` is false" if type in known else f"`{type}` is not a known type"
        return Unreadable(subject(text), f"{reason}, so it must be written exactly `{standard}`")
    return _commit(type, scope, mark, description, text[match.end() :].strip())


def _commit(type: str, scope: str | None, mark: str, description: str, rest: str) -> Commit:
    """Return the commit with a header of these parts, above the text `rest`."""
    scope = (scope and scope.strip()) or None
    breaking: tuple[str, ...] = (description,) if mark else ()
    if not rest:
        return Commit(type, scope, description, "", (), breaking)
    body, footers = split_footers(rest)
    warnings: tuple[str, ...] = ()
    if might_mention_breaking(rest):
        breaking = tuple(footer.value or description for footer in footers if footer.breaking) or breaking
        warnings = breaking_lookalikes(rest)
    return Commit(type, scope, description, body, footers, breaking, warnings)


def _by_title(text: str, aliases: Mapping[str, str], known: frozenset[str]) -> Commit | None:
    """Return the commit of a message whose title has a type in another form, such as `[Feat] login`; else None.

    Its tickets become footers. `revert` is not read like this, because the text after it names another commit.
    """

    def type_of(word: str) -> str | None:
        type = aliases.get(word, word)
        return type if type in known and type != "revert" else None

    first_word = subject(text).partition(" ")[0]
    if first_word.isalpha() and type_of(first_word.lower()) is None:  # such as `Merge`, in nearly every repository
        return None
    from shipit.core.commits.text.lenient import standard_title  # loading it takes time

    title = standard_title(subject(text), type_of)
    if title is None:
        return None
    parsed = parse_commit(f"{title.header}\n{after_subject(text)}", aliases=aliases, known=known, lenient=False)
    tickets = (Footer("Refs", ticket) for ticket in title.tickets)
    return replace(parsed, footers=(*parsed.footers, *tickets)) if isinstance(parsed, Commit) else None


def _unreadable(text: str) -> Unreadable:
    line = subject(text)
    return Unreadable(line, "it does not begin with `type: description`" if line else "the message is empty")


def normalize_message(message: str | bytes) -> str:
    """Return the message as text whose lines end with LF; bytes are decoded as UTF-8."""
    text = message if isinstance(message, str) else message.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def subject(message: str) -> str:
    """Return the first line that is not blank, without white space at its end."""
    return message.lstrip(_BLANKS).partition("\n")[0].rstrip()


def after_subject(message: str) -> str:
    """Return the lines below the subject, unchanged."""
    return message.lstrip(_BLANKS).partition("\n")[2]


def pull_request(subject: str) -> str | None:
    """Return the number of the pull request that a subject names, else None.

    It is the number in `(#12)` at the end, or in GitHub's subject of a merge, `Merge pull request #12 from …`.
    """
    if number := _split_number(subject)[1]:
        return number
    merged = _MERGED.match(subject)
    return merged[1] if merged else None


def without_number(subject: str) -> str:
    """Return the subject without the `(#12)` that GitHub adds at its end.

    >>> without_number("feat: x (#12)")
    'feat: x'
    """
    return _split_number(subject)[0]


def _split_number(subject: str) -> tuple[str, str]:
    """Return the text before a `(#12)` at the end, and its digits; without one, the subject and an empty text."""
    if subject.endswith(")"):
        before, mark, number = subject[:-1].rpartition("(#")
        if mark and number.isdecimal():
            return before.rstrip(), number
    return subject, ""


def header(commit: Commit) -> str:
    """Return the header of a commit in the spelling of the specification.

    >>> header(Commit("feat", "api", "drop v1", breaking=("drop v1",)))
    'feat(api)!: drop v1'
    """
    scope = f"({commit.scope})" if commit.scope else ""
    return f"{commit.type}{scope}{'!' if commit.breaking else ''}: {commit.description}"
