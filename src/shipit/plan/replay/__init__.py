"""The replay of past releases: the versions that shipit would have released, beside those that were released."""

from __future__ import annotations

from shipit.plan.replay.model import Effect as Effect
from shipit.plan.replay.model import Replay as Replay
from shipit.plan.replay.model import ReplayedRelease as ReplayedRelease
from shipit.plan.replay.observe import PastWindow as PastWindow
from shipit.plan.replay.observe import observe_windows as observe_windows
from shipit.plan.replay.replay import effects as effects
from shipit.plan.replay.replay import replay_releases as replay_releases
from shipit.plan.replay.setting import Setting as Setting
