"""The facts that a promotion is planned from: the release, and the state of the branch that is moved to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from shlex import quote

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import Config
from shipit.config.reading.advice import did_you_mean
from shipit.config.reading.validity import is_valid
from shipit.config.vocabulary import Branch
from shipit.core.versions import Tag, version_tags
from shipit.errors import PreflightError, UsageError
from shipit.finding import any_blocks
from shipit.plan.release import TargetBranch, observe_clone, observe_target_branch
from shipit.plan.version import Package, channel, main_channel, packages, unknown_default_branch
from shipit.world import Forge, Git, RemoteRefs


class ObservedPromotion(Struct, frozen=True):
    """A release of the branch `source`, and the branch `target` on the remote.

    `push_rules` are the rules of the branch that can refuse a push; None if there are none.
    """

    source: str
    release: Tag
    target: TargetBranch
    push_rules: str | None = None


def observe_promotion(
    git: Git, forge: Forge, config: Config, target: str, *, source: str | None = None, version: str | None = None
) -> ObservedPromotion:
    """Return the facts about a promotion. Fetches what the clone lacks.

    Args:
        git: the clone.
        forge: the forge of the remote.
        config: the configuration.
        target: the branch to move.
        source: the branch with the release; None for `from` of the environment, or else the first release branch.
        version: the version or the tag of the release; None for the last one.

    Raises `UsageError` for a branch or a release that does not exist, and `PreflightError` if the remote or the history
    cannot be read, or if it is not known which branch is the release branch.
    """
    if "" in (source, target):
        raise UsageError("the name of a branch is empty", hint="name the branch: shipit promote-branch main prod")
    clone = observe_clone(git, config, target)
    if clone.remote is None or any_blocks(clone.findings):
        raise PreflightError(clone.findings, state="nothing was changed", to="promote the branch")
    remote = clone.remote
    source = source or _source(config, target) or _release_branch(config, remote, target)
    tip = _tip(remote, source)
    if channel(config, target, remote.default or ""):
        what = f"`{target}` is a release branch, so it gets its releases itself"
        raise UsageError(what, hint="name the branch of an environment: shipit promote-branch main prod")
    tags = {name: commit for name, commit in remote.tags.items() if git.files_id(commit)}
    release, package = _release(git, config, tags, source, tip, version)
    head = remote.branches.get(target)
    if head is None:
        raise UsageError(f"there is no branch `{target}` on the remote", hint=_meant(config, remote, target, release))
    every = [tag for each in packages(config) for tag in _tags(config, each, tags)]
    state = observe_target_branch(git, target, head, release.commit, _tags(config, package, tags), every)
    return ObservedPromotion(source, release, state, forge.push_rules(target))


def _source(config: Config, branch: str) -> str | None:
    """Return the release branch in `from` of the environment that has `branch`; None without it."""
    return next((each.from_ for each in config.environments.values() if each.branch == branch and each.from_), None)


def _release_branch(config: Config, remote: RemoteRefs, target: str) -> str:
    """Return the first release branch; raises `PreflightError` if neither the configuration nor the remote names it."""
    name = main_channel(config, remote.default).name
    if not name:
        finding = replace(
            unknown_default_branch(target), what="the release branch is not known: HEAD of the remote names no branch"
        )
        fix = f"{finding.fix}, or name the branch: shipit promote-branch main {quote(target)}"
        raise PreflightError([replace(finding, fix=fix)], state="nothing was changed", to="promote the branch")
    return name


def _meant(config: Config, remote: RemoteRefs, target: str, release: Tag) -> str:
    """Return the name that was probably meant by `target`, or else the command that makes this branch."""
    short = target.removeprefix("refs/heads/").removeprefix(f"{config.release.remote}/")
    if short != target and short in remote.branches:
        return f"did you mean `{short}`?"
    branches = [each.branch for each in config.environments.values() if each.branch]
    similar = did_you_mean(target, [*config.environments, *branches, *remote.branches])
    if similar and target not in branches:
        return similar
    if not is_valid(target, Branch):
        return _some_branches(remote)
    return f"to make it: git push {config.release.remote} {quote(f'{release.commit[:10]}:refs/heads/{target}')}"


def _tip(remote: RemoteRefs, branch: str) -> str:
    """Return the commit of `branch` on the remote. Raises `UsageError` if there is no such branch."""
    tip = remote.branches.get(branch)
    if tip is None:
        what = f"there is no branch `{branch}` on the remote"
        raise UsageError(what, hint=did_you_mean(branch, remote.branches) or _some_branches(remote))
    return tip


def _some_branches(remote: RemoteRefs) -> str:
    """Return the hint with names of branches that exist."""
    return f"name one of its branches, such as {', '.join(sorted(remote.branches)[:5])}"


def _release(
    git: Git, config: Config, tags: Mapping[str, str], source: str, tip: str, version: str | None
) -> tuple[Tag, Package]:
    """Return the release to promote and its package; of several packages the newest.

    Raises `UsageError` if there is none.
    """
    found = [(tag, package) for package in packages(config) for tag in _tags(config, package, tags)]
    if version is not None:
        number = version.removeprefix("v")
        found = [(tag, each) for tag, each in found if tag.name in (version, each.format.render(number))]
    reachable = git.reachable(tip, [tag.commit for tag, _ in found])
    found = [(tag, package) for tag, package in found if tag.commit in reachable]
    if not found:
        what = f"there is no release{f' `{version}`' if version else ''} on `{source}`"
        hint = f"list the releases there: git tag --merged {tip[:10]}" if version else "release first: shipit release"
        raise UsageError(what, hint=hint)
    return reduce(lambda one, other: other if _follows(git, one[0], other[0]) else one, found)


def _follows(git: Git, one: Tag, other: Tag) -> bool:
    """Return whether the release `other` was made after `one`, and contains it."""
    return other.commit != one.commit and git.is_ancestor(one.commit, other.commit)


def _tags(config: Config, package: Package, tags: Mapping[str, str]) -> Sequence[Tag]:
    return version_tags(tags, package.format, main_channel(config, None).prerelease)
