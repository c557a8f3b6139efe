"""The tables for shipit.toml that a finding proposes for version files below the root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.config.keys import toml_key, toml_string
from shipit.core import limits
from shipit.core.versions import TagFormat

_Way = tuple[str, list[str]]  # the condition under which it is right, and the lines to write


class NestedFile(Struct, frozen=True):
    """A version file below the root: its path, the version as it is written, and the tag format of its own releases.

    `releases` is None when no tag shows releases of this part. `fits` is True when it has the version of the last
    release of the whole repository, or the snapshot after it. `paths` are the places of the version in the file, if
    they are not the usual ones. `is_released` is True when a tag of this part has the version of the file, or the file
    has the snapshot after such a tag.
    """

    path: str
    version: str
    releases: TagFormat | None = None
    fits: bool = False
    paths: tuple[str, ...] = ()
    is_released: bool = False

    @property
    def directory(self) -> str:
        """The directory of the file."""
        return self.path.rpartition("/")[0]


def proposed_ways(parts: Sequence[NestedFile], *, released: bool) -> str:
    """Return the tables to write, the most probable ones first, each with the condition under which it is right.

    Args:
        parts: the version files, at least one.
        released: True if the whole repository has releases in the tag format. Then its parts have no own ones.
    """
    fitting = [part for part in parts if part.fits]
    several = len({part.directory for part in parts}) > 1
    one_version = "all of them have the same version" if several else "it has the version of the releases"
    together = (one_version, _version_files(fitting or parts))
    none = ("releases should write no version", _version_files([]))
    separate = [("each directory has releases of its own", _packages(parts))] if several and not fitting else []
    if any(part.releases for part in parts):
        return "\n".join(_lines([*separate, none, together]))
    if released and not fitting:
        return "\n".join(_lines([none, together, *separate]))
    return "\n".join(_lines([*separate, together, none]))


def proposed_files(wanted: Sequence[NestedFile], root: Sequence[NestedFile]) -> str:
    """Return the version files `wanted`, or else only those at the `root`."""
    lines = ("write in shipit.toml:", *_version_files(wanted), "or, to write only the root:", *_version_files(root))
    return "\n".join(lines)


def proposed_packages(parts: Sequence[NestedFile], other: str) -> str:
    """Return the tables of the packages, or else the instruction `other`."""
    return "\n".join(("write in shipit.toml:", *_packages(parts), f"or {other}"))


def _lines(ways: Sequence[_Way]) -> Iterator[str]:
    (condition, first), *others = ways
    is_obvious = "no version" not in condition
    yield "write in shipit.toml:" if is_obvious else f"if {condition}, as before, write in shipit.toml:"
    yield from first
    for condition, lines in others:
        yield f"or, if {condition}:"
        yield from lines


def _version_files(parts: Sequence[NestedFile]) -> list[str]:
    entries = list(map(_entry, parts))
    if len(entries) <= 3 and not any(part.paths for part in parts):
        return ["  [release]", f"  version-files = [{', '.join(entries)}]"]
    return ["  [release]", "  version-files = [", *(f"    {entry}," for entry in entries), "  ]"]


def _entry(part: NestedFile) -> str:
    path = toml_string(part.path)
    return f"{{ path = {path}, paths = [{', '.join(map(toml_string, part.paths))}] }}" if part.paths else path


def _packages(parts: Sequence[NestedFile]) -> list[str]:
    directories = {part.directory: part.releases for part in parts}
    return list(package_tables(directories))


def package_tables(directories: Mapping[str, TagFormat | None]) -> Iterator[str]:
    """Yield the lines of a table for each directory with its tag format; that of the root excludes the others."""
    for (directory, format), name in zip(directories.items(), _names(list(directories)), strict=True):
        yield f"  [packages.{toml_key(name or 'root')}]"
        yield f"  path = {toml_string(directory or '.')}"
        if not directory:
            yield f"  exclude = [{', '.join(map(toml_string, filter(None, directories)))}]"
        if format:
            yield f"  tag = {toml_string(format.template)}"


def _names(directories: Sequence[str]) -> list[str]:
    """Return a name for each directory: its last part, or all its parts if others have the same last part."""
    short = [_name(each.rpartition("/")[2]) for each in directories]
    return [
        name if name and short.count(name) == 1 else _name(each) for each, name in zip(directories, short, strict=True)
    ]


def _name(path: str) -> str:
    return re.sub(r"[^\w.-]+", "-", path).strip("-.")


def first_few(names: Sequence[str]) -> str:
    """Return the first of `names` in one text, with the number of the others."""
    shown = ", ".join(names[: limits.NESTED_EXAMPLES])
    more = len(names) - limits.NESTED_EXAMPLES
    return f"{shown} and {more} more" if more > 0 else shown
