"""Version files: reading and writing the version in the text of a file, with one module for each format.

`FORMATS` is the registry of formats by name, in the order of detection.

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
    plain,
    properties,
    pyproject,
    python,
    uv,
)
from shipit.versionfiles.base import VersionFile, VersionFileError
from shipit.versionfiles.snapshot import declared

FORMATS: dict[str, VersionFile] = {
    "gradle": gradle.GROOVY_SCRIPT,
    "gradle-kotlin": gradle.KOTLIN_SCRIPT,
    "properties": properties.FORMAT,
    "maven": maven.FORMAT,
    "package-json": package_json.PACKAGE_JSON,
    "package-lock": package_json.PACKAGE_LOCK,
    "pyproject": pyproject.FORMAT,
    "uv-lock": uv.FORMAT,
    "cargo": cargo.CARGO_TOML,
    "cargo-lock": cargo.CARGO_LOCK,
    "helm": helm.FORMAT,
    "plain": plain.FORMAT,
    "python": python.FORMAT,
    "json": key_path.JSON,
    "yaml": key_path.YAML,
    "toml": key_path.TOML,
    "xml": key_path.XML,
    "marker": marker.FORMAT,
}


def format_of(path: str, format: str | None = None, pattern: str | None = None) -> VersionFile | None:
    """Return the format of the file `path`.

    Args:
        path: the path of the file, with `/`.
        format: the name of the format from the configuration; if None, the first format that matches the name of the
            file is returned.
        pattern: the text around the version from the configuration, such as `ktx:{version}`; the version is there, and
            the name of the file does not count.

    Returns None if `format` is unknown, or if no format matches.
    """
    if pattern is not None:
        from shipit.versionfiles.by_pattern import by_pattern  # few repositories need it

        return by_pattern(pattern)
    if format is not None:
        return FORMATS.get(format)
    name = path.rpartition("/")[2]
    candidates = FORMATS.values()
    return next((file for file in candidates if any(fnmatchcase(name, pattern) for pattern in file.patterns)), None)


def detect(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that are version files by their names; only files at the root of the repository are detected.

    Some of them can have no version: the caller, which has their texts, must leave out those for which `read` raises
    `VersionFileError`.
    """
    present = set(paths)
    return tuple(name for file in FORMATS.values() for name in file.patterns if name in present)


__all__ = ["FORMATS", "VersionFile", "VersionFileError", "declared", "detect", "format_of"]
