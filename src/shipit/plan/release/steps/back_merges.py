"""The steps that bring a release back into the branches in `back-merge`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.config.model import ReleaseConfig
from shipit.plan.release.observe import Observed
from shipit.steps.branches import BackMerge
from shipit.steps.repository import ReleaseCommit


def back_merge_steps(
    config: ReleaseConfig, observed: Observed, tags: Sequence[str], commit: ReleaseCommit
) -> Iterator[BackMerge]:
    """Yield a step for each branch that brings the release `tags` back into it.

    Args:
        config: the table `[release]` of the configuration.
        observed: the facts, from `observe_release`.
        tags: the tags of the release.
        commit: the commit to bring into the branches.
    """
    release, source = ", ".join(tags), observed.clone.branch or ""
    for state in observed.back_merges:
        yield BackMerge(
            state.branch, release, commit, source, state.forwards, config.author, observed.has_pull_requests
        )


def missing_back_merge_steps(config: ReleaseConfig, observed: Observed) -> Iterator[BackMerge]:
    """Yield a step for each branch that lacks the last release, because a run was interrupted or the merge failed."""
    for state in observed.back_merges:
        if state.behind:
            tag, id = state.behind.tag, state.behind.commit
            commit = ReleaseCommit(id, None, tag)
            yield BackMerge(
                state.branch,
                tag,
                commit,
                observed.clone.branch or "",
                state.forwards,
                config.author,
                observed.has_pull_requests,
            )
