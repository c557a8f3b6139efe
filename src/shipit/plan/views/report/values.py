"""The figures of a report as labels and texts, which all its formats show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from shipit.core import limits
from shipit.plan.report import DeploymentFigures, EnvironmentFigures, Frequency, PackageFigures, Report, Spread
from shipit.plan.views.report.words import Words

Entry = TypeVar("Entry")


class Value(Struct, frozen=True):
    """One figure: its label, its value as a text, and more about it; `known` is False if data is missing."""

    label: str
    text: str
    detail: str = ""
    known: bool = True


def newest(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return those of `entries`, which are sorted with the newest first, that a short format of a report shows."""
    return entries[: limits.REPORT_ROWS]


def others(entries: Sequence[object], words: Words, key: str = "more-rows") -> str:
    """Return the number of the entries that `newest` leaves out, with the command that shows them; empty for none."""
    rest = len(entries) - len(newest(entries))
    return words[key].format(count=f"{rest:,}") if rest else ""


def period(report: Report, words: Words) -> str:
    """Return the time that a report is about."""
    if report.since is None:
        return words["whole"].format(until=day(report.until))
    return words["period"].format(since=day(report.since), until=day(report.until))


def day(time: int) -> str:
    """Return the day of a time in UTC.

    >>> day(86_400), minute(90_000), day(2**53), minute(-(10**14))
    ('1970-01-02', '1970-01-02 01:00', '–', '–')
    """
    return _formatted(time, "%Y-%m-%d")


def minute(time: int) -> str:
    """Return a time in UTC to the minute."""
    return _formatted(time, "%Y-%m-%d %H:%M")


def _formatted(time: int, form: str) -> str:
    """Return a time in UTC; a dash for a time that is no date of our calendar, because git accepts any number."""
    try:
        return dt.datetime.fromtimestamp(time, dt.UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        return "–"


def package_values(package: PackageFigures, words: Words) -> Iterator[Value]:
    """Yield the figures of the releases of a package."""
    yield _frequency(package.frequency, words["frequency"], words, len(package.releases))
    yield _spread(package.lead, words["lead-release"], words, "of-commits")
    yield _spread(package.interval, words["interval"], words)
    waiting = package.waiting
    if waiting is None:
        yield Value(words["waiting-release"], words["none"], known=False)
        return
    oldest = words["oldest"].format(at=day(waiting.oldest)) if waiting.oldest else ""
    yield Value(words["waiting-release"], words.commits(waiting.count), oldest)


def environment_values(environment: EnvironmentFigures, words: Words) -> Iterator[Value]:
    """Yield the four metrics of an environment, then its other figures."""
    served = sum(each.kind == "deployment" and each.verified is not None for each in environment.deployments)
    yield _frequency(environment.frequency, words["deployment-frequency"], words, served)
    yield _spread(environment.lead, words["lead-serving"], words, "of-commits")
    failures = environment.failures
    if failures is None:
        yield Value(words["failures"], words["none"], known=False)
    else:
        numbers = {"failed": failures.failed, "rolled": failures.rolled_back, "finished": failures.finished}
        yield Value(words["failures"], f"{failures.share:.0%}", words["failures-detail"].format(**numbers))
    yield _spread(environment.restore, words["restore"], words, "of-deployments")
    yield _spread(environment.from_release, words["from-release"], words, "of-deployments")
    if environment.waiting is None:
        yield Value(words["waiting-deployment"], words["none"], known=False)
    else:
        oldest = words["oldest"].format(at=day(environment.waiting.oldest)) if environment.waiting.oldest else ""
        yield Value(words["waiting-deployment"], words.commits(environment.waiting.count), oldest)


def outcome(deployment: DeploymentFigures, words: Words) -> str:
    """Return the result of a deployment in words."""
    if deployment.kind != "deployment":
        return words[f"kind-{deployment.kind}"]
    return words[f"outcome-{deployment.outcome}"]


def served_for(deployment: DeploymentFigures, until: int, words: Words) -> str:
    """Return the time for which a deployment served; empty if it never did."""
    if deployment.verified is None:
        return ""
    end = until if deployment.outcome == "serving" else deployment.ended
    return words.duration(max(end - deployment.verified, 0)) if end else ""


def _frequency(found: Frequency | None, label: str, words: Words, count: int) -> Value:
    if found is None:
        return Value(label, f"{count:,}", words["short"]) if count else Value(label, words["none"], known=False)
    detail = words["in-days"].format(count=f"{found.count:,}", days=f"{found.days:,.0f}")
    return Value(label, words.rate(found.per_week), detail)


def _spread(found: Spread | None, label: str, words: Words, basis: str = "") -> Value:
    if found is None:
        return Value(label, words["none"], known=False)
    details = [words["median"].format(p90=words.duration(found.p90))]
    details += [words[basis].format(count=f"{found.count:,}")] if basis else []
    return Value(label, words.duration(found.median), "; ".join(details))
