"""The step that removes the files of an earlier attempt from the draft of the release."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.forge.upload_assets import asset_paths
from shipit.world import World


class RemoveAssets(Struct, frozen=True):
    """Remove the files from the draft of the release `tag` that none of the glob `patterns` matches.

    Only files that shipit attached are removed. A file of a person is a contradiction, because it can be the only copy.
    With `attested`, the attestations of the matched files stay. A published release is not changed.
    """

    kind: ClassVar[str] = "remove-assets"
    public: ClassVar[bool] = False
    tag: str
    patterns: tuple[str, ...]
    attested: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"remove leftover files of an earlier attempt from the draft {self.tag}"

    def check(self, world: World) -> Done | Todo:
        names = self._names(world)
        return Todo(", ".join(names)) if names else Done()

    def apply(self, world: World) -> Outputs:
        for name in self._names(world):
            world.forge.remove_asset(self.tag, name)
        return {}

    def _names(self, world: World) -> tuple[str, ...]:
        """Return the names of the files to remove; raises `ConflictError` if a person attached one of them."""
        release = world.forge.find_release(self.tag)
        if release is None or not release.draft:
            return ()
        paths = asset_paths(self.patterns, world, attested=self.attested)
        wanted = {path.rpartition("/")[2] for path in paths}
        others = [asset for asset in release.assets if asset.name not in wanted]
        foreign = ", ".join(f"`{asset.name}`" for asset in others if not asset.by_shipit)
        if foreign:
            raise ConflictError(
                f"the draft `{self.tag}` has files that shipit did not attach, and would publish them: {foreign}",
                where=release.url,
                hint="keep a copy, delete them from the draft, and run the same command again; to attach files, "
                "let `prepare` make or copy them, and add them to `release.assets`",
            )
        return tuple(asset.name for asset in others)
