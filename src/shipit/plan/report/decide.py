"""The report: a pure function of the past releases, the records of deployments, and a time."""

from __future__ import annotations

from collections.abc import Sequence

from shipit.plan.report.environments import EnvironmentRecords, ServedCommits, environment_figures, environment_gaps
from shipit.plan.report.model import Gap, Report
from shipit.plan.report.releases import PackageHistory, package_figures, package_gaps


def make_report(
    project: str,
    histories: Sequence[PackageHistory],
    environments: Sequence[tuple[EnvironmentRecords, ServedCommits]],
    gaps: Sequence[Gap] = (),
    *,
    since: int | None = None,
    until: int,
) -> Report:
    """Return the report. A figure whose data is missing is None, and `gaps` of the report say so.

    Args:
        project: the name of the repository.
        histories: the past of each package.
        environments: the records of each environment, and the commits behind its deployments.
        gaps: the data that was found to be missing while it was read.
        since: the beginning, in seconds since the epoch; None for the whole history.
        until: the end.
    """
    found = list(gaps)
    found += [gap for history in histories for gap in package_gaps(history, since, until)]
    found += [gap for records, served in environments for gap in environment_gaps(records, served)]
    if not environments:
        found.append(Gap("no-environment"))
    return Report(
        project,
        since,
        until,
        tuple(package_figures(history, since, until) for history in histories),
        tuple(environment_figures(records, served, histories, since, until) for records, served in environments),
        tuple(found),
    )
