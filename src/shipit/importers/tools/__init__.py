"""The release tools whose settings shipit reads, by name, in the order in which their settings take precedence."""

from __future__ import annotations

from shipit.importers.model import Importer
from shipit.importers.tools import (
    axion_release,
    commitizen,
    git_cliff,
    knope,
    python_semantic_release,
    release_please,
    semantic_release,
    standard_version,
)

IMPORTERS: dict[str, Importer] = {
    "semantic-release": semantic_release.IMPORTER,
    "release-please": release_please.IMPORTER,
    "python-semantic-release": python_semantic_release.IMPORTER,
    "commitizen": commitizen.IMPORTER,
    "standard-version": standard_version.IMPORTER,
    "knope": knope.IMPORTER,
    "axion-release": axion_release.IMPORTER,
    "git-cliff": git_cliff.IMPORTER,
}
