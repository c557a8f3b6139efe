"""The report about past releases and deployments: how often, how fast, and how safely changes reach users."""

from __future__ import annotations

from shipit.plan.report.decide import make_report as make_report
from shipit.plan.report.environments import EnvironmentRecords as EnvironmentRecords
from shipit.plan.report.environments import PlaceRecord as PlaceRecord
from shipit.plan.report.environments import ServedCommits as ServedCommits
from shipit.plan.report.figures import DAY as DAY
from shipit.plan.report.model import DeploymentFigures as DeploymentFigures
from shipit.plan.report.model import EnvironmentFigures as EnvironmentFigures
from shipit.plan.report.model import Failures as Failures
from shipit.plan.report.model import Frequency as Frequency
from shipit.plan.report.model import Gap as Gap
from shipit.plan.report.model import PackageFigures as PackageFigures
from shipit.plan.report.model import ReleaseFigures as ReleaseFigures
from shipit.plan.report.model import Report as Report
from shipit.plan.report.model import Spread as Spread
from shipit.plan.report.model import Waiting as Waiting
from shipit.plan.report.observe import observe_past as observe_past
from shipit.plan.report.releases import PackageHistory as PackageHistory
from shipit.plan.report.releases import PastRelease as PastRelease
from shipit.plan.report.served import observe_records as observe_records
from shipit.plan.report.served import observe_served as observe_served
from shipit.plan.report.shown import record_of as record_of
