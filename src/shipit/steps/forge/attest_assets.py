"""The step that attests the files that are attached to a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from shipit.core.images import asset_provenance
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images import invalid
from shipit.world import World

ATTESTATION = ".sigstore.json"
"""The end of the name of an attestation; before it is the name of the file."""


class AttestAssets(Struct, frozen=True):
    """Write an attestation beside each file that one of the glob `patterns` matches, if it has no valid one.

    A valid one states the version and the commit of this release.

    `public_key` is the path of the key that it must be valid for.
    """

    kind: ClassVar[str] = "attest-assets"
    public: ClassVar[bool] = False
    tag: str
    version: str
    patterns: tuple[str, ...]
    public_key: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"attest {', '.join(self.patterns)} with the key of {self.public_key}"

    def check(self, world: World) -> Done | Todo:
        paths, statement = tuple(self._paths(world)), self._statement(world)
        missing = tuple(path for path in paths if self._refusal(path, statement, world))
        return Done() if paths and not missing else Todo(", ".join(missing))

    def apply(self, world: World) -> Outputs:
        statement = self._statement(world)
        for path in self._paths(world):
            if self._refusal(path, statement, world):
                made = world.attestations.attest_file(_sha256(path, world), statement)
                world.files.write(f"{path}{ATTESTATION}", made)
                if refusal := self._refusal(path, statement, world):
                    raise invalid(path, self.public_key, refusal)
        return {}

    def _statement(self, world: World) -> dict[str, Any]:
        """Return the statement about the files, with the commit of the tag.

        A tag that is made through the forge does not exist yet: then it is the commit that the release was built on.
        """
        tagged = next((tag.commit for tag in world.git.tags() if tag.name == self.tag), None)
        links = world.forge.links()
        return asset_provenance(self.version, tagged or world.git.head() or "", links.base if links else "")

    def _paths(self, world: World) -> Iterator[str]:
        for pattern in self.patterns:
            yield from (path for path in world.files.glob(pattern) if not path.endswith(ATTESTATION))

    def _refusal(self, path: str, statement: Mapping[str, Any], world: World) -> str:
        attestation = world.files.read(f"{path}{ATTESTATION}")
        if attestation is None:
            return "it has no attestation"
        return world.attestations.file_refusal(_sha256(path, world), attestation, self.public_key, statement)


def _sha256(path: str, world: World) -> str:
    return world.files.digest(path) or ""
