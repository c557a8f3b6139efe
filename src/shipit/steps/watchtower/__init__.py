"""The steps of a deployment by Watchtower, one module for each kind."""

from __future__ import annotations

from shipit.steps.watchtower.await_digest import NOT_KNOWN as NOT_KNOWN
from shipit.steps.watchtower.await_digest import AwaitDigest as AwaitDigest
from shipit.steps.watchtower.move_image_tag import MoveImageTag as MoveImageTag
from shipit.steps.watchtower.trigger_watchtower import TriggerWatchtower as TriggerWatchtower

STEPS = (MoveImageTag, TriggerWatchtower, AwaitDigest)
