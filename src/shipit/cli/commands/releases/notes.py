"""The command `shipit notes`."""

from __future__ import annotations

import click

from shipit.cli.complete import complete_package, complete_version
from shipit.cli.nothing_to_release import say_nothing_to_release
from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session


@click.command(cls=Command, epilog="Example: shipit notes 1.4.0 > notes.md")
@click.argument("version", required=False, shell_complete=complete_version)
@click.option(
    "--package",
    default="",
    metavar="NAME",
    shell_complete=complete_package,
    help="The package, in a repository with several packages.",
)
@json_option
@pass_session
def command(session: Session, version: str | None, package: str, as_json: bool) -> None:
    """Print the release notes of VERSION, which can also be a tag; without VERSION, those of the next release."""
    from shipit import api

    with waiting(session.output, "reading history"):
        notes = api.release_notes(session.project, version, package=package)
    if as_json:
        next_version = (each.version for each in api.next_versions_only(session.project) if each.package == package)
        session.output.json({"version": version or next(next_version, None), "notes": notes})
    else:
        session.output.data(notes)
    if not notes:
        packages = api.next_versions_only(session.project)
        say_nothing_to_release(session, packages, "nothing to release, so there are no release notes")
