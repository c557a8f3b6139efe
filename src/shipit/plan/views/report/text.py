"""A report as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.core.printable import printable
from shipit.plan.report import EnvironmentFigures, PackageFigures, Report, Waiting
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
from shipit.plan.views.text import Paint


def render_report(report: Report, words: Words, paint: Paint = lambda text, style: text) -> str:
    """Return a report as text with the newest releases and deployments; `paint` adds colours."""
    return "".join(f"{line}\n" for line in _lines(report, words, paint))


def _lines(report: Report, words: Words, paint: Paint) -> Iterator[str]:
    yield f"{paint(printable(report.project), 'title')}: {words['title']}, {period(report, words)}"
    for package in report.packages:
        yield from _package(package, words, paint)
    for environment in report.environments:
        yield from _environment(environment, report.until, words, paint)
    if report.gaps:
        yield from ("", paint(words["missing"], "title"))
        yield from (f"  {printable(words.gap(gap))}" for gap in report.gaps)


def _package(package: PackageFigures, words: Words, paint: Paint) -> Iterator[str]:
    name = words["releases-of"].format(name=printable(package.name)) if package.name else words["releases"]
    yield from ("", paint(name, "title"))
    yield from _values(list(package_values(package, words)), paint)
    yield from _waiting(package.waiting, words, paint)
    rows = [
        (
            printable(each.version),
            day(each.at),
            words["none"] if each.commits is None else words.commits(each.commits),
            words.duration(each.lead.median) if each.lead else "",
        )
        for each in newest(package.releases)
    ]
    yield from _table(("version", "date", "commits-column", "lead-column"), rows, words, paint)
    yield from _others(package.releases, words, paint)


def _environment(environment: EnvironmentFigures, until: int, words: Words, paint: Paint) -> Iterator[str]:
    yield from ("", paint(words["environment"].format(name=printable(environment.name)), "title"))
    yield from _values(list(environment_values(environment, words)), paint)
    yield from _waiting(environment.waiting, words, paint)
    if environment.releases_waiting:
        rest = others(environment.releases_waiting, words, "more-values")
        named = ", ".join((*map(printable, newest(environment.releases_waiting)), *([rest] if rest else [])))
        yield f"  {words['releases-waiting']}: {named}"
    rows = [
        (printable(each.version), minute(each.started), outcome(each, words), served_for(each, until, words))
        for each in newest(environment.deployments)
    ]
    yield from _table(("version", "began", "result", "served-for"), rows, words, paint)
    yield from _others(environment.deployments, words, paint)


def _others(entries: Sequence[object], words: Words, paint: Paint) -> Iterator[str]:
    if rest := others(entries, words):
        yield paint(f"  {rest}", "faint")


def _values(values: Sequence[Value], paint: Paint) -> Iterator[str]:
    width = max(map(_width, (value.label for value in values)))
    for value in values:
        detail = paint(f"  {value.detail}", "faint") if value.detail else ""
        yield f"  {_padded(value.label, width)}  {value.text}{detail}"


def _waiting(waiting: Waiting | None, words: Words, paint: Paint) -> Iterator[str]:
    """Yield the newest commits that wait, and the number of the others."""
    if waiting is None:
        return
    shown = newest(waiting.newest)
    for commit in shown:
        subject = printable(commit.message.partition("\n")[0])
        yield f"    {paint(commit.id[:7], 'faint')} {subject}  {paint(printable(commit.author), 'faint')}"
    if waiting.count > len(shown):
        yield paint(f"    {words['more'].format(count=f'{waiting.count - len(shown):,}')}", "faint")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], words: Words, paint: Paint) -> Iterator[str]:
    if not rows:
        return
    head = [words[key] for key in header]
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    yield ""
    yield paint(f"  {_aligned(head, widths)}", "faint")
    yield from (f"  {_aligned(row, widths)}" for row in rows)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal, where a Korean letter takes two.

    >>> _width("v1.0"), _width("버전")
    (4, 4)
    """
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
