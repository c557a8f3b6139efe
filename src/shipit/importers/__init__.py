"""The settings of other release tools, read into settings of shipit. Nothing of the other tool is ever executed."""

from __future__ import annotations

import re

from shipit.importers.commitlint import Commitlint as Commitlint
from shipit.importers.commitlint import read_commitlint as read_commitlint
from shipit.importers.document import read_lines_of_yaml as read_lines_of_yaml
from shipit.importers.model import FoundKeys as FoundKeys
from shipit.importers.model import Imported as Imported
from shipit.importers.model import ImportedKey as ImportedKey
from shipit.importers.model import Importer as Importer
from shipit.importers.model import RepositoryFacts as RepositoryFacts
from shipit.importers.model import lines_of as lines_of
from shipit.importers.tools import IMPORTERS as IMPORTERS
from shipit.importers.workflows import RELEASE as RELEASE
from shipit.importers.workflows import Converted as Converted
from shipit.importers.workflows import ProposedTarget as ProposedTarget
from shipit.importers.workflows import Setup as Setup
from shipit.importers.workflows import WaitedJob as WaitedJob
from shipit.importers.workflows import WaitedStep as WaitedStep
from shipit.importers.workflows import convert_workflows

_RUNS_TOOL = re.compile("|".join(f"(?:{importer.runs.pattern})" for importer in IMPORTERS.values()))


def read_workflows(repository: RepositoryFacts) -> Converted:
    """Return the images and the set-up of the workflows that release, or that build images."""
    return convert_workflows(repository, _RUNS_TOOL)


def read_settings(repository: RepositoryFacts) -> tuple[Imported, ...]:
    """Return the settings of each tool that the repository has settings of.

    Raises `ConfigError` for a file that cannot be read, such as one with code.
    """
    found = ((tool, importer.read(repository)) for tool, importer in IMPORTERS.items())
    return tuple(each.imported(tool) for tool, each in found if each is not None)
