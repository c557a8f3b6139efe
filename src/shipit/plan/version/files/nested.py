"""Version files below the root, in a repository that has none at its root and no configuration that names them.

>>> nested_paths(["backend/build.gradle", "backend/node_modules/a/package.json", "tests/data/package.json"])
['backend/build.gradle']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shipit.config.keys import toml_key, toml_string
from shipit.config.model import VersionFileConfig
from shipit.core import limits
from shipit.finding import Finding
from shipit.plan.version.package.model import NESTED_NAMES, Package
from shipit.world import Git

# The directories with code of others, tests, examples or documentation; hidden directories are left out too.
_LEFT_OUT = frozenset(
    """
    node_modules bower_components vendor third_party third-party external
    build dist out target buildSrc build-logic
    test tests testdata test-data testing fixture fixtures __fixtures__ e2e benchmark benchmarks
    example examples sample samples demo demos template templates playground playgrounds
    doc docs website tool tools scripts
    """.split()  # noqa: SIM905 (a list of quoted names is harder to read)
)
_PLACEHOLDER = "0.0.0"


def nested_paths(paths: Iterable[str]) -> list[str]:
    """Return those of `paths` that are version files of a part of the repository, the nearest to the root first.

    A file counts if it has one of `NESTED_NAMES` and is in a directory below the root, but not too deep, and in none
    that is hidden or has code of other projects, tests, examples or documentation.
    """
    found = [path for path in paths if _is_of_a_part(path.split("/"))]
    return sorted(found, key=lambda path: (path.count("/"), path))[: limits.NESTED_VERSION_FILES]


def _is_of_a_part(parts: Sequence[str]) -> bool:
    *directories, name = parts
    if name not in NESTED_NAMES or not 0 < len(directories) <= limits.NESTED_DIRECTORIES:
        return False
    return not any(each in _LEFT_OUT or each.startswith(".") for each in directories)


def nested_findings(git: Git, rev: str, package: Package, paths: Sequence[str] | None = None) -> Iterator[Finding]:
    """Yield a warning if only files below the root contain a version: a release would not write it.

    Args:
        git: the repository.
        rev: a commit id.
        package: the whole repository.
        paths: the files to look at; None for all files of the commit.
    """
    if package.name or package.version_files is not None:
        return
    found = nested_paths(git.paths(rev) if paths is None else paths)
    if not found:
        return
    from shipit.plan.version.files.version_files import version_files, version_of  # few repositories need all formats

    if version_files(git, rev, package):
        return
    versions = {path: version_of(VersionFileConfig(path=path), git.text(rev, path)) for path in found}
    topmost = _topmost({path: version for path, version in versions.items() if version})
    if any(version != _PLACEHOLDER for version in topmost.values()):
        yield _finding(topmost)


def _topmost(versions: Mapping[str, str]) -> dict[str, str]:
    """Return the files that are in no directory below that of another one, with their versions."""
    directories = {_directory(path) for path in versions}
    return {
        path: version
        for path, version in versions.items()
        if not any(_directory(path).startswith(f"{each}/") for each in directories)
    }


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _finding(versions: Mapping[str, str]) -> Finding:
    shown = [f"`{path}` ({version})" for path, version in versions.items()][: limits.NESTED_EXAMPLES]
    more = f" and {len(versions) - len(shown)} more" if len(versions) > len(shown) else ""
    what = (
        f"the root has no version file, so a release writes no version; there are versions in {', '.join(shown)}{more}"
    )
    return Finding("nested-version-files", what, "\n".join(_fix(versions)), "warning")


def _fix(versions: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines to write into shipit.toml."""
    yield "write in shipit.toml:"
    directories = list(dict.fromkeys(map(_directory, versions)))
    if len(directories) > 1:
        for directory, name in zip(directories, _names(directories), strict=True):
            yield f"  [packages.{toml_key(name)}]"
            yield f"  path = {toml_string(directory)}"
        yield "or, if all of them have the same version:"
    yield "  [release]"
    yield f"  version-files = [{', '.join(map(toml_string, versions))}]"
    yield "or, if releases should write no version:"
    yield "  [release]"
    yield "  version-files = []"


def _names(directories: Sequence[str]) -> list[str]:
    """Return a name for each directory: its last part, or all its parts if others have the same last part."""
    short = [_name(each.rpartition("/")[2]) for each in directories]
    return [
        name if name and short.count(name) == 1 else _name(each) for each, name in zip(directories, short, strict=True)
    ]


def _name(path: str) -> str:
    return re.sub(r"[^\w.-]+", "-", path).strip("-.")
