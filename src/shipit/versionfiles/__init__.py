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
from importlib import import_module
from typing import cast

from msgspec import Struct

from shipit.versionfiles.base import VersionFile, VersionFileError
from shipit.versionfiles.snapshot import declared


class Format(Struct, frozen=True):
    """A format of the registry, whose module is loaded when a file is first read or written: most commands need one.

    Args:
        module: the module in `shipit.versionfiles.formats`.
        constant: the name of the format in the module.
        patterns: the names of files in this format, as fnmatch patterns. Names without `*` are detected automatically.
    """

    module: str
    constant: str
    patterns: tuple[str, ...]

    def read(self, text: str, paths: Sequence[str] = ()) -> str:
        return self._loaded.read(text, paths)

    def write(self, text: str, version: str, paths: Sequence[str] = ()) -> str:
        return self._loaded.write(text, version, paths)

    @property
    def _loaded(self) -> VersionFile:
        return cast(VersionFile, getattr(import_module(f"shipit.versionfiles.formats.{self.module}"), self.constant))


FORMATS: dict[str, Format] = {
    "gradle": Format("gradle", "GROOVY_SCRIPT", ("build.gradle", "*.gradle")),
    "gradle-kotlin": Format("gradle", "KOTLIN_SCRIPT", ("build.gradle.kts", "*.gradle.kts")),
    "properties": Format("properties", "FORMAT", ("gradle.properties", "*.properties")),
    "maven": Format("maven", "FORMAT", ("pom.xml",)),
    "package-json": Format("package_json", "PACKAGE_JSON", ("package.json",)),
    "package-lock": Format("package_json", "PACKAGE_LOCK", ("package-lock.json", "npm-shrinkwrap.json")),
    "pyproject": Format("pyproject", "FORMAT", ("pyproject.toml",)),
    "uv-lock": Format("uv", "FORMAT", ("uv.lock",)),
    "cargo": Format("cargo", "CARGO_TOML", ("Cargo.toml",)),
    "cargo-lock": Format("cargo", "CARGO_LOCK", ("Cargo.lock",)),
    "helm": Format("helm", "FORMAT", ("Chart.yaml",)),
    "plain": Format("plain", "FORMAT", ("version.txt", "VERSION")),
    "python": Format("python", "FORMAT", ("*.py",)),
    "json": Format("key_path", "JSON", ("*.json",)),
    "yaml": Format("key_path", "YAML", ("*.yaml", "*.yml")),
    "toml": Format("key_path", "TOML", ("*.toml",)),
    "xml": Format("key_path", "XML", ("*.xml", "*.csproj", "*.props")),
    "marker": Format("marker", "FORMAT", ("*",)),
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
        from shipit.versionfiles.formats.by_pattern import by_pattern  # few repositories need it

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
