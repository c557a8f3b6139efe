"""The steps that deployments of several kinds have, one module for each, and their records and checks."""

from __future__ import annotations

from shipit.steps.deploy.bake import Seen as Seen
from shipit.steps.deploy.bake import watch as watch
from shipit.steps.deploy.copy_file import CopyFile as CopyFile
from shipit.steps.deploy.environment import container_environment as container_environment
from shipit.steps.deploy.environment import log_of as log_of
from shipit.steps.deploy.gate import Gate as Gate
from shipit.steps.deploy.migrate import Migrate as Migrate
from shipit.steps.deploy.migrate import record_migration as record_migration
from shipit.steps.deploy.proof import Proof as Proof
from shipit.steps.deploy.proof import Sight as Sight
from shipit.steps.deploy.proof import image_of as image_of
from shipit.steps.deploy.proof import look_at as look_at
from shipit.steps.deploy.proof import verified_key as verified_key
from shipit.steps.deploy.proof import verified_outputs as verified_outputs
from shipit.steps.deploy.public_address import FIX_AND_DEPLOY as FIX_AND_DEPLOY
from shipit.steps.deploy.public_address import PublicCheck as PublicCheck
from shipit.steps.deploy.public_address import address_hint as address_hint
from shipit.steps.deploy.pull_image import PullImage as PullImage
from shipit.steps.deploy.record import add_event as add_event
from shipit.steps.deploy.record import read_record as read_record
from shipit.steps.deploy.record_event import RecordEvent as RecordEvent
from shipit.steps.deploy.verify import Verify as Verify
from shipit.steps.deploy.verify import run_verification as run_verification
from shipit.steps.deploy.verify_rollout import VerifyRollout as VerifyRollout
from shipit.steps.deploy.write_secrets import WriteSecrets as WriteSecrets

STEPS = (PullImage, Migrate, CopyFile, WriteSecrets, Verify, VerifyRollout, RecordEvent)
