"""pyproject.toml: the version of `[project]`, of `[tool.poetry]`, or of both where both have one.

>>> FORMAT.read('[project]\\nname = "a"\\nversion = "1.2.3"')
'1.2.3'
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax import toml

_USUAL = ("project.version", "tool.poetry.version")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(toml.places(text))
    present = [path for path in _USUAL if any(place.path == path for place in places)]
    if not paths and not present:
        _refuse_dynamic(text)
    return spans(text, places, paths or present or _USUAL[:1])


def _refuse_dynamic(text: str) -> None:
    """A version that the build takes from elsewhere is set elsewhere."""
    project = toml.parse(text).get("project")
    dynamic = project.get("dynamic") if isinstance(project, dict) else None
    if isinstance(dynamic, list) and "version" in dynamic:
        raise VersionFileError(
            '`project.version` is dynamic: `dynamic = ["version"]`',
            hint="name in `version-files` the file the build reads it from, such as src/<package>/__init__.py; "
            "if it is taken from the git tag, no version file is needed",
        )


FORMAT = TextFormat(("pyproject.toml",), _find)
