"""The steps that change other branches of the remote: that of a pull request, and those that get a release."""

from __future__ import annotations

from shipit.steps.branches.back_merge import BackMerge as BackMerge
from shipit.steps.branches.back_merge import back_merge_pull_requests as back_merge_pull_requests
from shipit.steps.branches.move_branch import MoveBranch as MoveBranch
from shipit.steps.branches.move_branch import promotion_pull_requests as promotion_pull_requests
from shipit.steps.branches.promote_branch import PromoteBranch as PromoteBranch
from shipit.steps.branches.propose_release import KeptEdit as KeptEdit
from shipit.steps.branches.propose_release import ProposedFile as ProposedFile
from shipit.steps.branches.propose_release import ProposeRelease as ProposeRelease

STEPS = (ProposeRelease, BackMerge, PromoteBranch, MoveBranch)
"""The steps that plans consist of, one module for each kind; `registry` has all of them by kind."""
