"""The steps of a deployment to a slot behind nginx, one module for each kind."""

from __future__ import annotations

from shipit.steps.blue_green.await_healthy import AwaitHealthy as AwaitHealthy
from shipit.steps.blue_green.confirm import Confirm as Confirm
from shipit.steps.blue_green.drain import Drain as Drain
from shipit.steps.blue_green.resume_container import ResumeContainer as ResumeContainer
from shipit.steps.blue_green.retire_container import RetireContainer as RetireContainer
from shipit.steps.blue_green.start_container import StartContainer as StartContainer
from shipit.steps.blue_green.switch_traffic import SwitchTraffic as SwitchTraffic
from shipit.steps.blue_green.traffic import Sleep as Sleep
from shipit.steps.blue_green.traffic import front_url as front_url
from shipit.steps.blue_green.traffic import loaded_traffic as loaded_traffic
from shipit.steps.blue_green.traffic import nginx_runs as nginx_runs
from shipit.steps.blue_green.traffic import nginx_test as nginx_test
from shipit.steps.blue_green.traffic import settled_traffic as settled_traffic
from shipit.steps.blue_green.write_marker import WriteMarker as WriteMarker

STEPS = (StartContainer, AwaitHealthy, SwitchTraffic, Drain, Confirm, WriteMarker, RetireContainer, ResumeContainer)
