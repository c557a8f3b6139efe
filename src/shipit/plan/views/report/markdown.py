"""A report as Markdown, short enough for the summary of a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipit.core.notes import inline
from shipit.plan.report import EnvironmentFigures, PackageFigures, Report
from shipit.plan.views.report.values import (
    Value,
    day,
    environment_values,
    minute,
    newest,
    others,
    outcome,
    package_values,
    period,
    served_for,
)
from shipit.plan.views.report.words import Words


def report_markdown(report: Report, words: Words) -> str:
    """Return a report as Markdown: its figures, and the newest releases and deployments."""
    parts = [f"## {inline(report.project)}: {words['title']}", inline(period(report, words))]
    for environment in report.environments:
        parts += _environment(environment, report.until, words)
    for package in report.packages:
        parts += _package(package, words)
    if report.gaps:
        shown = [f"* {inline(words.gap(gap))}" for gap in newest(report.gaps)]
        rest = others(report.gaps, words)
        parts += [f"### {words['missing']}", "\n".join([*shown, *([f"* {rest}"] if rest else [])])]
    return "\n\n".join(parts) + "\n"


def _environment(environment: EnvironmentFigures, until: int, words: Words) -> Iterator[str]:
    yield f"### {inline(words['environment'].format(name=environment.name))}"
    yield _figures(environment_values(environment, words), words)
    rows = (
        (each.version, minute(each.started), outcome(each, words), served_for(each, until, words))
        for each in newest(environment.deployments)
    )
    if environment.deployments:
        yield _table([words[key] for key in ("version", "began", "result", "served-for")], rows)
    if rest := others(environment.deployments, words):
        yield rest


def _package(package: PackageFigures, words: Words) -> Iterator[str]:
    yield f"### {inline(words['releases-of'].format(name=package.name) if package.name else words['releases'])}"
    yield _figures(package_values(package, words), words)
    rows = (
        (
            each.version,
            day(each.at),
            words["none"] if each.commits is None else f"{each.commits:,}",
            words.duration(each.lead.median) if each.lead else "",
        )
        for each in newest(package.releases)
    )
    if package.releases:
        yield _table([words[key] for key in ("version", "date", "commits-column", "lead-column")], rows)
    if rest := others(package.releases, words):
        yield rest


def _figures(values: Iterable[Value], words: Words) -> str:
    rows = ((value.label, f"{value.text} ({value.detail})" if value.detail else value.text) for value in values)
    return _table([words["figure"], words["value"]], rows)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = [*header]
    lines = (head, ["---"] * len(head), *([inline(cell).replace("|", "\\|") for cell in row] for row in rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
