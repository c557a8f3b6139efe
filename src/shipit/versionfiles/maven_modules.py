"""The modules of a Maven project, which repeat its version as that of their parent.

>>> own = "<groupId>g</groupId><artifactId>a</artifactId><version>1.2.3</version>"
>>> poms = {
...     "pom.xml": f"<project>{own}<modules><module>api</module></modules></project>",
...     "api/pom.xml": f"<project><parent>{own}</parent><artifactId>api</artifactId></project>",
... }
>>> list(followers("pom.xml", poms.get))
[('api/pom.xml', ('project.parent.version',))]

Maven knows a parent by its group, artifact and version: only a module that names all three as they are follows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from shipit.versionfiles.base import VersionFileError
from shipit.versionfiles.syntax import xml

Read = Callable[[str], str | None]

_MODULE = re.compile(r"project\.(?:profiles\.profile\.)?modules\.module")
_COORDINATES = ("groupId", "artifactId", "version")
_PARENT, _OWN = "project.parent.version", "project.version"


class _Pom(Struct, frozen=True):
    values: dict[str, str]
    modules: tuple[str, ...]

    @property
    def parent(self) -> tuple[str, ...]:
        return tuple(self.values.get(f"project.parent.{part}", "") for part in _COORDINATES)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Its own; what it does not say is its parent's."""
        pairs = zip(_COORDINATES, self.parent, strict=True)
        return tuple(self.values.get(f"project.{part}", inherited) for part, inherited in pairs)


def followers(path: str, read: Read) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The modules whose version is that of the pom at `path`, and the places that repeat it in each.

    Where the version is a property, they take it from there and none is found.

    Args:
        read: the text of the file at a path, None where there is none.
    """
    root = _pom(path, read)
    if root is None or "$" in root.values.get(_OWN, "$"):
        return
    version, ours = root.values[_OWN], {root.coordinates}
    for module, pom in _modules(path, root, read, {path}):
        if pom.parent in ours:
            own = [_OWN] if pom.values.get(_OWN) == version else []
            yield module, (_PARENT, *own)
            if pom.coordinates[2] == version:
                ours.add(pom.coordinates)


def _modules(path: str, pom: _Pom, read: Read, seen: set[str]) -> Iterator[tuple[str, _Pom]]:
    """Every module, depth first. One is named by its folder or by its file."""
    for name in pom.modules:
        file = name if name.endswith(".xml") else f"{name}/pom.xml"
        module = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        if module not in seen and (found := _pom(module, read)):
            seen.add(module)
            yield module, found
            yield from _modules(module, found, read, seen)


def _pom(path: str, read: Read) -> _Pom | None:
    """None where there is no such file, or it cannot be read."""
    text = read(path)
    try:
        places = [] if text is None else xml.places(text)
    except VersionFileError:
        return None
    texts = [(place.path, place.span.of(text or "")) for place in places]
    modules = tuple(value.strip("/") for key, value in texts if _MODULE.fullmatch(key))
    return _Pom(dict(texts), modules) if texts else None
