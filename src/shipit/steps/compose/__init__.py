"""The steps of a deployment to the services of a compose project, one module for each kind."""

from __future__ import annotations

from shipit.steps.compose.await_replicas import AwaitReplicas as AwaitReplicas
from shipit.steps.compose.confirm_replicas import ConfirmReplicas as ConfirmReplicas
from shipit.steps.compose.migrate_service import MigrateService as MigrateService
from shipit.steps.compose.pin_image import PinImage as PinImage
from shipit.steps.compose.project import ComposeModel as ComposeModel
from shipit.steps.compose.project import ComposeModelService as ComposeModelService
from shipit.steps.compose.project import config_hash as config_hash
from shipit.steps.compose.project import read_model as read_model
from shipit.steps.compose.recreate_replicas import RecreateReplicas as RecreateReplicas
from shipit.steps.compose.remove_replicas import RemoveReplicas as RemoveReplicas
from shipit.steps.compose.replicas import CONFIG_FILES as CONFIG_FILES
from shipit.steps.compose.replicas import CONFIG_HASH as CONFIG_HASH
from shipit.steps.compose.replicas import Replicas as Replicas
from shipit.steps.compose.start_replicas import StartReplicas as StartReplicas
from shipit.steps.compose.verify_replicas import VerifyReplicas as VerifyReplicas
from shipit.steps.compose.watch_replicas import WatchReplicas as WatchReplicas

STEPS = (
    PinImage,
    MigrateService,
    StartReplicas,
    AwaitReplicas,
    VerifyReplicas,
    WatchReplicas,
    RecreateReplicas,
    RemoveReplicas,
    ConfirmReplicas,
)
