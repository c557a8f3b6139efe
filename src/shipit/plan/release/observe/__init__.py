"""The facts about the clone, the remote and the forge that a release is planned from."""

from __future__ import annotations

from shipit.plan.release.observe.clone_state import CloneState as CloneState
from shipit.plan.release.observe.clone_state import observe_clone as observe_clone
from shipit.plan.release.observe.facts import FileState as FileState
from shipit.plan.release.observe.facts import Observed as Observed
from shipit.plan.release.observe.facts import observe_release as observe_release
from shipit.plan.release.observe.promoted_branches import PromotedBranch as PromotedBranch
from shipit.plan.release.observe.proposal import Edit as Edit
from shipit.plan.release.observe.proposal import ProposalState as ProposalState
from shipit.plan.release.observe.proposal import package_branch as package_branch
from shipit.plan.release.observe.proposal import proposal_branch as proposal_branch
from shipit.plan.release.observe.target_branch import TargetBranch as TargetBranch
from shipit.plan.release.observe.target_branch import Undo as Undo
from shipit.plan.release.observe.target_branch import observe_target_branch as observe_target_branch
from shipit.plan.release.observe.target_branch import target_branch_findings as target_branch_findings
from shipit.plan.release.observe.unfinished import Unfinished as Unfinished
