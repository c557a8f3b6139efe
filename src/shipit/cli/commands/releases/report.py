"""The command `shipit report`."""

from __future__ import annotations

import datetime as dt

import click

from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.notes import LANGUAGES
from shipit.errors import UsageError


@click.command(cls=Command, epilog="Example: shipit report --since 2026-01-01 --html report.html")
@click.option("--since", metavar="DATE", help="Only releases and deployments from this day on, such as 2026-01-01.")
@click.option("--html", "page", metavar="FILE", help="Write the report as a page in one file.")
@click.option("--markdown", is_flag=True, help="Print Markdown, for example for the summary of a job.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Language of the report; not of its JSON.")
@json_option
@pass_session
def command(
    session: Session, since: str | None, page: str | None, markdown: bool, language: str | None, as_json: bool
) -> None:
    """Report on past releases and deployments: how often, how fast, and how many had to be taken back.

    The releases come from tags and commits. What ran in an environment comes from the records that shipit keeps in its
    places. If one of them has no record or does not answer, the deployments that GitHub shows are read instead; without
    a token, that place is left out. All missing data is listed. Nothing is sent anywhere or changed. If the clone is
    shallow, the missing history is fetched first.

    Without --language, --html and --markdown are in the language of the changelog in shipit.toml, and the text for the
    terminal is English.
    """
    from shipit import api
    from shipit.plan.views import render_report, report_markdown, report_to_json, words_of

    if sum(map(bool, (page, markdown, as_json))) > 1:
        raise UsageError("`--html`, `--markdown` and `--json` cannot be combined", hint="choose one of them")
    day = _day(since) if since else None
    with waiting(session.output, "reading history and records"):
        found = api.report(session.project, day)
    code = language or session.project.config.changelog.language
    if as_json:
        session.output.json(report_to_json(found))
    elif markdown:
        session.output.data(report_markdown(found, words_of(code)))
    elif page:
        session.output.save(page, api.report_page(found, code), "--html")
        session.output.say(f"wrote `{page}`")
    else:
        session.output.styled(render_report(found, words_of(language or "en"), session.output.paint))


def _day(text: str) -> dt.date:
    """Return a date of the command line. Raises `UsageError` if it is none."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"`{text}` is not a date", hint="write it like 2026-01-31", argument="since") from error
    if day > dt.datetime.now(dt.UTC).date():
        raise UsageError(f"`{text}` is in the future", hint="give the first day of the report", argument="since")
    return day
