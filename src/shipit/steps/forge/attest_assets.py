"""The step that attests the files that are attached to a release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from msgspec import Struct

from shipit.core.images import VERSION, provenance
from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World

ATTESTATION = ".sigstore.json"
"""The end of the name of an attestation; before it is the name of the file."""


class AttestAssets(Struct, frozen=True):
    """Write an attestation beside each file that one of the glob `patterns` matches, if it has no valid one.

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
        paths = tuple(self._paths(world))
        missing = tuple(path for path in paths if self._refusal(path, world))
        return Done() if paths and not missing else Todo(", ".join(missing))

    def apply(self, world: World) -> Outputs:
        for path in self._paths(world):
            if self._refusal(path, world):
                statement = provenance({VERSION: self.version})
                made = world.attestations.attest_file(_sha256(path, world), statement)
                world.files.write(f"{path}{ATTESTATION}", made)
                if refusal := self._refusal(path, world):
                    what = f"`{path}` was attested, but not validly by `{self.public_key}`: {refusal}"
                    raise RemoteError(what, hint="check that the private key belongs to this public key: shipit doctor")
        return {}

    def _paths(self, world: World) -> Iterator[str]:
        for pattern in self.patterns:
            yield from (path for path in world.files.glob(pattern) if not path.endswith(ATTESTATION))

    def _refusal(self, path: str, world: World) -> str:
        attestation = world.files.read(f"{path}{ATTESTATION}")
        if attestation is None:
            return "there is none"
        return world.attestations.file_refusal(_sha256(path, world), attestation, self.public_key)


def _sha256(path: str, world: World) -> str:
    return world.files.digest(path) or ""
