"""The plan of a promotion: a pure function of the observed facts and the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.finding import Finding, blocking_first
from shipit.plan.model import Inputs
from shipit.plan.promotion.model import PromotionPlan
from shipit.plan.promotion.observe import ObservedPromotion
from shipit.steps.repository import PromoteBranch


def make_promotion_plan(config: Config, observed: ObservedPromotion) -> PromotionPlan:
    """Return the plan that moves a branch to a release.

    The branch is fast-forwarded if the release contains all its commits. Else a merge commit gets exactly the files of
    the release, if the branch has no changes of its own. No commit of the branch is ever removed.

    Args:
        config: the configuration.
        observed: the facts, from `observe_promotion`.
    """
    release = observed.release
    is_done = observed.has_files and (observed.tip == release.commit or not observed.forwards)
    findings = () if is_done else blocking_first((*_findings(observed, config), *_protections(observed, config)))
    step = PromoteBranch(
        branch=observed.target,
        tag=release.name,
        commit=release.commit,
        source=observed.source,
        expected=observed.tip,
        forwards=observed.forwards,
        author=config.release.author,
    )
    return PromotionPlan(
        inputs=Inputs(release.commit, observed.target, fingerprint(config)),
        steps=() if is_done else (step,),
        findings=findings,
        source=observed.source,
        target=observed.target,
        tag=release.name,
        commit=release.commit,
    )


def _findings(observed: ObservedPromotion, config: Config) -> Iterator[Finding]:
    """Yield the reason why a branch with commits of its own cannot be moved, or a warning of what the move undoes."""
    target, release, held = observed.target, observed.release, observed.held
    if observed.forwards:
        return
    if held and held.version > release.version:
        what = f"`{target}` has `{held.name}` already, which is higher than `{release.name}`"
        served = [name for name, each in config.environments.items() if each.branch == target]
        back = [f"to serve the lower version: shipit rollback {name} {release.version}" for name in served]
        fix = back[0] if back else f"give a version above {held.version}, or leave out `--version`"
        yield Finding("branch-ahead", what, fix)
    elif not observed.unchanged:
        listed = ", ".join(f"`{subject}` ({id[:7]})" for id, subject in observed.own[:3])
        more = f" and {len(observed.own) - 3} more" if observed.own[3:] else ""
        what = f"`{target}` has changes that are in no release: {listed or 'a merge that changes files'}{more}"
        remote, source = config.release.remote, observed.source
        merge = f"git fetch {remote} && git switch {source} && git pull && git merge {remote}/{target} && git push"
        fix = f"bring them into `{source}`: {merge}; then release, and move the branch to that release"
        yield Finding("branch-changes", what, fix)
    elif observed.undo:
        undo, source = observed.undo, observed.source
        what = (
            f"`{undo.subject}` ({undo.commit[:7]}) brought `{target}` back to {undo.tag}; the move to {release.name} "
            "undoes it: what it removed is served again"
        )
        fix = f"to keep it removed, revert the change in `{source}` too, release, and move the branch to that release"
        yield Finding("branch-undone", what, fix, "warning")


def _protections(observed: ObservedPromotion, config: Config) -> Iterator[Finding]:
    """Yield a warning if the rules of the branch can refuse the push. A token that may bypass them can push."""
    if observed.push_rules:
        target, release = observed.target, observed.release
        what = f"`{target}` is protected by {observed.push_rules}, so the push of {release.name} can be refused"
        push = f"git push {config.release.remote} {release.commit[:10]}:refs/heads/promote-{release.name}"
        fix = f"allow the token to bypass the rules; or push a new branch, and merge a pull request from there: {push}"
        yield Finding("branch-protected", what, fix, "warning")
