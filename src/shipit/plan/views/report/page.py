"""A report as one page in one file: no script, no request, and no link to another place.

Text from commits, tags and records is made printable, which shows control characters and marks of direction as escapes,
and is then escaped by the template. The only style is in the page, and its hash is in the Content-Security-Policy:
https://www.w3.org/TR/CSP3/#strict-csp.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from shipit.core import limits
from shipit.core.printable import printable
from shipit.plan.report import DeploymentFigures, EnvironmentFigures, PackageFigures, Report, Waiting
from shipit.plan.views.report.timeline import HEIGHT, WIDTH, time_line
from shipit.plan.views.report.values import (
    Value,
    day,
    environment_values,
    minute,
    outcome,
    package_values,
    period,
    served_for,
)
from shipit.plan.views.report.words import Words

_DEFINITIONS = (
    ("deployment-frequency", "define-frequency"),
    ("lead-serving", "define-lead"),
    ("failures", "define-failures"),
    ("restore", "define-restore"),
)


def report_page(report: Report, words: Words, template: str, style: str) -> str:
    """Return a report as HTML.

    Args:
        report: the report.
        words: the words of its language.
        template: the text of the Jinja2 template.
        style: the text of the style sheet.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["shown"] = printable
    return environment.from_string(template).render(
        w=words,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        project=report.project,
        period=period(report, words),
        time_line=time_line(report, words),
        size=(WIDTH, HEIGHT),
        environments=[_environment(each, report.until, words) for each in report.environments],
        packages=[_package(each, words) for each in report.packages],
        gaps=[words.gap(gap) for gap in report.gaps],
        definitions=[(words[term], words[text]) for term, text in _DEFINITIONS],
    )


def _environment(environment: EnvironmentFigures, until: int, words: Words) -> dict[str, Any]:
    values = list(environment_values(environment, words))
    rows = [_deployment(each, until, words) for each in environment.deployments]
    return {
        "title": words["environment"].format(name=environment.name),
        "keys": values[:4],
        "others": [*_serving(environment, words), *values[4:], *_newer(environment, words)],
        "caption": words["deployment-caption"].format(name=environment.name),
        "rows": rows[: limits.REPORT_ROWS],
        "earlier": rows[limits.REPORT_ROWS :],
        "earlier_caption": words["earlier-caption"].format(name=environment.name),
        "waiting": _waiting(environment.waiting, words),
    }


def _serving(environment: EnvironmentFigures, words: Words) -> Iterator[Value]:
    if serving := environment.serving:
        since = words["since"].format(at=minute(serving.verified or serving.started))
        yield Value(words["serving"], serving.version, since)


def _newer(environment: EnvironmentFigures, words: Words) -> Iterator[Value]:
    tags = environment.releases_waiting
    if tags is not None:
        shown = ", ".join(tags[:3]) + (f", {words['more'].format(count=f'{len(tags) - 3:,}')}" if len(tags) > 3 else "")
        yield Value(words["releases-waiting"], shown or words["nothing-waiting"])


def _deployment(deployment: DeploymentFigures, until: int, words: Words) -> dict[str, str]:
    return {
        "version": deployment.version,
        "began": minute(deployment.started),
        "outcome": outcome(deployment, words),
        "style": deployment.outcome if deployment.kind == "deployment" else "replaced",
        "served": served_for(deployment, until, words),
        "by": deployment.by if deployment.outcome in ("failed", "rolled-back") else "",
        "why": deployment.why,
    }


def _package(package: PackageFigures, words: Words) -> dict[str, Any]:
    return {
        "title": words["releases-of"].format(name=package.name) if package.name else words["releases"],
        "keys": list(package_values(package, words)),
        "years": list(_years(package, words)),
        "waiting": _waiting(package.waiting, words),
    }


def _years(package: PackageFigures, words: Words) -> Iterator[dict[str, Any]]:
    """Yield the rows of each year: the browser lays out only those of a year that is open."""
    for year, grouped in groupby(package.releases, key=lambda release: day(release.at)[:4]):
        releases = list(grouped)
        rows = [
            (
                each.version,
                day(each.at),
                words["none"] if each.commits is None else f"{each.commits:,}",
                words.duration(each.lead.median) if each.lead else "–",
            )
            for each in releases
        ]
        yield {
            "title": year,
            "count": words["year-count"].format(count=f"{len(rows):,}"),
            "caption": words["release-caption"].format(year=year),
            "rows": rows,
        }


def _waiting(waiting: Waiting | None, words: Words) -> dict[str, Any] | None:
    if not waiting or not waiting.count:
        return None
    rest = waiting.count - len(waiting.newest)
    return {
        "count": f"{waiting.count:,}",
        "rows": [
            (each.id[:7], each.message.partition("\n")[0], each.author, day(each.timestamp)) for each in waiting.newest
        ],
        "more": words["more"].format(count=f"{rest:,}") if rest else "",
    }
