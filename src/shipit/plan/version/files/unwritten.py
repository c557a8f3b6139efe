"""The check that a release writes the version of each package of npm that it releases a change of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipit.config.model import VersionFileConfig
from shipit.core.commits import Rules, read_commits
from shipit.finding import Finding
from shipit.plan.version.files.nested import nested_parts
from shipit.plan.version.files.nested_fix import NestedFile, first_few
from shipit.plan.version.files.workspaces import is_published
from shipit.plan.version.history import History
from shipit.world import Git


def unwritten_findings(
    git: Git,
    rev: str,
    history: History,
    tags: Mapping[str, str],
    written: Sequence[VersionFileConfig],
    rules: Rules,
) -> Iterator[Finding]:
    """Yield a warning if a counted commit changes a published package below the root that a release does not write.

    Only if a release writes another package below the root: else none of them has the version of the release.

    Args:
        git: the repository.
        rev: the commit to release.
        history: the history of the whole repository.
        tags: the commit id of each tag, by name.
        written: the version files of the release.
        rules: the bump of each commit type.
    """
    paths = {file.path for file in written}
    if history.package.name or not any(path.endswith("/package.json") for path in paths):
        return
    changed = _changed(git, rev, history, _left(git, rev, history, tags, paths), rules)
    if not changed:
        return
    shown = first_few([f"`{part.path}` ({part.version})" for part in changed])
    what = f"this release counts commits that change the package of {shown}, but writes no new version there"
    lines = "\n".join(f'  "{part.path}",' for part in changed)
    fix = f"add to `version-files` in shipit.toml:\n{lines}\n"
    fix += 'or, if nobody publishes a package, write `"private": true` into its file'
    yield Finding("unwritten-workspace", what, fix, "warning")


def _left(git: Git, rev: str, history: History, tags: Mapping[str, str], written: set[str]) -> list[NestedFile]:
    """Return the published packages below the root that are not `written`, without those with releases of their own."""
    packages = [part for part in nested_parts(git, rev, history, tags) if part.path.endswith("/package.json")]
    left = [part for part in packages if part.path not in written and not part.releases]
    return [part for part in left if is_published(git.text(rev, part.path))]


def _changed(git: Git, rev: str, history: History, parts: Sequence[NestedFile], rules: Rules) -> list[NestedFile]:
    """Return those of `parts` in whose directories a counted commit changes a file."""
    counted = {each.id for each in read_commits(history.unreleased, rules).counted} if parts else set()
    start = [history.stable.commit] if history.stable else []

    def is_changed(*some: NestedFile) -> bool:
        return not counted.isdisjoint(git.touching([each.directory for each in some], rev, start))

    return [part for part in parts if is_changed(part)] if counted and is_changed(*parts) else []
