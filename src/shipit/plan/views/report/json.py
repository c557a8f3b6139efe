"""A report as JSON values, which are part of the public interface. docs/guides/report.md describes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shipit.plan.report import (
    DeploymentFigures,
    EnvironmentFigures,
    Failures,
    Frequency,
    Gap,
    PackageFigures,
    ReleaseFigures,
    Report,
    Spread,
    Waiting,
)
from shipit.plan.views.report.words import ENGLISH


def report_to_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON values: times as ISO 8601 in UTC, durations in seconds, null for what is not known."""
    return {
        "project": report.project,
        "since": _time(report.since),
        "until": _time(report.until),
        "packages": [_package(package) for package in report.packages],
        "environments": [_environment(environment) for environment in report.environments],
        "missing": [_gap(gap) for gap in report.gaps],
    }


def _package(package: PackageFigures) -> dict[str, Any]:
    return {
        "name": package.name,
        "frequency": _frequency(package.frequency),
        "lead-time": _spread(package.lead),
        "interval": _spread(package.interval),
        "waiting": _waiting(package.waiting),
        "releases": [_release(release) for release in package.releases],
    }


def _release(release: ReleaseFigures) -> dict[str, Any]:
    return {
        "version": release.version,
        "tag": release.tag,
        "at": _time(release.at),
        "commits": release.commits,
        "lead-time": _spread(release.lead),
    }


def _environment(environment: EnvironmentFigures) -> dict[str, Any]:
    newer = environment.releases_waiting
    return {
        "name": environment.name,
        "frequency": _frequency(environment.frequency),
        "lead-time": _spread(environment.lead),
        "failures": _failures(environment.failures),
        "time-to-restore": _spread(environment.restore),
        "release-to-serving": _spread(environment.from_release),
        "waiting": _waiting(environment.waiting),
        "releases-waiting": None if newer is None else list(newer),
        "deployments": [_deployment(deployment) for deployment in environment.deployments],
    }


def _deployment(deployment: DeploymentFigures) -> dict[str, Any]:
    return {
        "version": deployment.version,
        "commit": deployment.revision,
        "kind": deployment.kind,
        "outcome": deployment.outcome,
        "started": _time(deployment.started),
        "verified": _time(deployment.verified),
        "ended": _time(deployment.ended),
        "restored-after": deployment.restored,
        "by": deployment.by,
        "why": deployment.why,
    }


def _frequency(found: Frequency | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"count": found.count, "days": round(found.days, 1), "per-week": round(found.per_week, 2)}


def _spread(found: Spread | None) -> dict[str, Any] | None:
    return None if found is None else {"count": found.count, "median": round(found.median), "p90": round(found.p90)}


def _failures(found: Failures | None) -> dict[str, Any] | None:
    if found is None:
        return None
    numbers = {"finished": found.finished, "failed": found.failed, "rolled-back": found.rolled_back}
    return {**numbers, "share": round(found.share, 3)}


def _waiting(found: Waiting | None) -> dict[str, Any] | None:
    if found is None:
        return None
    newest = [
        {
            "commit": commit.id,
            "subject": commit.message.partition("\n")[0],
            "author": commit.author,
            "at": _time(commit.timestamp),
        }
        for commit in found.newest
    ]
    return {"count": found.count, "oldest": _time(found.oldest), "newest": newest}


def _gap(gap: Gap) -> dict[str, Any]:
    return {"code": gap.code, "where": gap.where, "number": gap.number, "text": ENGLISH.gap(gap)}


def _time(time: int | None) -> str | None:
    """Return a time in ISO 8601; None if it is missing or after the year 9999.

    >>> _time(0), _time(10**15)
    ('1970-01-01T00:00:00Z', None)
    """
    try:
        return None if time is None else dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
