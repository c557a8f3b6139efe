"""uv.lock: the version of the project it stands beside, which uv wants to equal that of pyproject.toml.

>>> FORMAT.read('[[package]]\\nname = "app"\\nversion = "1.2.3"\\nsource = { editable = "." }')
'1.2.3'

Members of a workspace are named by their packages, as in `paths = ["app-cli"]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.lock import Table, packages

_LOCAL = ("source.editable", "source.virtual")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    if paths:
        return spans(text, packages(text, lambda table: any(key in table for key in _LOCAL)), paths)
    found = packages(text, _at_root)
    if not found:
        raise VersionFileError(
            "no package of this uv.lock is the project beside it",
            hint='run `uv lock`, or name a member of the workspace: paths = ["<package>"]',
        )
    return [place.span for place in found]


def _at_root(table: Table) -> bool:
    return any(table.get(key) == "." for key in _LOCAL)


FORMAT = TextFormat(("uv.lock",), _find)
