"""The exit status of commands that only print a plan: with `--check` it says whether a problem blocks the plan."""

from __future__ import annotations

from collections.abc import Iterable

import click

from shipit.errors import PreflightError
from shipit.finding import Finding, any_blocks

check_option = click.option(
    "--check",
    is_flag=True,
    help="Fail if a problem blocks the plan: exit status 3, or 4 if only credentials are missing or refused.",
)


def checked_status(findings: Iterable[Finding], check: bool) -> int:
    """Return the exit status of a command that printed a plan with these findings.

    Args:
        findings: the findings.
        check: True with `--check`.
    """
    found = tuple(findings)
    return PreflightError(found).exit_code if check and any_blocks(found) else 0
