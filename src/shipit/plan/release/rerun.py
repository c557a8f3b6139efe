"""What an earlier attempt of the same run released.

A CI that starts a run again has lost the outputs of a job that was cut off, even where all its work was done. Then
the release is made, and all that is left is to tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.commits.release_message import is_release_message, is_release_of, notes_of
from shipit.core.versions import Tag
from shipit.plan.model import Inputs
from shipit.plan.release.model import ReleasePlan
from shipit.plan.release.observe import CloneState
from shipit.plan.version import Decision, Package, decide_version, observe_history, packages
from shipit.steps import PublishRelease
from shipit.world import Git


def release_of_earlier_attempt(git: Git, config: Config, clone: CloneState, commit: str) -> ReleasePlan | None:
    """The plan of the last release once more, where it was made on exactly `commit`: nothing of it is left to do.

    A commit with a newer release on top is left alone, because what follows must not go back to an old version.

    Args:
        commit: the one that the run is about.
    """
    decisions = tuple(_decisions(git, config, clone, commit))
    if not decisions:
        return None
    tags = [decision.tag or "" for decision in decisions]
    return ReleasePlan(
        decisions=decisions,
        inputs=Inputs(commit, clone.branch, fingerprint(config)),
        steps=tuple(PublishRelease(tag, latest=False) for tag in tags),
        notes="\n".join(notes_of(git.tag_message(tag)) for tag in tags),
    )


def _decisions(git: Git, config: Config, clone: CloneState, commit: str) -> Iterator[Decision]:
    for package in packages(config):
        last = observe_history(git, package, clone.base, clone.tags, clone.channel.prerelease).last
        if last and made_on(git, package, last) == commit:
            yield _decided(git, config, clone, package, last, commit)


def made_on(git: Git, package: Package, tag: Tag) -> str | None:
    """The commit that a release of shipit was made on: where the release wrote one of its own, the one before."""
    found = git.commit(tag.commit)
    if found is None or not is_release_of(git.tag_message(tag.name), package.name, str(tag.version)):
        return None
    return found.parents[0] if is_release_message(found.message) and found.parents else found.id


def _decided(git: Git, config: Config, clone: CloneState, package: Package, tag: Tag, commit: str) -> Decision:
    """Why it was made, decided again as if it were not."""
    others = {name: where for name, where in clone.tags.items() if name != tag.name}
    history = observe_history(git, package, commit, others, clone.channel.prerelease)
    return decide_version(history, config, clone.channel, wanted=str(tag.version)).decision
