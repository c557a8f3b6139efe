"""The command `shipit changelog`."""

from __future__ import annotations

from itertools import chain, islice

import click

from shipit.cli.complete import complete_package, complete_template
from shipit.cli.nothing_to_release import say_nothing_to_release
from shipit.cli.output import json_text
from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.notes import LANGUAGES
from shipit.errors import UsageError

_ALL = "All stable releases: rebuilds the changelog from git; hand-written text is lost."


@click.command(cls=Command, epilog="Example: shipit changelog --all -o CHANGELOG.md")
@click.option("--all", "everything", is_flag=True, help=_ALL)
@click.option("--unreleased", is_flag=True, help="Only the section of the next release (the default).")
@click.option("--from", "since", metavar="A", help="Only the releases after A: a version, a tag or a git revision.")
@click.option("--to", "until", metavar="B", help="Only the releases up to B: a version, a tag or a git revision.")
@click.option(
    "--template",
    metavar="T",
    shell_complete=complete_template,
    help="Name or path of a template; overrides shipit.toml.",
)
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Language of headings; overrides shipit.toml.")
@click.option(
    "--package",
    default="",
    metavar="NAME",
    shell_complete=complete_package,
    help="The package, in a repository with several packages.",
)
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
    """Print a changelog made from the git history. No file is changed without -o.

    Without options, only the section of the next release is printed. With --all, --from or --to, a new changelog of
    the stable releases is printed: without pre-releases, without the next release, and without text that was written
    by hand.
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
        opening = list(islice(pieces, 2 if ranged else 1))  # the title, and the text below it
        pieces = chain(opening, pieces)
        if as_json:
            pieces = iter([json_text({"changelog": "".join(pieces)})])
        if file and opening[-1]:
            session.output.save(file, "".join(pieces))
    if not file:
        session.output.pieces(pieces)
    if not opening[-1]:
        unchanged = f"; `{file}` was not written" if file else ""
        if ranged:
            session.output.say(f"there is no stable release in this range{unchanged}")
        else:
            say_nothing_to_release(session, api.next_versions_only(project), f"nothing to release{unchanged}")
