"""Rules that give each commit its bump.

>>> rules = Rules.of({"refactor": "patch", "docs(README)": "patch"})
>>> rules.bump_of(Commit("docs", "readme", "explain"))
(<Bump.PATCH: 1>, 'docs(README) → patch')
>>> rules.bump_of(Commit("refactor", None, "split", breaking=("split",)))
(<Bump.MAJOR: 3>, 'breaking change → major')
>>> rules.bump_of(Commit("docs", None, "explain"))
(<Bump.NONE: 0>, 'docs → no release')

The rule `*` is for every commit that no other rule is for, also one without a type:

>>> Rules.of({"*": "patch"}).bump_of(Commit("docs", None, "explain"))
(<Bump.PATCH: 1>, 'any other commit → patch')
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from shipit.core.commits.text.message import DEFAULT_ALIASES, KNOWN_TYPES, Commit, Unreadable, parse_commit
from shipit.core.versions import Bump
from shipit.errors import ConfigError

DEFAULT_BUMPS: Mapping[str, str] = {"feat": "minor", "fix": "patch", "perf": "patch", "revert": "patch"}

Rule = tuple[Bump, str]
# The rule of every other commit in `[bump]`, and the type of an entry of the notes without a known type.
OTHERS = "*"
_BREAKING: Rule = (Bump.MAJOR, "breaking change → major")
_KEY = re.compile(r"([^\W\d_][\w-]*)(?:\(([^()]+)\))?")


class Rules(Struct, frozen=True):
    """The bump of each type, or of a type in one scope. Made by `Rules.of`.

    Types and scopes are compared without regard to case (Conventional Commits 1.0.0, item 15).

    Attributes:
        table: the rule of each type and scope, in lower case; the scope is None for the rule of all scopes.
        aliases: other names of types, each with the type that it means.
        known: the types that have a rule or a known meaning.
        lenient: whether messages of a known type are read also in a non-standard spelling.
        breaking: more words that announce a breaking change like `BREAKING CHANGE`; all begin with `BREAKING`.
        others: the rule of every commit that no other rule is for; None if such commits release nothing.
    """

    table: Mapping[tuple[str, str | None], Rule]
    aliases: Mapping[str, str]
    known: frozenset[str]
    lenient: bool = True
    breaking: tuple[str, ...] = ()
    others: Rule | None = None

    @classmethod
    def of(
        cls,
        bump: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
        *,
        lenient: bool = True,
        breaking: tuple[str, ...] = (),
    ) -> Rules:
        """Return the default rules with those of the configuration added.

        Args:
            bump: none, patch, minor or major for each `type` or `type(scope)`, and for all others as `*`.
            aliases: other names of types, each with the type that it means.
            lenient: read messages of a known type also in a non-standard spelling.
            breaking: more words that announce a breaking change; all begin with `BREAKING`.

        Raises:
            ConfigError: if a key is not a type, or a value is not a bump.
        """
        own = {name.lower(): type.lower() for name, type in (aliases or {}).items()}
        names = _meanings({**DEFAULT_ALIASES, **own})
        words = dict(bump or {})
        others = _bump(OTHERS, words.pop(OTHERS, "none"))
        # The rules of a type itself come after those of its other names, and so take precedence.
        configured = sorted(words.items(), key=lambda rule: rule[0].partition("(")[0].strip().lower() not in names)
        # A usual type with another meaning takes its bump along, but never to a type that has a meaning of its own.
        renamed = {name: type for name, type in names.items() if type not in KNOWN_TYPES}
        table = dict(_rule(key, word, renamed) for key, word in DEFAULT_BUMPS.items())
        table |= dict(_rule(key, word, names) for key, word in configured)
        known = KNOWN_TYPES | {type for type, _ in table} | set(names.values())
        of_others = (others, f"any other commit → {others.name.lower()}") if others else None
        return cls(table, names, known, lenient, breaking, of_others)

    def parse(self, message: str) -> Commit | Unreadable:
        """Parse a message, with the known types, the aliases and the words for breaking changes of these rules."""
        if self.breaking and "BREAKING" in message:
            message = self._standard_footers(message)
        return parse_commit(message, aliases=self.aliases, known=self.known, lenient=self.lenient)

    def _standard_footers(self, message: str) -> str:
        """Return a message with `BREAKING CHANGE` in place of the other words that announce a breaking change."""
        words = "|".join(map(re.escape, sorted(self.breaking, key=len, reverse=True)))
        return re.sub(rf"(?m)^( {{0,3}}(?:[*-] +)?)(?:{words})(?= {{0,3}}[:：]| #)", r"\1BREAKING CHANGE", message)

    def bump_of(self, commit: Commit) -> Rule:
        """Return the bump of a commit, with the rule that gives it in words."""
        if commit.breaking:
            return _BREAKING
        rule = self.table.get((commit.type, commit.scope.lower())) if commit.scope else None
        rule = rule or self.table.get((commit.type, None)) or self.others
        return rule or (Bump.NONE, self._no_release(commit.type))

    def is_by_others(self, reason: str) -> bool:
        """Return whether `reason` is that of a commit that only the rule `*` is for."""
        return self.others is not None and reason == self.others[1]

    def _no_release(self, type: str) -> str:
        return f"{type} → no release" if type in self.known else f"{type} is not a known type"


def _meanings(aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the type that each alias means; an alias can mean another one.

    >>> _meanings({"story": "feature", "feature": "feat"})
    {'story': 'feat', 'feature': 'feat'}
    """
    found: dict[str, str] = {}
    for name in aliases:
        seen, type = dict[str, None](), name
        while type in aliases and type not in found and type not in seen:
            seen[type] = None
            type = aliases[type]
        found |= dict.fromkeys(seen, found.get(type, type))
    return found


def _rule(key: str, word: str, aliases: Mapping[str, str]) -> tuple[tuple[str, str | None], Rule]:
    match = _KEY.fullmatch(key.strip())
    if not match:
        raise ConfigError(
            f"`{key}` is not a commit type", where="bump", hint='write a type, or a type with a scope: "docs(README)"'
        )
    type, scope, bump = match[1].lower(), match[2], _bump(key, word)
    rule = f"{key} → {word.lower()}" if bump else f"{key} → no release"
    return (aliases.get(type, type), scope and scope.strip().lower()), (bump, rule)


def _bump(key: str, word: str) -> Bump:
    if word.upper() not in Bump.__members__:
        raise ConfigError(f"`{word}` is not a bump", where=f"bump.{key}", hint="write none, patch, minor or major")
    return Bump[word.upper()]
