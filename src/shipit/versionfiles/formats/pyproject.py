"""pyproject.toml: the version in `[project]`, in `[tool.poetry]`, or in both if both have one.

>>> FORMAT.read('[project]\\nname = "a"\\nversion = "1.2.3"')
'1.2.3'
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax.toml import parse_toml, toml_places

_USUAL = ("project.version", "tool.poetry.version")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(toml_places(text))
    present = [path for path in _USUAL if any(place.path == path for place in places)]
    if not paths and not present:
        _refuse_dynamic(text)
    return spans(text, places, paths or present or _USUAL[:1])


def _refuse_dynamic(text: str) -> None:
    """Raise `VersionFileError` if the build takes the version from another file or from git."""
    project = parse_toml(text).get("project")
    dynamic = project.get("dynamic") if isinstance(project, dict) else None
    if isinstance(dynamic, list) and "version" in dynamic:
        raise VersionFileError(
            '`project.version` is dynamic: `dynamic = ["version"]`',
            hint="name in `version-files` the file that the build reads it from, such as src/<package>/__init__.py; "
            "if the build takes it from the git tag, set `version-files = []`",
        )


FORMAT = TextFormat(_find)
