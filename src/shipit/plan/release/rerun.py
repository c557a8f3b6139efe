"""The release that an earlier attempt of the same CI run has already made.

When a job is interrupted after its last step, the release is complete, but the CI has lost the outputs of the job. When
the CI starts the run again, there is nothing to release any more, and only the outputs have to be produced again.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.commits.text.release_message import is_release_message, is_release_of, notes_of
from shipit.core.versions import Tag
from shipit.plan.model import Inputs
from shipit.plan.release.model import ReleasePlan
from shipit.plan.release.observe import CloneState
from shipit.plan.release.steps import titled
from shipit.plan.version import Decision, Package, decide_version, observe_history, packages
from shipit.steps.forge import PublishRelease
from shipit.world import Git


def release_of_earlier_attempt(git: Git, config: Config, clone: CloneState, commit: str) -> ReleasePlan | None:
    """Return a plan that reproduces the outputs of the last release; None when it was not made from `commit`.

    All steps of that plan are done already. There is no plan for a release that is not the last one: later jobs of the
    run would deploy an old version.

    Args:
        git: the clone.
        config: the configuration.
        clone: the clone state.
        commit: the id of the commit that the CI started the run for.
    """
    decisions = tuple(_decisions(git, config, clone, commit))
    if not decisions:
        return None
    tags = {decision.tag or "": decision.package for decision in decisions}
    return ReleasePlan(
        decisions=decisions,
        inputs=Inputs(commit, clone.branch, fingerprint(config)),
        steps=tuple(PublishRelease(tag, latest=False) for tag in tags),
        notes="\n".join(titled(package, notes_of(git.tag_message(tag))) for tag, package in tags.items()),
    )


def _decisions(git: Git, config: Config, clone: CloneState, commit: str) -> Iterator[Decision]:
    for package in packages(config):
        last = observe_history(git, package, clone.base, clone.tags, clone.channel.prerelease).last
        if last and made_on(git, package, last) == commit:
            yield _decision(git, config, clone, package, last, commit)


def made_on(git: Git, package: Package, tag: Tag) -> str | None:
    """Return the id of the commit that the release `tag` was made from; None when shipit did not make the tag.

    That is the parent of the release commit, or the tagged commit itself when the release made no commit.
    """
    tagged = git.commit(tag.commit)
    if tagged is None or not is_release_of(git.tag_message(tag.name), package.name, str(tag.version)):
        return None
    return tagged.parents[0] if is_release_message(tagged.message) and tagged.parents else tagged.id


def _decision(git: Git, config: Config, clone: CloneState, package: Package, tag: Tag, commit: str) -> Decision:
    """Return the decision about the release `tag`, made again as if the tag did not exist."""
    others = {name: target for name, target in clone.tags.items() if name != tag.name}
    history = observe_history(git, package, commit, others, clone.channel.prerelease)
    return decide_version(history, config, clone.channel, wanted=str(tag.version)).decision
