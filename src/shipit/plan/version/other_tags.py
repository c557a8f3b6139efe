"""The findings about tags after the last release that look like releases, but are not in the tag format.

The tag format may have changed, as in a repository with the tags `v2.4.1`, `gradle/3.0.0` and `gradle/8.10.0`, or a tag
may have been written in another form by mistake. In both cases, the last release is not the one that shipit recognises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from shipit.config.keys import toml_key, toml_string
from shipit.core import limits
from shipit.core.versions import Tag, TagFormat, version_tags
from shipit.core.versions.tag_family import TagFamily, is_named, short_tags, tag_families
from shipit.finding import Finding
from shipit.plan.version.files.nested_fix import package_tables
from shipit.plan.version.history import History
from shipit.plan.version.package.model import ROOT_NAMES, Package

_MANIFESTS = ("CHANGELOG.md", "CHANGES.md", "go.mod")  # files of a package, besides version files


def other_tag_findings(
    tags: Mapping[str, str], history: History, paths: Callable[[], Iterable[str]], remote: str
) -> Iterator[Finding]:
    """Yield a finding for the tags after the last release that are probably releases.

    It blocks unless the tag format is configured: then other tags are ignored on purpose, and it is a warning.

    Args:
        tags: the commit id of each tag, by name.
        history: the history of the package.
        paths: returns the paths of all files; called only when a finding proposes packages.
        remote: the name of the git remote, for the fixes.
    """
    package = history.package
    others = {name: commit for name, commit in history.later_tags.items() if package.format.parse(name) is None}
    found = _Successors(tags, history)
    families = [family for family in tag_families(others) if found.include(family)]
    short = [] if package.name or families else list(filter(found.may_be_next, _short_tags(others, history)))
    if short and not (history.last and package.format_is_configured):
        yield _two_numbers(history, short[0], remote)
    elif package.format_is_configured:
        yield from (_warning(package, family, remote) for family in families[:1] if not (package.name or family.name))
    elif families:
        yield _changed_format(history, families, paths, remote)


def _short_tags(others: Mapping[str, str], history: History) -> list[Tag]:
    """Return the tags with two numbers in the tag format.

    Without any release, also those in another common format, and those with one number if there are several: a single
    `v1` may be a floating tag.
    """
    if history.last:
        return short_tags(others, history.package.format, 2)
    usual = (history.package.format, TagFormat("v{version}"), TagFormat("{version}"))
    single = (short_tags(others, format, 1) for format in usual)
    several = (tags for tags in single if len({tag.commit for tag in tags}) > 1)
    return next(filter(None, (*(short_tags(others, format, 2) for format in usual), *several)), [])


class _Successors:
    """The rule which tags are probably releases after the last one that has the tag format."""

    def __init__(self, tags: Mapping[str, str], history: History) -> None:
        self._tags = tags
        self._history = history
        self._known = {tag.version for tag in version_tags(tags, history.package.format)}

    def include(self, family: TagFamily) -> bool:
        """Return whether the tags of `family` are probably releases of the package."""
        if self._history.package.name:  # other tags may belong to a former package
            return _has_name_of(family, self._history.package)
        if not family.name:
            return any(map(self.may_be_next, family.tags)) or self._replaces([*filter(self._is_higher, family.tags)])
        # The versions of a part of the repository do not continue those of the whole.
        return not family.dated and self._replaces([tag for tag in family.tags if tag.version not in self._known])

    def may_be_next(self, tag: Tag) -> bool:
        """Return whether `tag` may come after the last release; False for a date such as 2024.5.1 after 1.4.0."""
        last = self._history.last
        return self._is_higher(tag) and (last is None or tag.version.major <= last.version.major + 1)

    def _is_higher(self, tag: Tag) -> bool:
        last = self._history.last
        stable = tag.version.prerelease is None and tag.version not in self._known
        return stable and (last is None or last.version < tag.version)

    def _replaces(self, newer: Sequence[Tag]) -> bool:
        """Return whether the tags `newer` of one format replace the tag format: it began after the last release.

        A format that was used before, beside the tag format, is that of something else, unless the tag format was
        used less often than `newer` since then.
        """
        if len(newer) < 2:
            return False
        return len(newer) >= len(self._known) or not self._was_used_before(newer[0])

    def _was_used_before(self, tag: Tag) -> bool:
        (family,) = tag_families({tag.name: tag.commit})
        last = self._history.stable
        now = {*self._history.later_tags.values(), *([last.commit] if last else ())}
        return any(commit not in now and family.format.parse(name) for name, commit in self._tags.items())


def _changed_format(
    history: History, families: Sequence[TagFamily], paths: Callable[[], Iterable[str]], remote: str
) -> Finding:
    package, newest = history.package, families[0].tags[0]
    ignore = f"{_setting(package.format, package)} to ignore such tags"
    fix = proposal(families, package, paths, ignore, package.format if history.last else None)
    if not package.name and [len(family.tags) for family in families] == [1] and not families[0].name:
        fix = f"{_copy(package, newest, remote)}; or {fix}"
    return Finding("other-tag-format", _what(package, newest, history.last), fix)


def _two_numbers(history: History, newest: Tag, remote: str) -> Finding:
    package = history.package
    ignore = f"; or set `tag = {toml_string(package.format.template)}` to ignore such tags" if history.last else ""
    return Finding("other-tag-format", _what(package, newest, history.last), _copy(package, newest, remote) + ignore)


def _warning(package: Package, family: TagFamily, remote: str) -> Finding:
    newest = family.tags[0]
    what = f"tag `{newest.name}` looks like a release, but is ignored: the tag format is `{package.format.template}`"
    fix = f"{_copy(package, newest, remote)}; if it is not a release, delete the tag"
    return Finding("other-tag-format", what, fix, "warning")


def _what(package: Package, newest: Tag, last: Tag | None) -> str:
    since = f"after `{last.name}`" if last else "in this history"
    return (
        f"tag `{newest.name}` {since} looks like a release, but does not count: "
        f"the tag format is `{package.format.template}`"
    )


def _copy(package: Package, tag: Tag, remote: str) -> str:
    """Return the command that tags the commit of `tag` in the tag format of the package."""
    name = package.format.render(tag.version)
    return f"git tag {name} {tag.name} && git push {remote} {name}"


def proposal(
    families: Sequence[TagFamily],
    package: Package,
    paths: Callable[[], Iterable[str]],
    other: str,
    of_root: TagFormat | None = None,
) -> str:
    """Return the instruction to configure the tag format of `families`, or a package for each of them.

    Args:
        families: families of tags, the largest first; at least one.
        package: the package that the tags may belong to.
        paths: returns the paths of all files.
        other: the instruction for the user who wants neither.
        of_root: the tag format of the releases of the root, if it is known; else it is that of tags without a name.
    """
    families = _current_formats(families)
    named = [family for family in families if family.name]
    of_root = of_root or next((family.format for family in families if not family.name), None)
    if of_root and named and not package.name and (parts := _parts_beside_root(named, [*paths()])):
        return "\n".join(("write in shipit.toml:", *package_tables(parts | {"": of_root}), f"or {other}"))
    if package.name or not families[0].name or len(named) == 1:
        return f"{_setting(families[0].format, package)}, or {other}"
    existing = _package_directories(paths())
    places = [(family, directory) for family in named if (directory := _directory(family.name, existing))]
    found = places or [(family, "DIRECTORY") for family in named]
    tables = (
        f"  [packages.{toml_key(family.name)}]\n"
        f"  path = {toml_string(directory)}\n"
        f"  tag = {toml_string(family.format.template)}\n"
        for family, directory in found[: limits.PROPOSED_PACKAGES]
    )
    left = len(found) - limits.PROPOSED_PACKAGES
    more = f"  # packages left out here: {left}; `git tag` shows their tags\n" if left > 0 else ""
    return f"write in shipit.toml:\n{''.join(tables)}{more}or {other}"


def _parts_beside_root(families: Sequence[TagFamily], paths: Sequence[str]) -> dict[str, TagFormat | None]:
    """Return the format of each of `families` by the directory with its name, if the root has a version file too."""
    if not any(path in ROOT_NAMES for path in paths):
        return {}
    existing = _package_directories(paths)
    found = ((family.format, path) for family in families for path in existing if is_named(family.name, path))
    parts: dict[str, TagFormat | None] = {path: format for format, path in found}
    return parts if len(parts) <= limits.PROPOSED_PACKAGES else {}


def package_proposal(families: Sequence[TagFamily], packages: Sequence[Package], other: str) -> str:
    """Return the instruction to configure the tag formats of those packages whose names are in the tags.

    Tags without a name may be those of the first package.

    Args:
        families: families of tags, the largest first; at least one.
        packages: the packages, of which none has a tag in its format.
        other: the instruction if the tags are of no package.
    """
    families = _current_formats(families)
    found = [(family, package) for package in packages for family in families if _has_name_of(family, package)]
    if not found and families[0].name:
        setting = f"set `tag = {toml_string(families[0].format.template)}` in its table"
        return f"if they are the releases of a package, {setting}; if not, {other}"
    settings = (_setting(family.format, package) for family, package in found or [(families[0], packages[0])])
    return f"{' and '.join(settings)}, or {other}"


def _has_name_of(family: TagFamily, package: Package) -> bool:
    """Return whether the tags of `family` have the name of `package`."""
    return is_named(family.name, package.name)


def _setting(format: TagFormat, package: Package) -> str:
    """Return the instruction to configure the tag format of `package`."""
    table = f"[packages.{toml_key(package.name)}]" if package.name else "[release]"
    return f"set `tag = {toml_string(format.template)}` under `{table}`"


def _current_formats(families: Sequence[TagFamily]) -> list[TagFamily]:
    """Return `families` with one for each name, the one with the highest version: an earlier format has lower ones."""
    named: dict[str, TagFamily] = {}
    for family in families:
        known = named.setdefault(family.name, family)
        if known.tags[0].version < family.tags[0].version:
            named[family.name] = family
    return [family for family in families if not family.name or named[family.name] is family]


def _package_directories(paths: Iterable[str]) -> list[str]:
    """Return the directories below the root that contain a version file or another file of a package."""
    from shipit.versionfiles import FORMATS

    names = {*_MANIFESTS, *(name for format in FORMATS.values() for name in format.patterns)}
    found = (directory for directory, _, name in (path.rpartition("/") for path in paths) if name in names)
    return sorted({directory for directory in found if directory}, key=lambda path: (path.count("/"), path))


def _directory(name: str, directories: Sequence[str]) -> str | None:
    """Return the directory that probably holds the package `name`; None when there is no such directory."""
    exact = [path for path in directories if is_named(name, path)]
    similar = [path for path in directories if name.lower() in re.split(r"[-_.]", path.rpartition("/")[2].lower())]
    return next(iter((*exact, *similar)), None)
