"""The steps of a release, and the texts and files that they write."""

from __future__ import annotations

from shipit.plan.release.steps.back_merges import missing_back_merge_steps as missing_back_merge_steps
from shipit.plan.release.steps.file_changes import FileChanges as FileChanges
from shipit.plan.release.steps.file_changes import file_changes as file_changes
from shipit.plan.release.steps.file_changes import version_file_errors as version_file_errors
from shipit.plan.release.steps.finish import finished_packages as finished_packages
from shipit.plan.release.steps.finish import finishing_steps as finishing_steps
from shipit.plan.release.steps.finish import unfinished_release_body as unfinished_release_body
from shipit.plan.release.steps.follow_up import released_steps as released_steps
from shipit.plan.release.steps.package_release import PackageRelease as PackageRelease
from shipit.plan.release.steps.package_release import with_kept_section as with_kept_section
from shipit.plan.release.steps.promoted_branches import missing_promotion_findings as missing_promotion_findings
from shipit.plan.release.steps.promoted_branches import missing_promotion_steps as missing_promotion_steps
from shipit.plan.release.steps.promoted_branches import promotion_findings as promotion_findings
from shipit.plan.release.steps.proposal import Proposal as Proposal
from shipit.plan.release.steps.proposal import proposal_findings as proposal_findings
from shipit.plan.release.steps.proposal import propose as propose
from shipit.plan.release.steps.release_body import release_body as release_body
from shipit.plan.release.steps.release_body import titled as titled
from shipit.plan.release.steps.restore import interrupted_findings as interrupted_findings
from shipit.plan.release.steps.restore import way_back as way_back
from shipit.plan.release.steps.sequence import ReleaseSequence as ReleaseSequence
from shipit.plan.release.steps.sequence import released_packages as released_packages
from shipit.plan.release.steps.snapshot import plan_snapshot as plan_snapshot
from shipit.plan.release.steps.sync import clean_up_steps as clean_up_steps
