"""Expressions of workflows and variables of shells, replaced where their values are known.

>>> expanded("acme/${{ env.NAME }}:${{ github.sha }}", {"env.NAME": "shop", "github.sha": "{sha}"})
'acme/shop:{sha}'
>>> expanded("$NAME:${GITHUB_SHA::7} ${{ secrets.X }}", {"env.NAME": "shop", "env.GITHUB_SHA": "{sha}"})
'shop:{sha} ${{ secrets.X }}'
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_EXPRESSION = re.compile(r"\$\{\{\s*+([\w.\[\]'-]++)\s*+\}\}")
_SPACES = re.compile(r"\$\{\{([^{}\n]*)\}\}")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::(?:0?:)?\d+|#[^{}$]*|%[^{}$]*)?\}|(\w+))")
_COMMANDS = (
    (re.compile(r"\$\(\s*git rev-parse(?: --short(?:=\d+)?)?(?: HEAD)?\s*\)"), "{sha}"),
    (re.compile(r"\$\(\s*echo \"?\$\{?(\w+)\}?\"? *\| *cut -c *1?-\d+\s*\)"), r"$\1"),
)

Scope = Mapping[str, str]
"""The known values: `env.NAME`, `github.sha` and so on."""


def github_scope(address: str | None) -> dict[str, str]:
    """Return the values of GitHub, as placeholders of shipit; `address` is the repository, such as `acme/shop`."""
    scope = {
        "github.sha": "{sha}",
        "github.ref_name": "{branch}",
        "env.GITHUB_SHA": "{sha}",
        "env.GITHUB_REF_NAME": "{branch}",
    }
    if address:
        address = address.lower()  # as the name of an image must be
        owner, _, name = address.partition("/")
        scope |= {"github.repository": address, "github.repository_owner": owner, "github.event.repository.name": name}
        scope |= {"env.GITHUB_REPOSITORY": address, "env.GITHUB_REPOSITORY_OWNER": owner}
    return scope


def expanded(text: str, scope: Scope) -> str:
    """Return `text` with the values that are known; others stay as they are."""
    for pattern, replacement in _COMMANDS:
        text = pattern.sub(replacement, text)
    text = _EXPRESSION.sub(lambda found: scope.get(found[1], found[0]), text)
    return _VARIABLE.sub(lambda found: scope.get(f"env.{found[1] or found[2]}", found[0]), text)


def without_spaces(text: str) -> str:
    """Return `text` with each expression as one word."""
    return _SPACES.sub(lambda found: "${{" + found[1].replace(" ", "") + "}}", text)


def with_spaces(text: str) -> str:
    """Return `text` with expressions as people write them."""
    return _SPACES.sub(lambda found: f"${{{{ {found[1].strip()} }}}}", text)


def is_known(text: str) -> bool:
    """Return whether a text has no expression and no variable left."""
    return "$" not in text and "`" not in text
