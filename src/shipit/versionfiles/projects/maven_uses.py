"""The poms of a Maven project that name its own artifacts with the version of the project.

>>> own = "<groupId>g</groupId><artifactId>{}</artifactId><version>1.2.3</version>"
>>> use = f"<dependencies><dependency>{own.format('api')}</dependency></dependencies>"
>>> poms = {
...     "pom.xml": f"<project>{own.format('root')}<modules><module>api</module></modules>{use}</project>",
...     "api/pom.xml": f"<project>{own.format('api')}</project>",
... }
>>> project = maven_project({"pom.xml": "1.2.3", "api/pom.xml": "1.2.3"}, poms.get)
>>> project.uses_in(poms["pom.xml"])
[OwnUse(artifact='g:api', version='1.2.3', offsets=(204,), alone=True)]

Maven takes an artifact from the modules of a build only if the version fits. With another version it asks a repository.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from shipit.versionfiles.base import VersionFileError, require_readable
from shipit.versionfiles.formats.maven import uses
from shipit.versionfiles.projects.maven_modules import Artifact, Read, artifacts


class OwnUse(Struct, frozen=True):
    """The places in a pom that name an artifact of the project with the version of the project.

    Args:
        artifact: its `group:artifact`.
        version: the version of the project.
        offsets: where the versions begin.
        alone: whether the pom names no other version of the artifact, so that all can be written together.
    """

    artifact: str
    version: str
    offsets: tuple[int, ...]
    alone: bool


class MavenProject(Struct, frozen=True):
    """The poms of a project, and the artifacts that a release gives the new version.

    Args:
        poms: the paths of the poms that a release writes, and of the modules below them.
        released: the version that the release replaces, by the `group:artifact`.
    """

    poms: tuple[str, ...]
    released: dict[str, str]

    def uses_in(self, text: str) -> list[OwnUse]:
        """Return the uses of the released artifacts in the text of a pom; none if it cannot be read."""
        if not any(version in text for version in {*self.released.values()}):
            return []
        try:
            require_readable(text)
            used = uses(text)
        except VersionFileError:
            return []
        found = []
        for name, spans in used.items():
            version = self.released.get(name)
            offsets = tuple(span.start for span in spans if span.of(text) == version)
            if version and offsets:
                found.append(OwnUse(name, version, offsets, len(offsets) == len(spans)))
        return found


def maven_project(written: Mapping[str, str], read: Read, *, with_heirs: bool = False) -> MavenProject:
    """Return the project of the poms that a release writes.

    Released are their artifacts, and those of the modules below them that take their version from a property.

    Args:
        written: the version that the release replaces in each pom that it writes, by the path of the pom.
        read: a function that returns the text of the file at a path, or None if there is no such file.
        with_heirs: whether the version of a released parent is written in all modules, so that those that inherit it
            are released too.
    """
    poms: dict[str, None] = {}
    released: dict[str, str] = {}
    heirs: dict[str, list[Artifact]] = defaultdict(list)
    seen: set[str] = set()
    for path, version in written.items():
        for artifact in artifacts(path, read, seen):
            poms[artifact.path] = None
            heirs[artifact.heir_of].append(artifact)
            if "$" in artifact.version or artifact.version == written.get(artifact.path):
                released[artifact.name] = version
    if with_heirs:
        _add_heirs(released, heirs)
    return MavenProject(tuple(poms), released)


def _add_heirs(released: dict[str, str], heirs: Mapping[str, Sequence[Artifact]]) -> None:
    """Add the artifacts that inherit the version of a released one, and those that inherit it from them."""
    waiting = list(released)
    while waiting:
        parent = waiting.pop()
        for heir in heirs.get(parent, ()):
            if heir.name not in released and heir.version == released[parent]:
                released[heir.name] = heir.version
                waiting.append(heir.name)
