"""The modules of a Maven project, which repeat the version of the project as the version of their parent.

>>> own = "<groupId>g</groupId><artifactId>a</artifactId><version>1.2.3</version>"
>>> poms = {
...     "pom.xml": f"<project>{own}<modules><module>api</module></modules></project>",
...     "api/pom.xml": f"<project><parent>{own}</parent><artifactId>api</artifactId></project>",
... }
>>> list(module_versions("pom.xml", poms.get))
[('api/pom.xml', ('project.parent.version',))]

Maven identifies a parent by its group, artifact and version. Only modules that name all three are changed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import Struct

from shipit.core.pattern import pattern
from shipit.versionfiles.base import VersionFileError, require_readable
from shipit.versionfiles.syntax.xml import xml_places

# Returns the text of the file at a path; None if there is no such file.
Read = Callable[[str], str | None]

_MODULE = pattern(r"project\.(?:profiles\.profile\.)?modules\.module")
_COORDINATES = ("groupId", "artifactId", "version")
_PARENT, _OWN = "project.parent.version", "project.version"


class Artifact(NamedTuple):
    """The `group:artifact` that the pom.xml at `path` builds, and its version.

    If the version is inherited, `heir_of` is the `group:artifact` of the parent, else it is empty.
    """

    path: str
    name: str
    version: str
    heir_of: str


class _Pom(Struct, frozen=True):
    values: dict[str, str]
    modules: tuple[str, ...]

    @property
    def parent(self) -> tuple[str, ...]:
        return tuple(self.values.get(f"project.parent.{part}", "") for part in _COORDINATES)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The group, artifact and version of the project; those that it does not set are inherited from its parent."""
        pairs = zip(_COORDINATES, self.parent, strict=True)
        return tuple(self.values.get(f"project.{part}", inherited) for part, inherited in pairs)

    def artifact(self, path: str) -> Artifact:
        group, name, version = self.coordinates
        heir_of = "" if _OWN in self.values else ":".join(self.parent[:2])
        return Artifact(path, f"{group}:{name}", version, heir_of)


def module_versions(path: str, read: Read) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each module that repeats the version of the project, with the places of the version in it.

    Yields nothing if the version is a property, because modules then take it from the property.

    Args:
        path: the path of the pom.xml of the project.
        read: a function that returns the text of the file at a path, or None if there is no such file.
    """
    root = _pom(path, read)
    if root is None or "$" in root.values.get(_OWN, "$"):
        return
    version, ours = root.values[_OWN], {root.coordinates}
    for module, pom in _modules(path, root, read):
        if pom.parent in ours:
            own = [_OWN] if pom.values.get(_OWN) == version else []
            yield module, (_PARENT, *own)
            if pom.coordinates[2] == version:
                ours.add(pom.coordinates)


def modules_beside(path: str, read: Read) -> Iterator[str]:
    """Yield each module that has the group and the version of the project, but not as a module that repeats them.

    Such a module names no pom of the project as its parent, as the BOM of a library often does.
    """
    root = _pom(path, read)
    if root is None or "$" in root.values.get(_OWN, "$"):
        return
    repeating = {module for module, _ in module_versions(path, read)}
    for module, pom in _modules(path, root, read):
        same = pom.coordinates[0] == root.coordinates[0] and pom.values.get(_OWN) == root.values[_OWN]
        if same and module not in repeating:
            yield module


def artifacts(path: str, read: Read, seen: set[str]) -> Iterator[Artifact]:
    """Yield the artifact of the pom.xml at `path`, and those of the modules below it.

    Args:
        path: the path of a pom.xml.
        read: a function that returns the text of a file.
        seen: the paths that are left out; those that are found are added.
    """
    if path not in seen and (pom := _pom(path, read)):
        yield pom.artifact(path)
        yield from (module.artifact(below) for below, module in _modules(path, pom, read, seen))


def _modules(path: str, pom: _Pom, read: Read, seen: set[str] | None = None) -> Iterator[tuple[str, _Pom]]:
    """Yield the path and the content of each module that is not in `seen`, depth first.

    A module is named by its directory or its file.
    """
    seen, waiting = set() if seen is None else seen, [*_paths(path, pom)]
    seen.add(path)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            if found := _pom(module, read):
                yield module, found
                waiting += _paths(module, found)


def _paths(path: str, pom: _Pom) -> Iterator[str]:
    """Yield the paths of the modules that `pom` names, last first."""
    for name in reversed(pom.modules):
        file = name if name.endswith(".xml") else f"{name}/pom.xml"
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), file))


def _pom(path: str, read: Read) -> _Pom | None:
    """Return the content of the pom.xml at `path`; None if there is no such file, or it cannot be read."""
    text = read(path)
    try:
        if text is None:
            return None
        require_readable(text)
        places = xml_places(text)
    except VersionFileError:
        return None
    texts = [(place.path, place.span.of(text)) for place in places]
    modules = tuple(value.strip("/") for key, value in texts if _MODULE.fullmatch(key))
    return _Pom(dict(texts), modules) if texts else None
