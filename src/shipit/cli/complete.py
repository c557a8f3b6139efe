"""Completion of names in the project: environments, packages, released versions and templates.

Nothing is offered where there is no repository, or its configuration is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from shipit.cli.session import Session
from shipit.errors import ShipitError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from shipit.api import Project

_Completion = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def _offering(names: Callable[[Project], Iterable[str]]) -> _Completion:
    """Return the completion that offers `names` of the project in which the command line is typed."""

    def complete(context: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from shipit.adapters.project import open_project

        session = context.find_object(Session) or Session()
        with suppress(ShipitError, OSError):
            project = open_project(session.directory, session.config)
            return [CompletionItem(name) for name in names(project) if name.startswith(begun)]
        return []

    return complete


def _environments(project: Project) -> Iterable[str]:
    return project.config.environments


def _packages(project: Project) -> Iterable[str]:
    return project.config.packages


def _versions(project: Project) -> Iterable[str]:
    from shipit.plan.version import packages

    formats = [package.format for package in packages(project.config)]
    found = {format.parse(tag.name) for tag in project.git.tags() for format in formats}
    return [str(version) for version in sorted(filter(None, found), reverse=True)]


def _templates(project: Project) -> Iterable[str]:
    from shipit.adapters.files.templates import template_names

    return template_names()


complete_environment = _offering(_environments)
complete_package = _offering(_packages)
complete_version = _offering(_versions)
complete_template = _offering(_templates)
