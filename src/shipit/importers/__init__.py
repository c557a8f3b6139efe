"""The settings of other release tools, read into settings of shipit. Nothing of the other tool is ever executed."""

from __future__ import annotations

from shipit.importers.model import Found as Found
from shipit.importers.model import Imported as Imported
from shipit.importers.model import ImportedKey as ImportedKey
from shipit.importers.model import Repository as Repository
from shipit.importers.release_please import read_release_please
from shipit.importers.semantic_release import read_semantic_release

# Each reads the settings of a tool; None when the repository has none.
IMPORTERS = {"semantic-release": read_semantic_release, "release-please": read_release_please}


def read_settings(repository: Repository) -> tuple[Imported, ...]:
    """Return the settings of each tool that the repository has settings of.

    Raises `ConfigError` for a file that cannot be read, such as one with code.
    """
    return tuple(imported for read in IMPORTERS.values() if (imported := read(repository)))
