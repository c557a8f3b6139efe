"""Version files: text in, text out. One module per format; `FORMATS` is the registry, in the order of detection.

>>> detect(["build.gradle", "api/build.gradle", "README.md"])
('build.gradle',)
>>> FORMATS["gradle"].write("version = '1.2.3-SNAPSHOT'", "1.2.3")
"version = '1.2.3'"
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from shipit.versionfiles import (
    cargo,
    gradle,
    helm,
    key_path,
    marker,
    maven,
    package_json,
    properties,
    pyproject,
    python,
    uv,
)
from shipit.versionfiles.base import VersionFile, VersionFileError
from shipit.versionfiles.snapshot import declared

FORMATS: dict[str, VersionFile] = {
    "gradle": gradle.GROOVY,
    "gradle-kotlin": gradle.KOTLIN,
    "properties": properties.FORMAT,
    "maven": maven.FORMAT,
    "package-json": package_json.MANIFEST,
    "package-lock": package_json.LOCK,
    "pyproject": pyproject.FORMAT,
    "uv-lock": uv.FORMAT,
    "cargo": cargo.MANIFEST,
    "cargo-lock": cargo.LOCK,
    "helm": helm.FORMAT,
    "python": python.FORMAT,
    "json": key_path.JSON,
    "yaml": key_path.YAML,
    "toml": key_path.TOML,
    "xml": key_path.XML,
    "marker": marker.FORMAT,
}


def format_of(path: str, format: str | None = None) -> VersionFile | None:
    """The format named, or else the first whose patterns match the file's name; None for an unknown name."""
    if format is not None:
        return FORMATS.get(format)
    name = path.rpartition("/")[2]
    candidates = FORMATS.values()
    return next((file for file in candidates if any(fnmatchcase(name, pattern) for pattern in file.patterns)), None)


def detect(paths: Sequence[str]) -> tuple[str, ...]:
    """Which of these paths are version files without being named: those at the root, by name.

    Some will hold no version (`read` raises `VersionFileError`); dropping those is the caller's, who has the text.
    """
    present = set(paths)
    return tuple(name for file in FORMATS.values() for name in file.patterns if name in present)


__all__ = ["FORMATS", "VersionFile", "VersionFileError", "declared", "detect", "format_of"]
