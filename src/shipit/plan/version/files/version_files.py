"""The search for the version files of a package, and the findings about those that cannot be updated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shipit.config.model import VersionFileConfig
from shipit.core.versions import is_version
from shipit.finding import Finding
from shipit.plan.version.files.declared import DeclaredVersion
from shipit.plan.version.files.reading import committed, version_format, version_in, version_or_error
from shipit.plan.version.package.model import Package
from shipit.versionfiles import FORMATS, VersionFileError, declared, detect
from shipit.world import Git

_GRADLE = (FORMATS["gradle"], FORMATS["gradle-kotlin"])


def version_files(git: Git, rev: str, package: Package) -> tuple[VersionFileConfig, ...]:
    """Return the configured version files of `package`, or else the detected ones.

    Detected are the files of the commit `rev` that contain a version, and those that repeat it: Maven modules, path
    dependencies of Cargo, and the lock file of a workspace above the package. For a Gradle build script that computes
    its version, it is the file that the version comes from, if that is clear.

    A pom.xml is also written where it names an artifact of the project with the version of the project, and a
    configured Cargo.toml where it depends by a path on a crate of the list.
    """
    listed = _listed(git, rev, package)
    return (*listed, *_maven_uses(git, rev, package, listed))


def _listed(git: Git, rev: str, package: Package) -> tuple[VersionFileConfig, ...]:
    main = main_version_files(git, rev, package)
    if package.version_files is not None:
        return (*main, *_cargo_places_in(git, rev, main))
    return tuple(
        entry
        for file in main
        for entry in (
            file,
            *_modules(git, rev, file),
            *_cargo_places(git, rev, file),
            *_workspace_lock(git, rev, package, file),
        )
    )


def main_version_files(git: Git, rev: str, package: Package) -> tuple[VersionFileConfig, ...]:
    """Return the same version files without the Maven modules, which repeat the version of another file."""
    if package.version_files is not None:
        found = [_followed(git, rev, file) or file for file in package.version_files]
    else:
        found = [entry for file in detected_version_files(git, rev, package) if (entry := _readable(git, rev, file))]
    return tuple({file.place: file for file in found}.values())


def _readable(git: Git, rev: str, file: VersionFileConfig) -> VersionFileConfig | None:
    """Return `file` if it contains a version, else the file that its version comes from, if there is one."""
    version = version_or_error(file, git.text(rev, file.path))
    return file if isinstance(version, str) else _followed(git, rev, file)


def _followed(git: Git, rev: str, file: VersionFileConfig) -> VersionFileConfig | None:
    """Return the file that the version of the Gradle build script `file` comes from, if the script computes it."""
    if file.paths or version_format(file) not in _GRADLE:
        return None
    text = git.text(rev, file.path)
    error = version_or_error(file, text)
    if text is None or not (isinstance(error, VersionFileError) and error.computed):
        return None
    from shipit.versionfiles.projects.gradle_source import version_source  # few projects need it

    source = version_source(file.path, text, lambda path: git.text(rev, path), lambda: git.paths(rev))
    return source and VersionFileConfig(path=source.path, format=source.format, paths=(source.place,))


def version_file_findings(git: Git, rev: str, package: Package) -> Iterator[Finding]:
    """Yield a finding for each detected version file that is not text, or when none of them can be read.

    Without one that can be read, a release updates no version file. This blocks when a build script computes the
    version, because the version of the build would be another one than that of the release.
    """
    if package.version_files is None:
        yield from _detection_findings(git, rev, package)
    yield from _maven_findings(git, rev, package)


def _detection_findings(git: Git, rev: str, package: Package) -> Iterator[Finding]:
    results = {
        file.path: version_or_error(file, git.text(rev, file.path))
        for file in detected_version_files(git, rev, package)
    }
    errors = {path: error for path, error in results.items() if isinstance(error, VersionFileError)}
    unreadable = {path: error for path, error in errors.items() if error.unreadable}
    for path, error in unreadable.items():
        fix = f"{error.hint}; if it is no version file of this project, set version-files to the others"
        yield Finding("version-file", f"`{path}` cannot be updated{_reason(error)}", fix)
    if errors and not unreadable and not main_version_files(git, rev, package):
        reasons = "; ".join(f"`{path}`{_reason(error)}" for path, error in errors.items())
        hints = {path: error.hint for path, error in errors.items() if error.hint}
        of_each = [f"`{path}`: {hint}" for path, hint in hints.items()] if len(hints) > 1 else hints.values()
        fix = "; ".join((*of_each, "if no file contains the version, set version-files = []"))
        blocks = any(error.computed for error in errors.values())
        what = f"no version file can be updated: {reasons}"
        yield Finding("version-file", what, fix, "error" if blocks else "warning")


def declared_versions(git: Git, rev: str, files: Iterable[VersionFileConfig]) -> tuple[DeclaredVersion, ...]:
    """Return the version in each file that can be read."""
    texts = ((file.path, version_in(file, git.text(rev, file.path))) for file in files)
    return tuple(DeclaredVersion(path, written, _announced(written)) for path, written in texts if written)


def _announced(written: str) -> str | None:
    try:
        version = declared(written)
    except VersionFileError:
        return None
    return version if is_version(version) else None


def detected_version_files(git: Git, rev: str, package: Package) -> list[VersionFileConfig]:
    """Return the files in the directory of `package` that are version files by their names."""
    names = [path.rpartition("/")[2] for path in git.paths(rev, package.directory)]
    return [VersionFileConfig(path=package.inside(name)) for name in detect(names)]


def _modules(git: Git, rev: str, file: VersionFileConfig) -> Iterator[VersionFileConfig]:
    """Yield the POM files of the Maven modules that repeat the version of the POM `file`."""
    if _is_pom(file):
        from shipit.plan.version.files.maven import module_entries  # here because few projects need it

        yield from module_entries(file, committed(git, rev))


def _maven_uses(
    git: Git, rev: str, package: Package, listed: Sequence[VersionFileConfig]
) -> Iterator[VersionFileConfig]:
    """Yield the places where poms name artifacts of the project with its version."""
    if any(map(_is_pom, listed)):
        from shipit.plan.version.files.maven import use_entries  # here because few projects need it

        yield from use_entries(package, listed, committed(git, rev))


def _maven_findings(git: Git, rev: str, package: Package) -> Iterator[Finding]:
    """Yield the findings about poms that keep the old version of the project."""
    listed = _listed(git, rev, package)
    if any(map(_is_pom, listed)):
        from shipit.plan.version.files.maven import maven_findings  # here because few projects need it

        yield from maven_findings(package, listed, git.paths(rev), committed(git, rev))


def _is_pom(file: VersionFileConfig) -> bool:
    return version_format(file) is FORMATS["maven"]


def _cargo_places(git: Git, rev: str, file: VersionFileConfig) -> Iterator[VersionFileConfig]:
    """Yield the places that repeat the version of the crates of `file`: path dependencies, and a lock beside it."""
    if version_format(file) is FORMATS["cargo"] and not file.paths:
        from shipit.versionfiles.projects.cargo_workspace import crates_in_lock, dependents  # few repositories need it

        paths, read = git.paths(rev), committed(git, rev)
        for path, places in dependents(file.path, paths, read):
            yield VersionFileConfig(path=path, paths=places)
        if names := crates_in_lock(file.path, paths, read):
            yield VersionFileConfig(path=f"{file.path.removesuffix('Cargo.toml')}Cargo.lock", paths=names)


def _cargo_places_in(git: Git, rev: str, files: Sequence[VersionFileConfig]) -> Iterator[VersionFileConfig]:
    """Yield the path dependencies in `files`, if the whole file is meant, on the crates of these files."""
    manifests = [file.path for file in files if version_format(file) is FORMATS["cargo"] and not file.paths]
    if manifests:
        from shipit.versionfiles.projects.cargo_workspace import dependents_in  # few repositories need it

        for path, places in dependents_in(manifests, git.paths(rev), committed(git, rev)):
            yield VersionFileConfig(path=path, paths=places)


def _workspace_lock(git: Git, rev: str, package: Package, file: VersionFileConfig) -> Iterator[VersionFileConfig]:
    """Yield the lock file nearest above `package` that repeats the version of `file`."""
    text = git.text(rev, file.path) if package.directory and not file.paths else None
    directory = package.directory
    if not directory or text is None:
        return
    from shipit.versionfiles.projects.workspace import member_of_workspace  # here because few projects need it

    while directory:
        directory = directory.rpartition("/")[0]
        member = member_of_workspace(file.path, text, directory)
        if member is None:
            return
        name, place = member
        lock = VersionFileConfig(path=f"{directory}/{name}".lstrip("/"), paths=(place,))
        locked = git.text(rev, lock.path)
        if locked is not None:
            if version_in(lock, locked):
                yield lock
            return


def _reason(error: VersionFileError) -> str:
    return f", {error.where}: {error.what}" if error.where else f": {error.what}"
