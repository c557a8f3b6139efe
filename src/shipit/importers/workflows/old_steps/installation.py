"""Commands that install a release tool and its plugins, and nothing else.

>>> [installs_release_tool(command) for command in ("npm i -g semantic-release@24 @semantic-release/git", "npm i vite")]
[True, False]
"""

from __future__ import annotations

import re

_INSTALL = re.compile(
    r"(?:sudo +)?(?:npm +(?:-\S+ +)*(?:i|install|add)|(?:yarn|pnpm|bun) +(?:global +)?(?:add|install|i)"
    r"|(?:python3? +-m +)?pip3? +install|pipx +install|uv +(?:tool|pip) +install|cargo +install) +(?P<packages>\S.*)"
)
_PACKAGE = re.compile(
    r"(?:@semantic-release/[\w.-]+|(?:[\w.@-]{1,64}[/-])?semantic-release(?:-[\w.-]+)?|@google/semantic-release-[\w.-]+"
    r"|conventional-changelog(?:-[\w.-]+)?|standard-version|commit-and-tag-version|release-please|commitizen|git-cliff"
    r"|knope)(?:(?:@|[=~<>!]=?)\S*)?"
)


def installs_release_tool(command: str) -> bool:
    """Return whether a command installs only release tools and their plugins."""
    found = _INSTALL.fullmatch(command.strip())
    if found is None:
        return False
    packages = [word.strip("\"'") for word in found["packages"].split() if not word.startswith("-")]
    return bool(packages) and all(map(_PACKAGE.fullmatch, packages))
