"""pom.xml: the version of the project itself, never the version of its parent or of a dependency.

>>> FORMAT.read("<project><parent><version>9</version></parent><version>1.2.3</version></project>")
'1.2.3'

If the version is a property such as `${revision}`, the version in `<properties>` is used, as in the "CI friendly
versions" of Maven.

The path `group:artifact` is each place where the pom.xml names this artifact with a plain version: as its parent, a
dependency, a managed dependency or a plugin, also in a profile.

>>> pom = "<project><dependencies><dependency>@<version>1</version></dependency></dependencies></project>"
>>> FORMAT.write(pom.replace("@", "<groupId>g</groupId><artifactId>a</artifactId>"), "2.0.0", ["g:a"])[-62:]
'<version>2.0.0</version></dependency></dependencies></project>'
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.core.redact import shortened
from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax.xml import xml_groups, xml_places

_PROPERTY = pattern(r"\$\{([^${}]+)\}")

_USE = pattern(
    r"project\.parent|project\..*\b(?:dependencies\.dependency|plugins\.plugin|extensions\.extension|distributionManagement\.relocation"
    r"|annotationProcessorPaths\.(?:path|annotationProcessorPath)|artifactItems\.artifactItem)"
)

# Maven replaces these in a `groupId`; the older names are still read.
_OWN_GROUP = ("${project.groupId}", "${pom.groupId}", "${groupId}")
_PARENT_GROUP = ("${project.parent.groupId}", "${parent.groupId}")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    artifacts = [path for path in paths if ":" in path]
    keys = [path for path in paths if ":" not in path]
    found = _found_uses(text, artifacts) if artifacts else []
    if artifacts and not keys:
        return found
    places = xml_places(text)
    return spans(text, places, keys or [_version_path(text, places)]) + found


def _found_uses(text: str, artifacts: Sequence[str]) -> list[Span]:
    """Return the versions of the uses of all `artifacts`. Raises `VersionFileError` if one is not used."""
    used = uses(text)
    for artifact in artifacts:
        if artifact not in used:
            raise VersionFileError(
                f"`{artifact}` is no dependency and no plugin with a version in this pom.xml",
                hint="name it as `group:artifact`, or remove it from `paths`",
            )
    return [span for artifact in artifacts for span in used[artifact]]


def uses(text: str) -> dict[str, list[Span]]:
    """Return the plain versions of the dependencies and plugins in a pom.xml, by `group:artifact`, in their order.

    Versions with properties are left out. Raises `VersionFileError`.
    """
    found: dict[str, list[Span]] = defaultdict(list)
    for artifact, span in _uses(text):
        if "$" not in span.of(text):
            found[artifact].append(span)
    return dict(found)


def _uses(text: str) -> Iterator[tuple[str, Span]]:
    groups = xml_groups(text)
    above = {
        group.path: group.places["groupId"].span.of(text)
        for group in groups
        if group.path in ("project", "project.parent") and "groupId" in group.places
    }
    parent = above.get("project.parent", "")
    own = above.get("project", parent)
    names = {**dict.fromkeys(_OWN_GROUP, own), **dict.fromkeys(_PARENT_GROUP, parent)}
    for group in groups:
        if _USE.fullmatch(group.path) and group.places.keys() >= {"groupId", "artifactId", "version"}:
            id, artifact = (group.places[name].span.of(text) for name in ("groupId", "artifactId"))
            yield f"{names.get(id, id)}:{artifact}", group.places["version"].span


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
