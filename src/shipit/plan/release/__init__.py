"""The plan of a release: the facts that it is made from, the preflight, and the steps."""

from __future__ import annotations

from shipit.plan.release.model import ReleasePlan as ReleasePlan
from shipit.plan.release.observe import TargetBranch as TargetBranch
from shipit.plan.release.observe import observe_clone as observe_clone
from shipit.plan.release.observe import observe_release as observe_release
from shipit.plan.release.observe import observe_target_branch as observe_target_branch
from shipit.plan.release.observe import proposal_branch as proposal_branch
from shipit.plan.release.observe import target_branch_findings as target_branch_findings
from shipit.plan.release.plan import make_release_plan as make_release_plan
from shipit.plan.release.preflight import version_finding as version_finding
from shipit.plan.release.rerun import release_of_earlier_attempt as release_of_earlier_attempt
from shipit.plan.release.staleness import require_unchanged as require_unchanged
from shipit.plan.release.steps import interrupted_findings as interrupted_findings
from shipit.plan.release.steps import release_body as release_body
from shipit.plan.release.steps import titled as titled
from shipit.plan.release.workflow_permissions import workflow_permission_findings as workflow_permission_findings
