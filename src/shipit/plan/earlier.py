"""What an earlier attempt of the same run released.

A CI that starts a run again has lost the outputs of a job that was cut off, even where all its work was done. Then
the release is made, and all that is left is to tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.release_message import is_release, notes_of, releases
from shipit.core.tag import Tag
from shipit.plan.decide import decide
from shipit.plan.history import observe_history
from shipit.plan.model import Decision, Inputs, Plan
from shipit.plan.packages import Package, packages
from shipit.plan.standing import Standing
from shipit.steps import PublishRelease
from shipit.world import Git


def earlier_release(git: Git, config: Config, standing: Standing, commit: str) -> Plan | None:
    """The plan of the last release once more, where it was made on exactly `commit`: nothing of it is left to do.

    A commit with a newer release on top is left alone, because what follows must not go back to an old version.

    Args:
        commit: the one that the run is about.
    """
    decisions = tuple(_decisions(git, config, standing, commit))
    if not decisions:
        return None
    tags = [decision.tag or "" for decision in decisions]
    return Plan(
        decisions,
        Inputs(commit, standing.branch, fingerprint(config)),
        steps=tuple(PublishRelease(tag, latest=False) for tag in tags),
        notes="\n".join(notes_of(git.tag_message(tag)) for tag in tags),
    )


def _decisions(git: Git, config: Config, standing: Standing, commit: str) -> Iterator[Decision]:
    for package in packages(config):
        last = observe_history(git, package, standing.base, standing.tags, standing.channel.prerelease).last
        if last and made_on(git, package, last) == commit:
            yield _decided(git, config, standing, package, last, commit)


def made_on(git: Git, package: Package, tag: Tag) -> str | None:
    """The commit that a release of shipit was made on: where the release wrote one of its own, the one before."""
    found = git.commit(tag.commit)
    if found is None or not releases(git.tag_message(tag.name), package.name, str(tag.version)):
        return None
    return found.parents[0] if is_release(found.message) and found.parents else found.id


def _decided(git: Git, config: Config, standing: Standing, package: Package, tag: Tag, commit: str) -> Decision:
    """Why it was made, decided again as if it were not."""
    others = {name: where for name, where in standing.tags.items() if name != tag.name}
    history = observe_history(git, package, commit, others, standing.channel.prerelease)
    return decide(history, config, standing.channel, wanted=str(tag.version)).decision
