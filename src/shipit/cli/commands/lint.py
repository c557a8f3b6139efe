"""The command `shipit lint`."""

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

# The line below which `git commit --verbose` shows the diff, which is not part of the message.
_SCISSORS = "# ------------------------ >8 ------------------------"


@click.command(cls=Command, epilog='Example, as .git/hooks/commit-msg: shipit lint --file "$1"')
@click.option("--message", metavar="M", help="Check the text M, such as the title of a pull request.")
@click.option("--file", "path", metavar="F", help="Check the message in file F, as a commit-msg hook does.")
@click.option("--from", "since", metavar="A", help="Check the commits after A.")
@click.option("--to", "until", metavar="B", default="HEAD", show_default=True, help="Check the commits up to B.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
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
    """Check commit messages or titles of pull requests.

    Without options, the commits since the last release are checked. The exit status is 3 if a message is not a valid
    Conventional Commit. --message and --file also work outside a repository.
    """
    from shipit.plan.version import rules_of

    rules = rules_of(_config(session, needs_repository=message is None and path is None))
    found = [
        (name, text, problem)
        for name, text in _messages(session, message, path, since, until)
        for problem in lint_message(text, rules)
    ]
    if as_json:
        session.output.json([{"commit": name, **to_builtins(problem)} for name, _, problem in found])
    for name, text, problem in () if as_json else found:
        _report_problem(session, name, text, problem)
    errors = [problem for _, _, problem in found if strict or problem.severity == "error"]
    if not found:
        session.output.say("all commit messages are valid")
    return 3 if errors else 0


def _config(session: Session, *, needs_repository: bool) -> Config:
    """Return the configuration of the repository.

    Outside a repository, return the configuration of the directory itself, or the defaults when it has none; raise
    `UsageError` there if the command `needs_repository`.
    """
    from shipit.api import load_config

    try:
        return session.project.config
    except UsageError:
        if needs_repository or not os.path.isdir(session.directory):
            raise
        return load_config(session.directory, session.config)


def _messages(
    session: Session, message: str | None, path: str | None, since: str | None, until: str
) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each message to check; the name is a commit id, a path, or `message`."""
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
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", hint="choose another --file") from error
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def _report_problem(session: Session, name: str, text: str, problem: LintProblem) -> None:
    output = session.output
    subject = printable(text.strip().partition("\n")[0])
    severity = output.paint(problem.severity, "bad" if problem.severity == "error" else "warn")
    output.styled(f"{output.paint(name[:7] if len(name) == 40 else name, 'faint')} {subject}\n")
    output.styled(f"  {severity}: {printable(problem.what)}\n    {printable(problem.hint)}\n")
    output.annotation(problem.severity, subject, printable(f"{problem.what}; {problem.hint}"))
