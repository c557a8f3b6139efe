"""Version files below the root, in a repository whose root has none, or an old one, and no configuration names them.

>>> nested_paths(["backend/build.gradle", "backend/node_modules/a/package.json", "tests/data/package.json"])
['backend/build.gradle']
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from shipit.config.keys import toml_string
from shipit.config.model import VersionFileConfig
from shipit.core import limits
from shipit.core.versions import Tag, Version
from shipit.core.versions.tag_family import TagFamily, is_named, tag_families
from shipit.finding import Finding
from shipit.plan.version.files.declared import DeclaredVersion, is_behind
from shipit.plan.version.files.nested_fix import NestedFile, first_few, proposed_files, proposed_packages, proposed_ways
from shipit.plan.version.files.workspaces import as_one_version, lerna_file, with_dependencies
from shipit.plan.version.history import History
from shipit.plan.version.package.model import NESTED_NAMES
from shipit.world import Git

# The directories with code of others, tests, examples or documentation; hidden directories are left out too.
_LEFT_OUT = frozenset(
    """
    node_modules bower_components vendor third_party third-party external
    build dist out target buildSrc build-logic
    test tests testdata test-data testing fixture fixtures __fixtures__ e2e benchmark benchmarks
    example examples sample samples demo demos template templates playground playgrounds
    doc docs documentation website tool tools scripts
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


def named_paths(paths: Iterable[str], names: Collection[str]) -> list[str]:
    """Return those of `nested_paths` in a directory with one of `names`, and those in the directories above these.

    >>> named_paths(["apps/pom.xml", "apps/web/pom.xml", "core/pom.xml"], {"web", "deploy"})
    ['apps/pom.xml', 'apps/web/pom.xml']
    """
    directories = {path: _directory(path) for path in nested_paths(paths)}
    named = {each for each in directories.values() if any(is_named(name, each) for name in names)}
    return [path for path, above in directories.items() if any(f"{each}/".startswith(f"{above}/") for each in named)]


def _is_of_a_part(parts: Sequence[str]) -> bool:
    *directories, name = parts
    if name not in NESTED_NAMES or not 0 < len(directories) <= limits.NESTED_DIRECTORIES:
        return False
    return not any(each in _LEFT_OUT or each.startswith(".") for each in directories)


def nested_findings(
    git: Git, rev: str, history: History, tags: Mapping[str, str], paths: Sequence[str] | None = None
) -> Iterator[Finding]:
    """Yield a finding if the version of the last release is only in files below the root: a release would not write it.

    It blocks if tags show that parts of the repository have releases of their own: then commits that change only such
    a part would raise the version of the whole, and the part is never released. Beside a root with a version, a part
    counts only if its present version has a tag, or is a snapshot: else its tags can be from a time before the root.

    Args:
        git: the repository.
        rev: a commit id.
        history: the history of the whole repository.
        tags: the commit id of each tag, by name.
        paths: the files to look at; None for all files of the commit.
    """
    package = history.package
    if package.name or package.version_files is not None:
        return
    listed = git.paths(rev) if paths is None else paths
    parts = nested_parts(git, rev, history, tags, listed)
    if not parts:
        return
    from shipit.plan.version.files.version_files import (  # few repositories need all formats
        declared_versions,
        version_files,
    )

    lerna = lerna_file(git, rev, history.stable)
    if lerna and history.stable:
        parts = as_one_version(git, rev, parts, history.stable)
    parts = with_dependencies(git, rev, parts)
    beside = [*_cargo_lock(git, rev, history, parts), *lerna]
    written = version_files(git, rev, package)
    root = declared_versions(git, rev, written)
    own = [part for part in parts if part.is_released and not part.fits]
    if root and own and not package.format_is_configured:
        whole = NestedFile(root[0].path, root[0].written, package.format)
        yield _own_releases(own, whole, history)
    elif root:
        for found in _left_out(written, root, history, [*parts, *beside]):
            yield replace(found, what=found.what + _not_read(listed))
    elif any(part.version != _PLACEHOLDER for part in parts):
        yield _finding(parts, history, beside)


def nested_parts(
    git: Git, rev: str, history: History, tags: Mapping[str, str], paths: Sequence[str] | None = None
) -> list[NestedFile]:
    """Return the version files below the root, without those below the directory of another one.

    The arguments are those of `nested_findings`.
    """
    found = nested_paths(git.paths(rev) if paths is None else paths)
    if not found:
        return []
    from shipit.plan.version.files.version_files import declared_versions  # few repositories need all formats

    declared = declared_versions(git, rev, (VersionFileConfig(path=path) for path in found))
    return list(_with_releases(_topmost(declared), history.stable, tags))


def _cargo_lock(git: Git, rev: str, history: History, parts: Sequence[NestedFile]) -> list[NestedFile]:
    """Return the Cargo.lock at the root, if it repeats the version of crates that have that of the last release."""
    crates = any(part.fits and part.path.endswith("/Cargo.toml") for part in parts)
    text = git.text(rev, "Cargo.lock") if crates else None
    if text is None or history.stable is None:
        return []
    from shipit.versionfiles import VersionFileError
    from shipit.versionfiles.formats.cargo import local_crates

    try:
        names = [name for name, version in local_crates(text).items() if version == str(history.stable.version)]
    except VersionFileError:
        return []
    return [NestedFile("Cargo.lock", str(history.stable.version), fits=True, paths=tuple(names))] if names else []


def _topmost(declared: Sequence[DeclaredVersion]) -> list[DeclaredVersion]:
    """Return the files that are in no directory below that of another one."""
    directories = {_directory(each.path) for each in declared}
    return [
        each for each in declared if not any(_directory(each.path).startswith(f"{above}/") for above in directories)
    ]


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _with_releases(
    declared: Sequence[DeclaredVersion], last: Tag | None, tags: Mapping[str, str]
) -> Iterator[NestedFile]:
    families = [family for family in tag_families(tags) if family.name]
    for each in declared:
        own = [family.format for family in families if _is_released(family, each)]
        current = [format for format in own if format.render(each.version or "") in tags]
        is_released = bool(current or (own and each.written.endswith("-SNAPSHOT")))
        fits = last is not None and _continues(each, last)
        yield NestedFile(each.path, each.written, next(iter((*current, *own)), None), fits, is_released=is_released)


def _is_released(family: TagFamily, file: DeclaredVersion) -> bool:
    """Return whether the tags of `family` have the name of the directory of `file`, and reach up to its version."""
    if not is_named(family.name, _directory(file.path)) or file.version is None:
        return False
    version = Version.parse(file.version)
    return family.tags[0].version <= version or any(tag.version == version for tag in family.tags)


def _continues(file: DeclaredVersion, last: Tag) -> bool:
    """Return whether `file` has the version of the release `last`, or the snapshot after it."""
    version = Version.parse(file.version) if file.version else None
    is_snapshot = file.written != file.version
    return version is not None and (version == last.version or (is_snapshot and version > last.version))


def _finding(parts: Sequence[NestedFile], history: History, beside: Sequence[NestedFile]) -> Finding:
    own = [part for part in parts if part.releases]
    of_whole = [part for part in parts if part.fits and not part.releases]
    package = history.package
    if own and len(of_whole) == 1 and not package.format_is_configured:
        return _own_releases(own, replace(of_whole[0], releases=package.format), history)
    shown = first_few([f"`{part.path}` ({part.version})" for part in parts])
    what = f"the root has no version file, so a release writes no version; there are versions in {shown}"
    fix = proposed_ways([*parts, *beside], released=history.stable is not None)
    return Finding("nested-version-files", what, fix, "warning")


def _own_releases(own: Sequence[NestedFile], whole: NestedFile, history: History) -> Finding:
    """Return the finding about the parts `own` beside the file `whole`, which has the version of the other releases."""
    template = history.package.format.template
    names = first_few([f"`{part.directory}`" for part in own])
    what = f"tags show releases of {names}, so commits that change only these must not count for `{template}`"
    ignore = f"set `tag = {toml_string(template)}` under `[release]` to count all commits"
    return Finding("nested-packages", what, proposed_packages([*own, whole], ignore))


def _left_out(
    written: Sequence[VersionFileConfig],
    root: Sequence[DeclaredVersion],
    history: History,
    parts: Sequence[NestedFile],
) -> Iterator[Finding]:
    """Yield a warning if a release writes the files at the root, but not all `parts` that have the last version.

    Files at the root with an old version are probably of a private package, and are not written by the releases.
    """
    paths = {file.path for file in written}
    # Maven modules have a finding of their own.
    left = [
        part
        for part in parts
        if part.fits
        and (part.path not in paths or (part.paths and not part.directory))  # the lock file repeats those of the parts
        and not ("pom.xml" in paths and "pom.xml" in part.path)
    ]
    if not left or history.stable is None or any(file.format for file in written if not file.paths):
        return
    first, last = root[0], history.stable
    shown = first_few([f"`{part.path}` ({part.version})" for part in left])
    what = f"a release writes `{first.path}` ({first.written}), but not {shown}; the last release is `{last.name}`"
    what += _with_other_version(parts)
    at_root = [NestedFile(file.path, "", paths=file.paths) for file in written]
    ways = [left, at_root] if is_behind(root, last) else [[*at_root, *left], at_root]
    yield Finding("nested-version-files", what, proposed_files(*ways), "warning")


def _with_other_version(parts: Sequence[NestedFile]) -> str:
    """Return the end of a sentence that names those of `parts` that are not proposed; empty without any."""
    others = [f"`{part.path}` ({part.version})" for part in parts if not part.fits and part.version != _PLACEHOLDER]
    if not others:
        return ""
    return f"; not proposed, because they have another version: {first_few(others)}"


def _not_read(paths: Sequence[str]) -> str:
    """Return the end of a sentence about the files below the root that are too many to be read; empty without any."""
    more = sum(_is_of_a_part(path.split("/")) for path in paths) - limits.NESTED_VERSION_FILES
    files = "file" if more == 1 else "files"
    return f"; {more} more {files} below the root could have a version, and the limit is reached" if more > 0 else ""
