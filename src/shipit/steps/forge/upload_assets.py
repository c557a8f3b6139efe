"""The step that attaches files to the draft of the release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from msgspec import Struct

from shipit.errors import PUBLISHED_MEANWHILE, ConflictError, Overtaken
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.forge.attest_assets import ATTESTATION
from shipit.steps.repository import require_assets
from shipit.world import Asset, ForgeRelease, World


class UploadAssets(Struct, frozen=True):
    """Attach each file that one of the glob `patterns` matches to the draft of the release `tag`.

    The files are known only after the build. An attached file is complete if its size and its digest are the same.
    With `attested`, the attestation of each file is attached too. A published release is not changed.
    """

    kind: ClassVar[str] = "upload-assets"
    public: ClassVar[bool] = False
    tag: str
    patterns: tuple[str, ...]
    attested: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        and_attestations = " and their attestations" if self.attested else ""
        return f"attach {', '.join(self.patterns)}{and_attestations} to {self.tag}"

    def check(self, world: World) -> Done | Todo:
        paths = asset_paths(self.patterns, world, attested=self.attested)
        missing = tuple(self._missing(paths, world))
        return Done() if paths and not missing else Todo(", ".join(missing))

    def apply(self, world: World) -> Outputs:
        paths = asset_paths(self.patterns, world, attested=self.attested)
        require_assets(self.patterns, world)
        missing = tuple(self._missing(paths, world))
        release = world.forge.find_release(self.tag)
        if missing and release and not release.draft:
            raise self._published(release, missing)
        for path in paths:
            world.forge.upload_asset(self.tag, path)
        return {}

    def _published(self, release: ForgeRelease, missing: tuple[str, ...]) -> ConflictError:
        """Return the error for a published release, which another run published if it has files with all the names."""
        names = {asset.name for asset in release.assets}
        kind = Overtaken if all(path.rpartition("/")[2] in names for path in missing) else ConflictError
        what = f"the published release `{self.tag}` does not have the same assets: {', '.join(missing)}"
        return kind(what, where=release.url, hint=PUBLISHED_MEANWHILE)

    def _missing(self, paths: tuple[str, ...], world: World) -> Iterator[str]:
        found = world.forge.find_release(self.tag)
        there = {asset.name: asset for asset in found.assets} if found else {}
        return (path for path in paths if not _is_complete(there.get(path.rpartition("/")[2]), path, world))


def asset_paths(patterns: tuple[str, ...], world: World, *, attested: bool) -> tuple[str, ...]:
    """Return the files that one of the glob `patterns` matches, each once, and with `attested` their attestations."""
    paths = [path for pattern in patterns for path in world.files.glob(pattern)]
    if attested:
        paths += [f"{path}{ATTESTATION}" for path in paths if not path.endswith(ATTESTATION)]
    return tuple(dict.fromkeys(paths))


def _is_complete(asset: Asset | None, path: str, world: World) -> bool:
    if asset is None or asset.size != world.files.size(path):
        return False
    return asset.digest in (None, f"sha256:{world.files.digest(path)}")
