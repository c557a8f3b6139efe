"""`shipit changelog`"""

from __future__ import annotations

from itertools import chain, islice

import click

from shipit.cli.output import json_text
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.cli.waiting import waiting
from shipit.core.notes import LANGUAGES
from shipit.errors import UsageError


@click.command(cls=Command, epilog="Example: shipit changelog --all -o CHANGELOG.md")
@click.option("--all", "everything", is_flag=True, help="Every stable release made, from the beginning.")
@click.option("--unreleased", is_flag=True, help="The section of the coming release (the default).")
@click.option("--from", "since", metavar="A", help="Only releases after version, tag or revision A.")
@click.option("--to", "until", metavar="B", help="Only releases up to version, tag or revision B.")
@click.option("--template", metavar="T", help="A template's name or path, instead of the configured one.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Instead of the configured one.")
@click.option("--package", default="", metavar="NAME", help="Which package, where there are several.")
@click.option("-o", "--output", "file", metavar="FILE", help="Write to FILE instead of standard output.")
@json_option
@pass_session
def command(
    session: Session,
    everything: bool,
    unreleased: bool,
    since: str | None,
    until: str | None,
    template: str | None,
    language: str | None,
    package: str,
    file: str | None,
    as_json: bool,
) -> None:
    """The changelog, made from history; CHANGELOG.md itself is not touched.

    Without options: the section that the coming release would add. With --all, --from or --to: a new changelog of
    the stable releases that were made, without the coming one, pre-releases, and text that people wrote.
    """
    from shipit import api

    ranged = everything or since is not None or until is not None
    if unreleased and ranged:
        raise UsageError("`--unreleased` cannot be combined with --all, --from or --to", hint="choose one of them")
    project = session.project.with_changelog(template=template, language=language)
    with waiting(session.output, "reading history"):
        if ranged:
            pieces = api.changelog(project, since=since, until="HEAD" if until is None else until, package=package)
        else:
            pieces = iter([api.release_notes(project, package=package)])
        opening = list(islice(pieces, 2 if ranged else 1))  # a title, and what is below it
        pieces = chain(opening, pieces)
        if as_json:
            pieces = iter([json_text({"changelog": "".join(pieces)})])
        if file:
            session.output.save(file, "".join(pieces))
    if not file:
        session.output.pieces(pieces)
    if not opening[-1]:
        session.output.say("no stable release was made there" if ranged else "nothing to release")
