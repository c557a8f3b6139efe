"""pom.xml: the version of the project itself, never the version of its parent or of a dependency.

>>> FORMAT.read("<project><parent><version>9</version></parent><version>1.2.3</version></project>")
'1.2.3'

If the version is a property such as `${revision}`, the version in `<properties>` is used, as in the "CI friendly
versions" of Maven.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.core.redact import shortened
from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax.xml import xml_places

_PROPERTY = pattern(r"\$\{([^${}]+)\}")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = xml_places(text)
    return spans(text, places, paths or [_version_path(text, places)])


def _version_path(text: str, places: Sequence[Place]) -> str:
    """Return the path of the element that contains the version."""
    values = {place.path: place.span.of(text) for place in places}
    if "project.version" not in values and "project.parent.version" in values:
        raise VersionFileError(
            "this pom.xml has no version of its own: it inherits the version of its parent",
            hint="name the pom.xml of the parent in `version-files`",
        )
    version = values.get("project.version", "")
    properties = _PROPERTY.findall(version)
    if len(properties) > 1:
        raise _composed(version, next((name for name in properties if f"project.properties.{name}" in values), None))
    property_name = _PROPERTY.fullmatch(version)
    return f"project.properties.{property_name[1]}" if property_name else "project.version"


def _composed(version: str, property_name: str | None) -> VersionFileError:
    """Return the error for a version of several properties, of which only the first one is a version."""
    path = f"project.properties.{property_name or 'revision'}"
    error = VersionFileError(
        f"the version is composed of properties: `{shortened(version, limits.QUOTED_TEXT)}`",
        hint=f'name the one to write: version-files = [{{ path = "pom.xml", paths = ["{path}"] }}]; '
        "the build must leave the others empty, as in `-Dchangelist=`",
    )
    error.computed = True
    return error


FORMAT = TextFormat(_find)
