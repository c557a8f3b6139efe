r"""Writer of `shipit.toml`.

>>> print(toml_text({"release": {"tag": "{version}", "branches": ["main", {"name": "next", "prerelease": "beta"}]}}))
[release]
tag = "{version}"
branches = ["main", { name = "next", prerelease = "beta" }]
<BLANKLINE>
>>> print(toml_text({"packages": {"web": {"path": "apps/web"}}}))
[packages.web]
path = "apps/web"
<BLANKLINE>
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipit.config.keys import toml_key, toml_string
from shipit.importers import ProposedTarget


def toml_text(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the text of a configuration with these tables."""
    texts = (_tables(name, table) for name, table in tables.items() if table)
    return "\n".join(texts)


def deploy_table(environment: str) -> str:
    """Return the name of the table of the target of an environment."""
    return f"environments.{toml_key(environment)}.deploy"


def proposal_text(proposal: ProposedTarget) -> str:
    """Return a target as a comment that says what is left to decide; empty if nothing is."""
    if not proposal.undecided:
        return ""
    sentence = f"{proposal.place} deploys. To let shipit do it, remove the `#` from the table below, after this:"
    todo = (f"* {each}" for each in proposal.undecided)
    table = _table(deploy_table(proposal.environment), proposal.settings).splitlines()
    return "".join(f"{line}\n" for line in ("", *(f"# {line}" for line in (sentence, *todo, *table))))


def _tables(name: str, table: Mapping[str, Any]) -> str:
    """Return a table and the tables in it, each with a header of its own."""
    inner = {f"{name}.{toml_key(key)}": value for key, value in table.items() if isinstance(value, Mapping)}
    own = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    texts = [_table(name, own)] if own else []
    return "\n".join((*texts, *(_table(key, value) for key, value in inner.items())))


def _table(name: str, table: Mapping[str, Any]) -> str:
    lines = (f"{toml_key(key)} = {_value(value)}\n" for key, value in table.items())
    return f"[{name}]\n{''.join(lines)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{toml_key(key)} = {_value(each)}' for key, each in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, int) else toml_string(str(value))
