"""The environments that extend another: each gets the values that it does not write itself.

Tables are merged key by key, at every depth. Any other value replaces the inherited one: a list as a whole, too. Three
rules keep the result what was meant: the keys in `OWN` belong to one environment and are never inherited; a target of
another `kind` has other keys, so it replaces the inherited target; `image` and `images` replace each other.

>>> prod = {"branch": "prod", "image": {"name": "acme/shop", "tags": ["latest"]}}
>>> staging = {"extends": "prod", "branch": "staging", "image": {"tags": ["staging"]}}
>>> merged = extended({"environments": {"prod": prod, "staging": staging}}).document
>>> merged["environments"]["staging"]["image"]
{'tags': ['staging'], 'name': 'acme/shop'}
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from shipit.config.keys import Key
from shipit.config.reading import advice
from shipit.config.reading.decode import Fault
from shipit.config.secrets import looks_secret
from shipit.config.table import KIND
from shipit.core import limits

EXTENDS = "extends"
# The keys that are not inherited: another environment with the same value would work on the wrong branch or address.
OWN = frozenset(("branch", "from", "promote", "promote-verified", "url", EXTENDS))
_INSTEAD = {"image": "images", "images": "image"}


class Extended(NamedTuple):
    """A document with the inherited values, the place where each of them was written, and the faults of `extends`.

    `incomplete` are the environments that miss values because of these faults.
    """

    document: dict[str, Any]
    written: dict[Key, Key]
    faults: list[Fault]
    incomplete: set[str]

    def place(self, key: Key) -> Key:
        """Return the key path at which the value at `key` was written."""
        return _place(key, self.written)

    def judges(self, key: Key) -> bool:
        """Return whether a fault at `key` is one also when the faults of `extends` are corrected."""
        return not (len(key) > 1 and key[0] == "environments" and key[1] in self.incomplete)


def extended(document: dict[str, Any]) -> Extended:
    """Return `document` with the values that its environments inherit. What is not a table stays as it is."""
    environments = document.get("environments")
    if not isinstance(environments, dict):
        return Extended(document, {}, [], set())
    merging = _Merging(environments)
    for name in environments:
        merging.resolve(name)
    tables = {name: merging.resolved[name] for name in environments}
    return Extended({**document, "environments": tables}, merging.written, merging.faults, merging.incomplete)


def _place(key: Key, written: dict[Key, Key]) -> Key:
    """Return the key path at which the value at `key` was written; `written` leads from key paths to earlier ones."""
    while True:
        for end in range(len(key), 0, -1):
            if source := written.get(key[:end]):
                key = source + key[end:]
                break
        else:
            return key


class _Merging:
    """The merge of the environments of one document; `resolved` are those that have the values that they inherit."""

    def __init__(self, environments: dict[str, Any]) -> None:
        self.environments = environments
        self.written: dict[Key, Key] = {}
        self.faults: list[Fault] = []
        self.incomplete: set[str] = set()
        self.resolved: dict[str, Any] = {}

    def resolve(self, name: str) -> None:
        """Give the environment `name` the values that it inherits, and before it each one that it extends.

        A chain of environments can be longer than the stack of Python, so this does not call itself.
        """
        chain: dict[str, str | None] = {}  # each with the one that it extends
        following: str | None = name
        while following is not None and following not in self.resolved:
            last, chain[following] = following, None
            following = chain[last] = self._base(last, chain)
        for each, base in reversed(chain.items()):
            self.resolved[each] = self._merged(each, base)

    def _base(self, name: str, chain: Collection[str]) -> str | None:
        """Return the environment that `name` extends, the last of `chain`; None if there is none, or it is wrong."""
        table = self.environments[name]
        base = table.get(EXTENDS) if isinstance(table, dict) else None
        if not isinstance(base, str) or looks_secret(base):  # there is none, or the check of all values reports it
            return None
        if fault := self._fault(name, base, chain):
            self.faults.append(fault)
            self.incomplete.update(chain)
            return None
        return base

    def _merged(self, name: str, base: str | None) -> Any:
        table = self.environments[name]
        if base is None:
            return table
        if base in self.incomplete:
            self.incomplete.add(name)
        inherited = self.resolved[base]
        if not isinstance(inherited, dict):
            return table
        left_out = OWN | {_INSTEAD[key] for key in _INSTEAD.keys() & table.keys()}
        kept = {key: value for key, value in inherited.items() if key not in left_out}
        return self._table(table, kept, ("environments", name), ("environments", base))

    def _fault(self, name: str, base: str, chain: Collection[str]) -> Fault | None:
        at = ("environments", name, EXTENDS)
        if base == name:
            return Fault(at, f"environment `{base}` extends itself", f"remove `{EXTENDS}`")
        if base in chain:
            hint = f"remove `{EXTENDS}` from one of them"
            what = f"environment `{base}` extends {_circle(base, [*chain])}"
            return Fault(("environments", base, EXTENDS), what, hint)
        if base not in self.environments:
            others = [each for each in self.environments if each != name]
            hint = advice.for_choice(base, others) if others else f"add `[environments.{base}]`"
            return Fault(at, f"there is no other environment `{base}`", hint)
        return None

    def _table(self, own: dict[str, Any], inherited: dict[str, Any], at: Key, source: Key) -> dict[str, Any]:
        """Return the table `own` at the path `at` with the values of `inherited`, which is at the path `source`."""
        if own.get(KIND, inherited.get(KIND)) != inherited.get(KIND):
            return own
        merged = {}
        for key, value in inherited.items():
            mine = own.get(key)
            if isinstance(mine, dict) and isinstance(value, dict):
                merged[key] = self._table(mine, value, (*at, key), (*source, key))
            elif key not in own:
                merged[key], self.written[(*at, key)] = value, _place((*source, key), self.written)
        return {**own, **merged}


def _circle(base: str, chain: Sequence[str]) -> str:
    """Return the environments of a circle after `base`, which is in `chain`; of a long circle the first."""
    others = [f"`{name}`" for name in chain[chain.index(base) + 1 :]]
    if len(others) <= limits.LISTED_NAMES:
        return ", which extends ".join((*others, f"`{base}`"))
    first = ", which extends ".join(others[: limits.LISTED_NAMES])
    return f"{first} and {len(others) - limits.LISTED_NAMES:,} more, which lead back to `{base}`"
