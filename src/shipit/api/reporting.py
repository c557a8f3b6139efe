"""The function that reports on past releases and deployments."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shipit.adapters.project import Project

if TYPE_CHECKING:
    from shipit.plan.report import Report


def report(project: Project, since: dt.date | None = None) -> Report:
    """Return the releases and deployments of a repository with the four metrics of DORA, and the data that is missing.

    The releases come from tags and commits, the deployments from the records in the places of each environment.
    If a place has no record or does not answer, the deployments that GitHub shows are read instead. Nothing is changed
    or sent; the network is used to read these, and the history that a shallow clone lacks.

    >>> import shipit.api
    >>> found = shipit.api.report(shipit.open_project("chat-server"))
    >>> [release.version for release in found.packages[0].releases]
    ['0.3.1']

    Args:
        project: the repository, from `open_project`.
        since: report only releases and deployments from this day on (UTC); None for all.

    Raises `PreflightError` when there are version tags, but none in the configured format.
    """
    from shipit.plan.notifications import project_name
    from shipit.plan.report import make_report, observe_past, observe_records, observe_served

    histories, gaps = observe_past(project.git, project.config)
    names = [name for name, each in project.config.environments.items() if each.targets]
    records = [observe_records(project.world, project.config, name) for name in names]
    environments = [(each, observe_served(project.git, each, histories)) for each in records]
    name = project_name(project.links) or project.root.rpartition("/")[2]
    begin = None if since is None else int(dt.datetime.combine(since, dt.time(), dt.UTC).timestamp())
    until = int(project.world.clock.now().timestamp())
    return make_report(name, histories, environments, gaps, since=begin, until=until)


def report_page(found: Report, language: str = "en") -> str:
    """Return a report as one page in one file, which needs no network and no script.

    >>> import shipit.api
    >>> page = shipit.api.report_page(shipit.api.report(shipit.open_project("chat-server")), "ko")
    >>> "<title>chat-server: 릴리스와 배포</title>" in page
    True

    Args:
        found: the report, from `report`.
        language: the language of the page, `en` or `ko`.

    Raises `ConfigError` for an unknown language.
    """
    from shipit.adapters.files.templates import report_texts
    from shipit.plan.views import report_page as render
    from shipit.plan.views import words_of

    return render(found, words_of(language), *report_texts())
