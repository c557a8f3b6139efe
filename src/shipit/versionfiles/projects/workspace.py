"""The lock file of a workspace, in a directory above its members: it repeats the version of each member.

>>> member_of_workspace("packages/web/package.json", "{}", "")
('package-lock.json', 'packages.packages/web.version')
>>> member_of_workspace("crates/core/Cargo.toml", '[package]\\nname = "acme-core"', "")
('Cargo.lock', 'acme-core')
"""

from __future__ import annotations

import re

from shipit.versionfiles.base import VersionFileError
from shipit.versionfiles.syntax.toml import toml_places


def member_of_workspace(path: str, text: str, directory: str) -> tuple[str, str] | None:
    """Return the name of the lock file, and the place of the version of the member in it; None for other files.

    Args:
        path: the manifest of the member: a Cargo.toml, pyproject.toml or package.json.
        text: its content.
        directory: the directory of the lock file, which is above that of the manifest.
    """
    member, _, name = path.rpartition("/")
    if name == "package.json":
        return "package-lock.json", f"packages.{member[len(directory) :].lstrip('/')}.version"
    if name == "Cargo.toml" and (crate := _string(text, "package.name")):
        return "Cargo.lock", crate
    if name == "pyproject.toml" and (project := _string(text, "project.name")):
        return "uv.lock", re.sub(r"[-_.]+", "-", project).lower()
    return None


def _string(text: str, path: str) -> str | None:
    try:
        return next((place.span.of(text) for place in toml_places(text) if place.path == path), None)
    except VersionFileError:
        return None
