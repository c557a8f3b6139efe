"""pom.xml: the project's own version, never its parent's and never a dependency's.

>>> FORMAT.read("<project><parent><version>9</version></parent><version>1.2.3</version></project>")
'1.2.3'

A version written `${revision}` is followed to `<properties>`, as Maven's "CI friendly versions" do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax import xml

_PROPERTY = re.compile(r"\$\{([^${}]+)\}")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = xml.places(text)
    return spans(text, places, paths or [_home(text, places)])


def _home(text: str, places: Sequence[Place]) -> str:
    """The path of the element that holds the version."""
    values = {place.path: place.span.of(text) for place in places}
    if "project.version" not in values and "project.parent.version" in values:
        raise VersionFileError(
            "this pom.xml has no version of its own: it takes its parent's",
            hint="name the parent's pom.xml in `version-files`",
        )
    property_name = _PROPERTY.fullmatch(values.get("project.version", ""))
    return f"project.properties.{property_name[1]}" if property_name else "project.version"


FORMAT = TextFormat(("pom.xml",), _find)
