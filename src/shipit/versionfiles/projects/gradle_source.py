"""The file that a computed version of a Gradle project comes from, if the build script refers to it plainly.

>>> texts = {"gradle.properties": "appVersion=1.2.3"}
>>> version_source("build.gradle", "version = findProperty('appVersion')", texts.get, tuple)
GradleSource(path='gradle.properties', format='properties', place='appVersion')

A reference is a property, a variable, a version of the catalog `libs`, or a constant of `buildSrc`. An expression that
does more than refer to one of them is not followed, because it can have another value than the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from shipit.core.pattern import pattern
from shipit.versionfiles import FORMATS
from shipit.versionfiles.base import Place, VersionFileError
from shipit.versionfiles.formats import gradle
from shipit.versionfiles.syntax.toml import toml_places

# Returns the text of the file at a path; None if there is no such file.
Read = Callable[[str], str | None]

_OWNER = r"(?:(?:this|project|rootProject)\.)*"
_CAST = r"(?:\s+as\s+String|\.toString\(\)|!!|\.get\(\)|\.orNull)*"
_QUOTED = r"['\"](?P<name>[\w.-]+)['\"]"
_PROPERTY = pattern(
    rf"{_OWNER}(?:providers\.gradleProperty|findProperty|property)(?:\(\s*|\s+){_QUOTED}(?:\s*\))?{_CAST}"
)
_KEY = pattern(rf"{_OWNER}(?:properties|ext|extra)(?:\.get|\.getValue)?[\[(]\s*{_QUOTED}\s*[\])]{_CAST}")
_VARIABLE = pattern(rf"{_OWNER}(?:(?:properties|ext|extra)\.)?(?P<name>[A-Za-z_]\w*){_CAST}")
_CATALOG = pattern(r"libs\.versions\.(?P<name>\w+(?:\.\w+)*?)\.get\(\)(?:\.toString\(\))?")
_CONSTANT = pattern(r"(?P<owner>[A-Z]\w*)\.(?P<name>[A-Za-z_]\w*)")
_TEMPLATE = pattern(r'"\$(?:\{(?P<code>[^{}]*)\}|(?P<name>\w+))"')
_SOURCES = r"buildSrc/src/main/(?:kotlin|java|groovy)/(?:.*/)?{owner}\.(?:kt|java|groovy)"


class GradleSource(NamedTuple):
    """A file that contains a version as plain text, its format by name, and the place in the file."""

    path: str
    format: str
    place: str


def version_source(path: str, text: str, read: Read, paths: Callable[[], Iterable[str]]) -> GradleSource | None:
    """Return the place that the computed version of a build script comes from.

    Args:
        path: the path of the build script.
        text: its text.
        read: reads another file.
        paths: returns the paths of all files; called only for a constant of `buildSrc`.

    Returns None if the version is not computed, or if its source is not a plain reference to a file.
    """
    try:
        found = gradle.computed_version(text, kotlin=_is_kotlin(path))
        if found is None:
            return None
        expression, places = found
        sources = _sources(expression, _Script(path, text, places, read, paths))
        return next((source for source in sources if _is_plain(source, read)), None)
    except VersionFileError:  # a file that cannot be read leads nowhere
        return None


class _Script(NamedTuple):
    """A build script with its assignments, and the other files of its project."""

    path: str
    text: str
    places: Sequence[Place]
    read: Read
    paths: Callable[[], Iterable[str]]

    @property
    def directories(self) -> tuple[str, ...]:
        """The directory of the script and the root of the repository; empty, or with a slash at the end."""
        own = self.path[: self.path.rfind("/") + 1]
        return tuple(dict.fromkeys((own, "")))

    def assigned(self, name: str) -> Iterator[Place]:
        """Yield the assignments to the variable or property `name`."""
        for place in self.places:
            words = re.split(r"[ .]", place.path.removesuffix(" by extra"))
            if words[-1] == name and place.path != "version":
                yield place


def _sources(expression: str, script: _Script) -> Iterator[GradleSource]:
    """Yield the places that `expression` may refer to, the most likely first."""
    if template := _TEMPLATE.fullmatch(expression):
        expression = template["code"] or template["name"] or ""
    expression = expression.strip()
    if catalog := _CATALOG.fullmatch(expression):
        yield from _in_catalog(catalog["name"], script)
    elif constant := _CONSTANT.fullmatch(expression):
        yield from _in_build_sources(constant["owner"], constant["name"], script)
    elif found := _PROPERTY.fullmatch(expression) or _KEY.fullmatch(expression) or _VARIABLE.fullmatch(expression):
        yield from _in_script(found["name"], script)
        for directory in script.directories:
            yield GradleSource(f"{directory}gradle.properties", "properties", found["name"])
        yield from _in_root_script(found["name"], script)


def _in_script(name: str, script: _Script) -> Iterator[GradleSource]:
    found = list(script.assigned(name))
    for place in found if len(found) == 1 else ():
        if place.literal:
            yield GradleSource(script.path, _format(script.path), place.path)
        else:  # a variable that refers to a property in turn; the rest of the script cannot refer back to it
            rest = script._replace(places=[each for each in script.places if each is not place])
            yield from _sources(place.span.of(script.text), rest)


def _in_root_script(name: str, script: _Script) -> Iterator[GradleSource]:
    """Yield the property `ext` of the root project, which the build scripts of subprojects can use."""
    if "/" not in script.path:
        return
    for path in ("build.gradle", "build.gradle.kts"):
        text = script.read(path)
        if text is not None:
            places = gradle.assignments(text, kotlin=_is_kotlin(path))
            yield from _in_script(name, script._replace(path=path, text=text, places=places))


def _in_catalog(name: str, script: _Script) -> Iterator[GradleSource]:
    """Yield the place of a version in the catalog; `my-app`, `my_app` and `my.app` are all `my.app` in a script."""
    for directory in script.directories:
        path = f"{directory}gradle/libs.versions.toml"
        text = script.read(path)
        for place in toml_places(text) if text is not None else ():
            table, _, key = place.path.partition(".")
            if table == "versions" and re.sub("[-_]", ".", key) == name:
                yield GradleSource(path, "toml", place.path)


def _in_build_sources(owner: str, name: str, script: _Script) -> Iterator[GradleSource]:
    pattern = re.compile(_SOURCES.format(owner=owner))
    for path in script.paths():
        if not any(pattern.fullmatch(path.removeprefix(directory)) for directory in script.directories):
            continue
        text = script.read(path) or ""
        places = gradle.assignments(text, kotlin=_is_kotlin(path))
        constants = [each for each in places if each.literal and re.split(r"[ .]", each.path)[-1] == name]
        yield from (GradleSource(path, _format(path), place.path) for place in constants)


def _is_plain(source: GradleSource, read: Read) -> bool:
    """Return whether the file contains a version at the place, and nothing else."""
    text = read(source.path)
    format = FORMATS[source.format]
    try:
        return text is not None and bool(format.read(text, [source.place]))
    except VersionFileError:
        return False


def _is_kotlin(path: str) -> bool:
    return path.endswith((".kts", ".kt"))


def _format(path: str) -> str:
    return "gradle-kotlin" if _is_kotlin(path) else "gradle"
