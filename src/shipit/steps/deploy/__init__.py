"""The steps of a deployment, one module for each kind."""

from __future__ import annotations

from shipit.steps.deploy.await_digest import NOT_KNOWN as NOT_KNOWN
from shipit.steps.deploy.await_digest import AwaitDigest as AwaitDigest
from shipit.steps.deploy.await_healthy import AwaitHealthy as AwaitHealthy
from shipit.steps.deploy.confirm import Confirm as Confirm
from shipit.steps.deploy.drain import Drain as Drain
from shipit.steps.deploy.gate import Gate as Gate
from shipit.steps.deploy.migrate import Migrate as Migrate
from shipit.steps.deploy.move_image_tag import MoveImageTag as MoveImageTag
from shipit.steps.deploy.proof import Proof as Proof
from shipit.steps.deploy.proof import image_of as image_of
from shipit.steps.deploy.proof import look_at as look_at
from shipit.steps.deploy.proof import verified_key as verified_key
from shipit.steps.deploy.proof import verified_output as verified_output
from shipit.steps.deploy.public_address import public_problem as public_problem
from shipit.steps.deploy.pull_image import PullImage as PullImage
from shipit.steps.deploy.record import RecordEvent as RecordEvent
from shipit.steps.deploy.record import read_record as read_record
from shipit.steps.deploy.record import write_record as write_record
from shipit.steps.deploy.resume_container import ResumeContainer as ResumeContainer
from shipit.steps.deploy.retire_container import RetireContainer as RetireContainer
from shipit.steps.deploy.start_container import StartContainer as StartContainer
from shipit.steps.deploy.switch_traffic import SwitchTraffic as SwitchTraffic
from shipit.steps.deploy.traffic import Sleep as Sleep
from shipit.steps.deploy.traffic import front_url as front_url
from shipit.steps.deploy.traffic import loaded_traffic as loaded_traffic
from shipit.steps.deploy.traffic import nginx_runs as nginx_runs
from shipit.steps.deploy.traffic import nginx_test as nginx_test
from shipit.steps.deploy.traffic import settled_traffic as settled_traffic
from shipit.steps.deploy.trigger_watchtower import TriggerWatchtower as TriggerWatchtower
from shipit.steps.deploy.verify import Verify as Verify
from shipit.steps.deploy.write_marker import WriteMarker as WriteMarker
from shipit.steps.deploy.write_secrets import WriteSecrets as WriteSecrets
