"""The settings of other release tools, read into settings of shipit. Nothing of the other tool is ever executed."""

from __future__ import annotations

from shipit.importers.model import Found as Found
from shipit.importers.model import Imported as Imported
from shipit.importers.model import ImportedKey as ImportedKey
from shipit.importers.model import Importer as Importer
from shipit.importers.model import Repository as Repository
from shipit.importers.tools import IMPORTERS as IMPORTERS


def read_settings(repository: Repository) -> tuple[Imported, ...]:
    """Return the settings of each tool that the repository has settings of.

    Raises `ConfigError` for a file that cannot be read, such as one with code.
    """
    found = ((tool, importer.read(repository)) for tool, importer in IMPORTERS.items())
    return tuple(each.imported(tool) for tool, each in found if each is not None)
