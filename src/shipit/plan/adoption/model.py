"""The plan of an adoption, as data."""

from __future__ import annotations

from msgspec import Struct

from shipit.config.model import Config
from shipit.importers import Imported

CONFIG_FILE = "shipit.toml"
PIPELINE_FILE = ".github/workflows/shipit.yml"


class Adoption(Struct, frozen=True):
    """The settings of shipit for a repository, and where they come from.

    Attributes:
        imported: the settings of other tools, key by key.
        text: the text of `shipit.toml`; empty if shipit needs no settings.
        config: the same settings as values.
        pipeline: the text of `.github/workflows/shipit.yml`; empty if no workflow releases or builds images.
        workflows: the lines of workflows that run another tool, as `path:line`.
        remove: the files that the other tools no longer need.
    """

    imported: tuple[Imported, ...]
    text: str
    config: Config
    pipeline: str = ""
    workflows: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The texts of the files to write, by path."""
        return {path: text for path, text in ((CONFIG_FILE, self.text), (PIPELINE_FILE, self.pipeline)) if text}
