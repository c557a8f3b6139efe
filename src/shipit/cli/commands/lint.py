"""`shipit lint`"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from msgspec import to_builtins

from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.commits.lint import LintProblem, lint_message
from shipit.core.printable import printable
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.config.model import Config

# git's own comment lines, and the line below which `git commit --verbose` shows the diff.
_SCISSORS = "# ------------------------ >8 ------------------------"


@click.command(cls=Command, epilog='Example, as .git/hooks/commit-msg: shipit lint --file "$1"')
@click.option("--message", metavar="M", help="Check this text, such as a pull-request title.")
@click.option("--file", "path", metavar="F", help="Check the message in this file, as a commit-msg hook does.")
@click.option("--from", "since", metavar="A", help="Check the commits after A.")
@click.option("--to", "until", metavar="B", default="HEAD", show_default=True, help="Check the commits up to B.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@json_option
@pass_session
def command(
    session: Session,
    message: str | None,
    path: str | None,
    since: str | None,
    until: str,
    strict: bool,
    as_json: bool,
) -> int:
    """Check commit messages or pull-request titles.

    Without options: the commits since the last release. Ends with status 3 when a message cannot be read.
    --message and --file need no repository.
    """
    from shipit.plan.version import rules_of

    rules = rules_of(_config(session, text_alone=message is not None or path is not None))
    found = [
        (name, text, remark)
        for name, text in _messages(session, message, path, since, until)
        for remark in lint_message(text, rules)
    ]
    if as_json:
        session.output.json([{"commit": name, **to_builtins(remark)} for name, _, remark in found])
    for name, text, remark in () if as_json else found:
        _tell(session, name, text, remark)
    bad = [remark for _, _, remark in found if strict or remark.severity == "error"]
    if not found:
        session.output.say("every message can be read")
    return 3 if bad else 0


def _config(session: Session, *, text_alone: bool) -> Config:
    """The repository's; a text can be checked outside any, by what the directory itself has or the defaults."""
    from shipit.api import load_config

    try:
        return session.project.config
    except UsageError:
        if not text_alone or not os.path.isdir(session.directory):
            raise
        return load_config(session.directory, session.config)


def _messages(
    session: Session, message: str | None, path: str | None, since: str | None, until: str
) -> Iterator[tuple[str, str]]:
    """Name (a commit id, or where the text is from) and text of what is to be checked."""
    from shipit import api

    if sum(option is not None for option in (message, path, since)) > 1:
        raise UsageError("`--message`, `--file` and `--from` cannot be combined", hint="choose one of them")
    if message is not None:
        yield "message", message
    elif path is not None:
        yield path, _read(path)
    else:
        for commit in api.commits(session.project, since, until):
            yield commit.id, commit.message


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read().partition(_SCISSORS)[0]
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", hint="name a file with a message") from error
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def _tell(session: Session, name: str, text: str, remark: LintProblem) -> None:
    output = session.output
    subject = printable(text.strip().partition("\n")[0])
    look = "bad" if remark.severity == "error" else "warn"
    output.styled(f"{output.paint(name[:7] if len(name) == 40 else name, 'faint')} {subject}\n")
    output.styled(f"  {output.paint(remark.severity, look)}: {printable(remark.what)}\n    {printable(remark.hint)}\n")
    output.annotation(remark.severity, subject, printable(f"{remark.what}; {remark.hint}"))
