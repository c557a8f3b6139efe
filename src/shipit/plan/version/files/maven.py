"""The poms that repeat the version of a Maven project, and the findings about those that a release does not write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from shipit.config.keys import toml_key, toml_string
from shipit.config.model import VersionFileConfig
from shipit.core import limits
from shipit.finding import Finding
from shipit.plan.version.files.reading import version_format, version_in
from shipit.plan.version.package.model import Package
from shipit.versionfiles import FORMATS, VersionFileError, format_of
from shipit.versionfiles.base import line_number
from shipit.versionfiles.projects.maven_modules import module_versions, modules_beside
from shipit.versionfiles.projects.maven_uses import MavenProject, OwnUse, maven_project

Read = Callable[[str], str | None]

_PROBE = "0-written"  # no version of a project


def poms_in(files: Iterable[VersionFileConfig]) -> list[VersionFileConfig]:
    """Return those of `files` that are poms."""
    return [file for file in files if version_format(file) is FORMATS["maven"]]


def module_entries(file: VersionFileConfig, read: Read) -> Iterator[VersionFileConfig]:
    """Yield the modules that repeat the version of the pom `file` as that of their parent."""
    for path, paths in module_versions(file.path, read):
        yield VersionFileConfig(path=path, format="maven", paths=paths)


def use_entries(package: Package, listed: Sequence[VersionFileConfig], read: Read) -> Iterator[VersionFileConfig]:
    """Yield the dependencies and plugins that are artifacts of the project, and have the version of the project.

    They are in the poms of `listed`, and in all modules if `package` has no list of version files.

    Args:
        package: the package.
        listed: the version files of the package.
        read: the function that returns the text of a committed file.
    """
    everywhere = package.version_files is None
    project = _project(listed, read, with_heirs=everywhere)
    paths = project.poms if everywhere else dict.fromkeys(pom.path for pom in poms_in(listed))
    for path in paths:
        yield from _entry_of(path, project.uses_in(read(path) or ""))


def _entry_of(path: str, uses: Sequence[OwnUse]) -> Iterator[VersionFileConfig]:
    if names := tuple(use.artifact for use in uses if use.alone):
        yield VersionFileConfig(path=path, format="maven", paths=names)


def _project(files: Iterable[VersionFileConfig], read: Read, *, with_heirs: bool) -> MavenProject:
    versions: dict[str, str] = {}
    for pom in poms_in(files):
        if version := version_in(pom, read(pom.path)):
            versions.setdefault(pom.path, version)
    return maven_project(versions, read, with_heirs=with_heirs)


def maven_findings(
    package: Package, listed: Sequence[VersionFileConfig], committed: Iterable[str], read: Read
) -> Iterator[Finding]:
    """Yield a warning for the poms with the version of the project that a release does not write.

    Args:
        package: the package.
        listed: the version files of the package, without the entries of `use_entries`.
        committed: the paths of all files.
        read: the function that returns the text of a committed file.
    """
    poms = poms_in(listed)
    if not poms:
        return
    outside = _outside(committed) if package.version_files is None else ()
    beside = _beside(package, poms, read)
    written = (*listed, *use_entries(package, listed, read))
    left = _left(_project(listed, read, with_heirs=package.version_files is None), written, outside, read)
    proposed = (*listed, *beside)
    more = [
        entry
        for path, (_, uses) in _left(_project(proposed, read, with_heirs=True), proposed, outside, read).items()
        if path not in {file.path for file in proposed}
        for entry in _entry_of(path, uses)
    ]
    fix = _proposal(package, (*proposed, *more))
    if beside:
        named = ", ".join(f"`{file.path}`" for file in beside)
        what = f"a release does not write the version into {named}: the parent there is no pom of the project"
        yield Finding("maven-module", what, f"{fix}\nleave out each file that has a version of its own", "warning")
    if left:
        what = f"a release leaves the version of artifacts of this project as it is in {_named(left)}"
        yield Finding("maven-dependency", what, "\n".join(_fixes(left, fix if more else "")), "warning")


def _beside(package: Package, poms: Iterable[VersionFileConfig], read: Read) -> list[VersionFileConfig]:
    if package.version_files is not None:
        return []
    paths = dict.fromkeys(path for pom in poms if not pom.paths for path in modules_beside(pom.path, read))
    return [VersionFileConfig(path=path, format="maven") for path in paths]


def _outside(committed: Iterable[str]) -> list[str]:
    return [path for path in committed if path.rpartition("/")[2] == "pom.xml"]


_Left = dict[str, tuple[str, list[OwnUse]]]
"""The text after a release, and the uses with the old version in it, by the path of the pom."""


def _left(project: MavenProject, written: Iterable[VersionFileConfig], outside: Iterable[str], read: Read) -> _Left:
    """Return the uses that keep the version of the project; in poms that are no modules only those of a snapshot."""
    entries = defaultdict(list)
    for file in written:
        entries[file.path].append(file)
    found: _Left = {}
    for path in dict.fromkeys((*project.poms, *outside)):
        text = _after(entries[path], read(path) or "")
        uses = project.uses_in(text)
        if path not in project.poms:
            uses = [use for use in uses if use.version.endswith("-SNAPSHOT")]
        if uses:
            found[path] = (text, uses)
    return found


def _after(files: Iterable[VersionFileConfig], text: str) -> str:
    """Return the text of a pom with another version at all places that a release writes."""
    for file in files:
        format = version_format(file)
        try:
            text = format.write(text, _PROBE, file.paths) if format else text
        except VersionFileError:  # the plan has a finding about it
            continue
    return text


def _named(left: _Left) -> str:
    poms = list(left.items())[: limits.NESTED_EXAMPLES]
    more = len(left) - len(poms)
    shown = "; ".join(f"`{path}`, {_places(*each)}" for path, each in poms)
    return f"{shown}; and {more} more" if more else shown


def _places(text: str, uses: Sequence[OwnUse]) -> str:
    places = sorted((offset, f"{use.artifact} {use.version}") for use in uses for offset in use.offsets)
    shown = [f"line {line_number(text, offset)} ({use})" for offset, use in places[: limits.NAMED_PLACES]]
    return ", ".join(shown) + (", …" if len(places) > limits.NAMED_PLACES else "")


def _fixes(left: _Left, proposal: str) -> Iterator[str]:
    if proposal:
        yield proposal
        yield "leave out each file that should keep the old version"
    mixed = [f"`{use.artifact}` in `{path}`" for path, (_, uses) in left.items() for use in uses if not use.alone]
    if mixed:
        shown = ", ".join(mixed[: limits.NAMED_PLACES])
        more = ", …" if len(mixed) > limits.NAMED_PLACES else ""
        yield f"write `${{project.version}}` for the places with the version of the project of {shown}{more}"


def _proposal(package: Package, files: Iterable[VersionFileConfig]) -> str:
    entries = ",\n    ".join(map(_entry, files))
    table = f"packages.{toml_key(package.name)}" if package.name else "release"
    return f"write in shipit.toml:\n  [{table}]\n  version-files = [\n    {entries},\n  ]"


def _entry(file: VersionFileConfig) -> str:
    """Return the entry for `file` in `version-files`."""
    if file.pattern:
        return f"{{ path = {toml_string(file.path)}, pattern = {toml_string(file.pattern)} }}"
    unusual = file.format and format_of(file.path) is not FORMATS[file.format]
    format = f", format = {toml_string(file.format)}" if file.format and unusual else ""
    paths = f", paths = [{', '.join(map(toml_string, file.paths))}]" if file.paths else ""
    return f"{{ path = {toml_string(file.path)}{format}{paths} }}" if format or paths else toml_string(file.path)
