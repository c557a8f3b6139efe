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

from typing import Any, NamedTuple

from shipit.config.keys import Key
from shipit.config.reading import advice
from shipit.config.reading.decode import Fault
from shipit.config.secrets import looks_secret
from shipit.config.targets import KIND

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
        for end in range(len(key), 0, -1):
            if source := self.written.get(key[:end]):
                return self.place(source + key[end:])
        return key

    def judges(self, key: Key) -> bool:
        """Return whether a fault at `key` is one also when the faults of `extends` are corrected."""
        return not (len(key) > 1 and key[0] == "environments" and key[1] in self.incomplete)


def extended(document: dict[str, Any]) -> Extended:
    """Return `document` with the values that its environments inherit. What is not a table stays as it is."""
    environments = document.get("environments")
    if not isinstance(environments, dict):
        return Extended(document, {}, [], set())
    merging = _Merging(environments)
    tables = {name: merging.resolved(name, ()) for name in environments}
    return Extended({**document, "environments": tables}, merging.written, merging.faults, merging.incomplete)


class _Merging:
    """The merge of the environments of one document."""

    def __init__(self, environments: dict[str, Any]) -> None:
        self.environments = environments
        self.written: dict[Key, Key] = {}
        self.faults: list[Fault] = []
        self.incomplete: set[str] = set()
        self._done: dict[str, Any] = {}

    def resolved(self, name: str, extending: tuple[str, ...]) -> Any:
        """Return the environment `name` with what it inherits; `extending` are those that lead to it."""
        if name not in self._done:
            self._done[name] = self._merged(name, (*extending, name))
        return self._done[name]

    def _merged(self, name: str, chain: tuple[str, ...]) -> Any:
        table = self.environments[name]
        base = table.get(EXTENDS) if isinstance(table, dict) else None
        if not isinstance(base, str) or looks_secret(base):  # there is none, or the check of all values reports it
            return table
        if fault := self._fault(base, chain):
            self.faults.append(fault)
            self.incomplete.update(chain)
            return table
        inherited = self.resolved(base, chain)
        if base in self.incomplete:
            self.incomplete.add(chain[-1])
        if not isinstance(inherited, dict):
            return table
        left_out = OWN | {_INSTEAD[key] for key in _INSTEAD.keys() & table.keys()}
        kept = {key: value for key, value in inherited.items() if key not in left_out}
        return self._table(table, kept, ("environments", name), ("environments", base))

    def _fault(self, base: str, chain: tuple[str, ...]) -> Fault | None:
        at = ("environments", chain[-1], EXTENDS)
        if base == chain[-1]:
            return Fault(at, f"environment `{base}` extends itself", f"remove `{EXTENDS}`")
        if base in chain:
            circle = ", which extends ".join(f"`{name}`" for name in (*chain[chain.index(base) + 1 :], base))
            hint = f"remove `{EXTENDS}` from one of them"
            return Fault(("environments", base, EXTENDS), f"environment `{base}` extends {circle}", hint)
        if base not in self.environments:
            others = [name for name in self.environments if name != chain[-1]]
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
                merged[key], self.written[(*at, key)] = value, (*source, key)
        return {**own, **merged}
