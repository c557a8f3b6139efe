"""The plan of a promotion: a pure function of the observed facts and the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.finding import Finding, blocking_first
from shipit.plan.model import Inputs
from shipit.plan.promotion.model import PromotionPlan
from shipit.plan.promotion.observe import ObservedPromotion
from shipit.plan.release import target_branch_findings
from shipit.steps.branches import PromoteBranch


def make_promotion_plan(config: Config, observed: ObservedPromotion) -> PromotionPlan:
    """Return the plan that moves a branch to a release.

    The branch is fast-forwarded if the release contains all its commits. Else a merge commit gets exactly the files of
    the release, if the branch has no changes of its own. No commit of the branch is ever removed.

    Args:
        config: the configuration.
        observed: the facts, from `observe_promotion`.
    """
    release, target = observed.release, observed.target
    is_done = target.has_files and (target.tip == release.commit or not target.forwards)
    about = target_branch_findings(target, release.name, release.version, observed.source, config)
    findings = () if is_done else blocking_first((*about, *_protections(observed, config)))
    step = PromoteBranch(
        branch=target.name,
        tag=release.name,
        commit=release.commit,
        source=observed.source,
        expected=target.tip,
        forwards=target.forwards,
        author=config.release.author,
    )
    return PromotionPlan(
        inputs=Inputs(release.commit, target.name, fingerprint(config)),
        steps=() if is_done else (step,),
        findings=findings,
        source=observed.source,
        target=target.name,
        tag=release.name,
        commit=release.commit,
    )


def _protections(observed: ObservedPromotion, config: Config) -> Iterator[Finding]:
    """Yield a warning if the rules of the branch can refuse the push. A token that may bypass them can push."""
    if observed.push_rules:
        target, release = observed.target.name, observed.release
        what = f"`{target}` is protected by {observed.push_rules}, so the push of {release.name} can be refused"
        push = f"git push {config.release.remote} {release.commit[:10]}:refs/heads/promote-{release.name}"
        fix = f"allow the token to bypass the rules; or push a new branch, and merge a pull request from there: {push}"
        yield Finding("branch-protected", what, fix, "warning")
