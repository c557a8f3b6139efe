"""The steps that plans consist of, one module for each kind.

`STEPS` is the registry by kind, in the order of a release.
"""

from __future__ import annotations

from typing import Any

from shipit.steps.blue_green import (
    AwaitHealthy,
    Confirm,
    Drain,
    ResumeContainer,
    RetireContainer,
    StartContainer,
    SwitchTraffic,
    WriteMarker,
)
from shipit.steps.build_image import BuildImage
from shipit.steps.comment_released import CommentReleased
from shipit.steps.compose import (
    AwaitReplicas,
    ConfirmReplicas,
    MigrateService,
    PinImage,
    RecreateReplicas,
    RemoveReplicas,
    StartReplicas,
    VerifyReplicas,
    WatchReplicas,
)
from shipit.steps.create_commit import CreateCommit
from shipit.steps.create_tag import CreateTag
from shipit.steps.deploy import Migrate, PullImage, RecordEvent, Verify, WriteSecrets
from shipit.steps.draft_release import DraftRelease
from shipit.steps.forge_commit import ForgeCommit
from shipit.steps.forge_tag import ForgeTag
from shipit.steps.kubernetes import AwaitRollout, ConfirmRollout, PatchDeployment
from shipit.steps.label_released import LabelReleased
from shipit.steps.move_tag import MoveTag
from shipit.steps.promote_image import PromoteImage
from shipit.steps.publish_release import PublishRelease
from shipit.steps.push import Push
from shipit.steps.push_image import PushImage
from shipit.steps.report_deployment import ReportDeployment
from shipit.steps.restore_file import RestoreFile
from shipit.steps.run import Run
from shipit.steps.swarm import AwaitUpdate, ConfirmService, UpdateService
from shipit.steps.sync_branch import SyncBranch
from shipit.steps.tag_image import TagImage
from shipit.steps.upload_assets import UploadAssets
from shipit.steps.watchtower import AwaitDigest, MoveImageTag, TriggerWatchtower
from shipit.steps.write_file import WriteFile

__all__ = [
    "OPTIONAL_STEPS",
    "STEPS",
    "BuildImage",
    "CommentReleased",
    "CreateCommit",
    "CreateTag",
    "DraftRelease",
    "ForgeCommit",
    "ForgeTag",
    "LabelReleased",
    "MoveTag",
    "PromoteImage",
    "PublishRelease",
    "Push",
    "PushImage",
    "ReportDeployment",
    "RestoreFile",
    "Run",
    "SyncBranch",
    "TagImage",
    "UploadAssets",
    "WriteFile",
]

STEPS: dict[str, type[Any]] = {
    step.kind: step
    for step in (
        SyncBranch,
        WriteFile,
        RestoreFile,
        Run,
        CreateCommit,
        CreateTag,
        BuildImage,
        DraftRelease,
        UploadAssets,
        Push,
        ForgeCommit,
        ForgeTag,
        PushImage,
        PromoteImage,
        TagImage,
        PublishRelease,
        MoveTag,
        CommentReleased,
        LabelReleased,
        PullImage,
        Migrate,
        WriteSecrets,
        StartContainer,
        AwaitHealthy,
        Verify,
        SwitchTraffic,
        Drain,
        Confirm,
        RecordEvent,
        WriteMarker,
        RetireContainer,
        ResumeContainer,
        MoveImageTag,
        TriggerWatchtower,
        AwaitDigest,
        UpdateService,
        AwaitUpdate,
        ConfirmService,
        PinImage,
        MigrateService,
        StartReplicas,
        AwaitReplicas,
        VerifyReplicas,
        WatchReplicas,
        RecreateReplicas,
        RemoveReplicas,
        ConfirmReplicas,
        PatchDeployment,
        AwaitRollout,
        ConfirmRollout,
        ReportDeployment,
    )
}

# Optional steps: a release or a deployment is complete without them, and their failure is only a warning.
OPTIONAL_STEPS = (CommentReleased, LabelReleased, ReportDeployment)
