"""Titles that teams write in place of `type: description`, rewritten into this form where their meaning is clear.

A known type is the first word, or it is in the first brackets. Tickets can be before it, and one word in brackets, such
as the part of the project, which becomes the scope:

>>> def standard(title: str) -> str | None:
...     found = standard_title(title, {"feat": "feat", "fix": "fix", "hotfix": "fix"}.get)
...     return found and " ".join((found.header, *found.tickets))
>>> standard("[Feat] login"), standard("[feat/#12] login"), standard("[FEAT] #12 - login")
('feat: login', 'feat: login #12', 'feat: login #12')
>>> standard("#12 feat: login"), standard("[PROJ-42] feat: login"), standard("feat/#12: login")
('feat: login #12', 'feat: login PROJ-42', 'feat: login #12')
>>> standard("[BE] feat!: login"), standard("!HOTFIX: login")
('feat(BE)!: login', 'fix: login')

All other titles have no such form, for example those with another text in the brackets, or with two types:

>>> standard("[Release] v1.2"), standard("[Feat request] login"), standard("[Feat] fix: login"), standard("[Feat]")
(None, None, None, None)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from shipit.core.pattern import pattern

# Returns the type that a word in lower case means; None for a word that is not a known type.
TypeOf = Callable[[str], str | None]

# `#` has no meaning in these patterns except as itself, because it is always escaped.
_NUMBER = r"\#\d{1,9}"
_TICKET = rf"(?: {_NUMBER} | [A-Z][A-Z0-9]{{1,9}}-\d{{1,9}} )"
_WORD = r"[^\W\d_][\w-]{1,29}"
_TYPE = rf"""(?P<type> {_WORD} ) [ ]?
    (?: /?[ ]? (?P<ticket> {_TICKET} ) | \( (?P<scope> [^()\[\]\n]{{1,60}} ) \) | / (?P<part> {_WORD} ) )?
    (?P<mark> !? )"""
_GAP = r"(?: [ ]* (?: [:：] | -(?=[ ]) ) [ ]* | [ ]+ )"


def _pattern(text: str) -> re.Pattern[str]:
    return pattern(text, re.VERBOSE)


_EMOJI = _pattern(r"(?: (?: :[\w+-]{1,40}: | [^\x00-\x7f\w\s]{1,10} ) [ ]? ){0,5}")
_BRACKETS = _pattern(r"\[ [ ]? ( [^\[\]\n]{1,60} ) \] (?! \( (?!\#) ) [ ]{0,9}")  # and not a link
_TYPE_ALONE = _pattern(_TYPE)
_TICKET_ALONE = _pattern(_TICKET)
_WORD_ALONE = _pattern(_WORD)
_HEADER = _pattern(rf"{_TYPE} [ ]? [:：] (?![:：]) \s{{0,9}} (?P<description> \S.* )")
_TICKET_FIRST = _pattern(rf"(?P<ticket> {_TICKET} | \( {_NUMBER} \) ) {_GAP}")
_NUMBER_FIRST = _pattern(rf"[ ]{{0,9}} (?P<ticket> {_NUMBER} | [(\[] {_NUMBER} [)\]] ) {_GAP}")
_SEPARATOR = _pattern(r"(?P<mark> !? ) [ ]{0,9} (?: [:：-] [ ]{0,9} )?")

# Words in brackets that say something about the commit, and are no part of the project.
_REMARKS = frozenset(("wip", "draft", "merge", "revert", "reapply", "release", "backport"))


class StandardTitle(Struct, frozen=True):
    """The form `type(scope): description` of a title, and the tickets that it names, such as `#12` and `PROJ-42`."""

    header: str
    tickets: tuple[str, ...]


class _Typed(Struct):
    """The parts of a title that are found so far. `scope` is empty when there is none, and `mark` is `!` or empty."""

    type: str = ""
    scope: str = ""
    mark: str = ""
    tickets: tuple[str, ...] = ()

    def title(self, description: str) -> StandardTitle | None:
        scope = f"({self.scope})" if self.scope else ""
        header = f"{self.type}{scope}{self.mark}: {description.strip()}"
        return StandardTitle(header, self.tickets) if description.strip() else None

    def take(self, found: re.Match[str], type: str) -> None:
        """Add the parts that `_TYPE` found, which has the known type `type`."""
        self.type, self.mark = type, found["mark"]
        self.scope = found["scope"] or found["part"] or self.scope
        if self.scope and _TICKET_ALONE.fullmatch(self.scope):
            self.add_ticket(self.scope)
            self.scope = ""
        if found["ticket"]:
            self.add_ticket(found["ticket"])

    def add_ticket(self, written: str) -> None:
        self.tickets = (*self.tickets, written.strip("()[]"))


def standard_title(title: str, type_of: TypeOf) -> StandardTitle | None:
    """Return the standard form of a title that does not have it; None when its meaning is not clear.

    Args:
        title: the first line of a message.
        type_of: returns the type that a word means.
    """
    parts, rest = _Typed(), _without_emoji(title)
    if rest[:7].lower() == "!hotfix":  # a common name of the type, which does not mark a breaking change
        rest = rest[1:]
    for _ in range(3):
        if ticket := _TICKET_FIRST.match(rest):
            parts.add_ticket(ticket["ticket"])
            rest = rest[ticket.end() :]
        elif brackets := _BRACKETS.match(rest):
            inside, rest = _without_emoji(brackets[1]).rstrip(), rest[brackets.end() :]
            if typed := _typed(_TYPE_ALONE.fullmatch(inside), type_of):
                parts.take(*typed)
                return _after_brackets(parts, rest, type_of)
            if not _take_prefix(parts, inside):
                return None
    header = _typed(_HEADER.match(rest), type_of)
    if header is None:
        return None
    parts.take(*header)
    return parts.title(header[0]["description"])


def _without_emoji(text: str) -> str:
    found = _EMOJI.match(text)
    return text[found.end() :] if found else text


def _typed(found: re.Match[str] | None, type_of: TypeOf) -> tuple[re.Match[str], str] | None:
    """Return `found` with its known type; None when it has no known type, or when its scope is a type too."""
    type = type_of(found["type"].lower()) if found else None
    if found is None or type is None or (found["part"] and type_of(found["part"].lower())):
        return None
    return found, type


def _take_prefix(parts: _Typed, inside: str) -> bool:
    """Add the ticket or the part of the project in the brackets before a type; return False for any other text."""
    if _TICKET_ALONE.fullmatch(inside):
        parts.add_ticket(inside)
    elif not parts.scope and _WORD_ALONE.fullmatch(inside) and inside.lower() not in _REMARKS:
        parts.scope = inside
    else:
        return False
    return True


def _after_brackets(parts: _Typed, rest: str, type_of: TypeOf) -> StandardTitle | None:
    """Return the title with a type in brackets and the text `rest` after them; None when `rest` has another type."""
    separator = _SEPARATOR.match(rest)
    if separator:
        parts.mark, rest = parts.mark or separator["mark"], rest[separator.end() :]
    if number := _NUMBER_FIRST.match(rest):
        parts.add_ticket(number["ticket"])
        rest = rest[number.end() :]
    brackets = _BRACKETS.match(rest)
    if _typed(_HEADER.match(rest), type_of) or (brackets and _typed(_TYPE_ALONE.fullmatch(brackets[1]), type_of)):
        return None
    return parts.title(rest)
