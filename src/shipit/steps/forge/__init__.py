"""The steps that change the forge, such as releases and comments on GitHub, one module for each kind."""

from __future__ import annotations

from shipit.steps.base import VERIFIED as VERIFIED
from shipit.steps.forge.attest_assets import ATTESTATION as ATTESTATION
from shipit.steps.forge.attest_assets import AttestAssets as AttestAssets
from shipit.steps.forge.auto_merge import AutoMerge as AutoMerge
from shipit.steps.forge.comment_released import CommentReleased as CommentReleased
from shipit.steps.forge.draft_release import DraftRelease as DraftRelease
from shipit.steps.forge.forge_commit import ForgeCommit as ForgeCommit
from shipit.steps.forge.forge_tag import ForgeTag as ForgeTag
from shipit.steps.forge.label_released import LabelReleased as LabelReleased
from shipit.steps.forge.open_pull_request import OpenPullRequest as OpenPullRequest
from shipit.steps.forge.open_pull_request import opened_pull_requests as opened_pull_requests
from shipit.steps.forge.publish_release import PublishRelease as PublishRelease
from shipit.steps.forge.remove_assets import RemoveAssets as RemoveAssets
from shipit.steps.forge.report_deployment import ReportDeployment as ReportDeployment
from shipit.steps.forge.upload_assets import UploadAssets as UploadAssets

STEPS = (
    DraftRelease,
    AttestAssets,
    RemoveAssets,
    UploadAssets,
    ForgeCommit,
    ForgeTag,
    PublishRelease,
    CommentReleased,
    LabelReleased,
    ReportDeployment,
    OpenPullRequest,
    AutoMerge,
)

# Optional steps: a release or a deployment is complete without them, and their failure is only a warning.
OPTIONAL_STEPS = (CommentReleased, LabelReleased, ReportDeployment, AutoMerge)
