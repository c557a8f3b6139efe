"""The findings about the paths and the files of packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipit.config.keys import toml_key
from shipit.config.model import VersionFileConfig
from shipit.core.write_back import WriteBack
from shipit.finding import Finding
from shipit.plan.version.package.model import Package
from shipit.world import EntryKind, Git


def path_findings(git: Git, rev: str, packages: Sequence[Package]) -> Iterator[Finding]:
    """Yield a finding for each path with which git cannot list the commits of its package, in the commit `rev`.

    Git counts no commits through a link, and a package needs a directory for its version files and changelog. A path
    that does not exist is only a warning, because a package may be new.
    """
    paths = (path for package in packages for path in package.paths if path)
    kinds = git.entry_kinds(rev, list(dict.fromkeys(each for path in paths for each in _with_parents(path))))
    for package in packages:
        for path in filter(None, package.paths):
            yield from _findings(git, rev, package, path, kinds)


def _findings(git: Git, rev: str, package: Package, path: str, kinds: Mapping[str, EntryKind]) -> Iterator[Finding]:
    of = f"`{path}`, a path of package `{package.name}`,"
    link = next((each for each in _with_parents(path) if kinds.get(each) == "link"), None)
    if link:
        leads_to = _target(link, git.text(rev, link) or "")
        what = f"{of} leads through the link `{link}`, and git finds no commits behind a link"
        yield Finding("package-path", what, f"write the directory that it leads to: {leads_to}{path[len(link) :]}")
    elif path not in kinds:
        fix = f"correct the path in `[packages.{package.name}]`, or commit its files"
        yield Finding("package-path", f"{of} does not exist in the commit, so it counts no commits", fix, "warning")
    elif path == package.directory and kinds[path] == "file":
        what = f"{of} is a file, but the first path must be the directory of the package"
        yield Finding("package-path", what, "put the directory first; its version files and its changelog are in it")


def _with_parents(path: str) -> Iterator[str]:
    """Yield the directories above `path`, the highest first, and `path` itself."""
    parts = path.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _target(link: str, text: str) -> str:
    """Return the path, from the root of the repository, that the link with the content `text` leads to.

    >>> _target("apps/web", "../real/web"), _target("web", "/srv/web")
    ('real/web', '/srv/web')
    """
    if text.startswith("/"):
        return text
    parts = link.split("/")[:-1]
    for part in text.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def shared_file_findings(files: Mapping[str, Sequence[VersionFileConfig]]) -> Iterator[Finding]:
    """Yield a finding for each place in a version file that several packages name.

    One place can have the version of only one package.

    Args:
        files: the version files of each package, by its name.
    """
    owners: dict[tuple[object, ...], str] = {}
    for package, entries in files.items():
        for entry in entries:
            owner = owners.setdefault(entry.place, package)
            if owner != package:
                what = f"`{entry.path}` is a version file of packages `{owner}` and `{package}`"
                what += ", and can have the version of only one"
                fix = f"name other files in `[packages.{package}]`, or none: version-files = []"
                yield Finding("shared-version-file", what, fix)


def changelog_findings(git: Git, rev: str, packages: Sequence[Package], write_back: WriteBack) -> Iterator[Finding]:
    """Yield a finding for each changelog that no release commit can contain, or that several packages would write.

    Args:
        git: the repository.
        rev: the commit to release.
        packages: the packages, with the real paths of their changelogs.
        write_back: the way of the release commit to the remote.
    """
    if not write_back.commits:
        return
    kinds = git.entry_kinds(
        rev, list({each: None for package in packages for each in _with_parents(package.changelog)})
    )
    owners: dict[str, str] = {}
    for package in packages:
        path = package.changelog
        key = f"`changelog` in `[packages.{toml_key(package.name)}]`" if package.name else "`file` in `[changelog]`"
        owner = owners.setdefault(path, package.name)
        submodule = next((each for each in _with_parents(path) if kinds.get(each) == "submodule"), None)
        what = f"the changelog `{path}` cannot be committed: "
        if owner != package.name:
            what = f"packages `{owner}` and `{package.name}` have the same changelog `{path}`"
            yield Finding("changelog", what, f"set another {key}")
        elif submodule:
            yield Finding("changelog", f"{what}it is in the submodule `{submodule}`", f"set another {key}")
        elif write_back.pushes and path not in kinds and git.ignores(path):
            fix = f"remove the rule that `git check-ignore -v {path}` shows, or set another {key}"
            yield Finding("changelog", f"{what}git ignores it", fix)
