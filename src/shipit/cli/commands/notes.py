"""`shipit notes`"""

from __future__ import annotations

import click

from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.cli.waiting import waiting


@click.command(cls=Command, epilog="Example: shipit notes 1.4.0 > notes.md")
@click.argument("version", required=False)
@click.option("--package", default="", metavar="NAME", help="Which package, where there are several.")
@json_option
@pass_session
def command(session: Session, version: str | None, package: str, as_json: bool) -> None:
    """The release notes of one VERSION (or tag); of the coming release where none is named."""
    from shipit import api

    with waiting(session.output, "reading history"):
        notes = api.release_notes(session.project, version, package=package)
    if as_json:
        coming = (each.version for each in api.next_versions_only(session.project) if each.package == package)
        session.output.json({"version": version or next(coming, None), "notes": notes})
    else:
        session.output.data(notes)
    if not notes:
        session.output.say("nothing to release, so there are no notes yet")
