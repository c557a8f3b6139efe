"""The release tools whose settings shipit reads, by name, in the order in which their settings take precedence."""

from __future__ import annotations

from shipit.importers.model import Importer
from shipit.importers.tools import commitizen, release_please, semantic_release

IMPORTERS: dict[str, Importer] = {
    "semantic-release": semantic_release.IMPORTER,
    "release-please": release_please.IMPORTER,
    "commitizen": commitizen.IMPORTER,
}
