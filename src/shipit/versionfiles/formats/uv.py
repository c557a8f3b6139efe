"""uv.lock: the version of the project in the same directory, which must be the same as in pyproject.toml.

>>> FORMAT.read('[[package]]\\nname = "app"\\nversion = "1.2.3"\\nsource = { editable = "." }')
'1.2.3'

A member of a workspace is named by its package, as in `paths = ["app-cli"]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax.lock import PackageTable, lock_packages

_LOCAL = ("source.editable", "source.virtual")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    if paths:
        return spans(text, lock_packages(text, lambda table: any(key in table for key in _LOCAL)), paths)
    found = lock_packages(text, _at_root)
    if not found:
        raise VersionFileError(
            "this uv.lock has no package for the project in its directory",
            hint='run `uv lock`, or name a member of the workspace: paths = ["<package>"]',
        )
    return [place.span for place in found]


def _at_root(table: PackageTable) -> bool:
    return any(table.get(key) == "." for key in _LOCAL)


FORMAT = TextFormat(_find)
