"""`shipit changelog`"""

from __future__ import annotations

from collections.abc import Iterable

import click

from shipit.cli.session import Session, json_option, pass_session
from shipit.errors import UsageError


@click.command(epilog="Example: shipit changelog --all -o CHANGELOG.md")
@click.option("--all", "everything", is_flag=True, help="Every release, from the beginning.")
@click.option("--unreleased", is_flag=True, help="The section of the coming release (the default).")
@click.option("--from", "since", metavar="A", help="Only releases after tag or revision A.")
@click.option("--to", "until", metavar="B", help="Only releases up to tag or revision B.")
@click.option("--template", metavar="T", help="A template's name or path, instead of the configured one.")
@click.option("--language", metavar="L", help="en or ko, instead of the configured one.")
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

    Without options: the section that the coming release would add.
    """
    from shipit import api

    ranged = everything or since is not None or until is not None
    if unreleased and ranged:
        raise UsageError("`--unreleased` cannot be combined with --all, --from or --to", hint="choose one of them")
    project = session.project.with_changelog(template=template, language=language)
    pieces: Iterable[str]
    if ranged:
        pieces = api.changelog(project, since=since, until=until or "HEAD", package=package)
    else:
        pieces = [api.release_notes(project, package=package)]
    if as_json:
        session.output.json({"changelog": "".join(pieces)})
    else:
        session.output.pieces(pieces, file)
