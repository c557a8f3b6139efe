"""The option `--package` of the commands that decide about versions."""

from __future__ import annotations

import click

from shipit.cli.complete import complete_package

packages_option = click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_package,
    help="Only the package NAME; can be given several times.",
)
