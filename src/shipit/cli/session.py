"""What every command is given: where to work, and where to write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

from shipit.cli.output import Output

if TYPE_CHECKING:
    from shipit.api import Project


@dataclass
class Session:
    """The options that stand before the command."""

    directory: str
    config: str | None
    output: Output

    @cached_property
    def project(self) -> Project:
        """The repository; opened when a command needs it."""
        from shipit.adapters.project import open_project

        project = open_project(self.directory, self.config)
        self.output.redact = project.redact
        return project


pass_session = click.make_pass_decorator(Session)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
