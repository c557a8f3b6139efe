"""The command `shipit lint`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from msgspec import to_builtins

from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.commits.lint import LintedCommit, LintProblem
from shipit.core.printable import printable
from shipit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipit.config.model import Config
    from shipit.core.commits.message_rules import MessageRule
    from shipit.importers import Commitlint

# The line below which `git commit --verbose` shows the diff, which is not part of the message.
_SCISSORS = "# ------------------------ >8 ------------------------"


@click.command(cls=Command, epilog='Example, as .git/hooks/commit-msg: shipit lint --file "$1"')
@click.option("--message", metavar="M", help="Check the text M, such as the title of a pull request.")
@click.option("--file", "path", metavar="F", help="Check the message in file F, as a hook does; - for standard input.")
@click.option("--from", "since", metavar="A", help="Check the commits after A.")
@click.option("--to", "until", metavar="B", default="HEAD", show_default=True, help="Check the commits up to B.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--rules", "only_rules", is_flag=True, help="List the settings of commitlint, with what becomes of each.")
@json_option
@pass_session
def command(
    session: Session,
    message: str | None,
    path: str | None,
    since: str | None,
    until: str,
    strict: bool,
    only_rules: bool,
    as_json: bool,
) -> int:
    """Check commit messages or titles of pull requests.

    Without options, the commits since the last release are checked. The exit status is 3 if a message cannot be read,
    or requests a wrong version. --message and --file also work outside a repository. With --file, nothing is printed if
    the message is valid. If the repository has settings of commitlint, their rules are checked as well; nothing in
    them is executed.
    """
    commitlint = _commitlint(session)
    if only_rules:
        return _list_rules(session, commitlint)
    linted = _linted(session, message, path, since, until, commitlint.rules if commitlint else ())
    found = [(each, problem) for each in linted for problem in each.problems]
    if as_json:
        session.output.json([{"commit": each.commit, **to_builtins(problem)} for each, problem in found])
    for each, problem in () if as_json else found:
        _report_problem(session, each, problem)
    if commitlint and (found or path is None):
        _say_rules(session, commitlint)
    if not found and path is None:
        session.output.say("all commit messages are valid")
    return 3 if any(strict or problem.severity == "error" for _, problem in found) else 0


def _config(session: Session) -> Config:
    """Return the configuration of the repository; outside one, that of the directory, or the defaults."""
    from shipit.api import load_config

    try:
        return session.project.config
    except UsageError:
        if not os.path.isdir(session.directory):
            raise
        return load_config(session.directory, session.config)


def _commitlint(session: Session) -> Commitlint | None:
    """Return the rules of commitlint; None, after a warning, if its file cannot be read."""
    from shipit.api import commitlint_rules
    from shipit.errors import ConfigError

    try:
        return commitlint_rules(_root(session))
    except ConfigError as error:
        hint = f"; {error.hint}" if error.hint else ""
        session.output.say(printable(f"the rules of commitlint are not checked: {error.what}{hint}"))
        return None


def _root(session: Session) -> str:
    """Return the root of the repository; outside one, the directory itself."""
    try:
        return session.project.root
    except UsageError:
        if not os.path.isdir(session.directory):
            raise
        return session.directory


def _list_rules(session: Session, commitlint: Commitlint | None) -> int:
    keys = commitlint.keys if commitlint else ()
    if session.as_json:
        session.output.json({"file": commitlint.file if commitlint else None, "keys": to_builtins(keys)})
    for key in () if session.as_json else keys:
        why = f": {key.why}" if key.why else ""
        session.output.styled(printable(f"{key.status:15} {key.key}{why}") + "\n")
    if not keys and not session.as_json:
        session.output.say("there are no settings of commitlint")
    return 0


def _say_rules(session: Session, commitlint: Commitlint) -> None:
    others = [key.key for key in commitlint.keys if key.status != "taken"]
    count = f"{len(commitlint.rules)} rules of `{commitlint.file}` are checked"
    left_out = f", and not {', '.join(others)}; the reasons: shipit lint --rules" if others else ""
    session.output.say(printable(f"{count}{left_out}"))


def _linted(
    session: Session,
    message: str | None,
    path: str | None,
    since: str | None,
    until: str,
    rules: Sequence[MessageRule],
) -> tuple[LintedCommit, ...]:
    """Return each message to check with its problems; its `commit` is a commit id, a path, or `message`."""
    from shipit import api
    from shipit.core.commits import subject

    if sum(option is not None for option in (message, path, since)) > 1:
        raise UsageError("`--message`, `--file` and `--from` cannot be combined", hint="choose one of them")
    if message is None and path is None:
        return api.lint_commits(session.project, since, until, rules)
    text = message if message is not None else _read(path or "-")
    return (LintedCommit(path or "message", subject(text), api.lint(text, _config(session), rules)),)


def _read(path: str) -> str:
    """Return the message in the file `path`, or on standard input for `-`, without the comments of git."""
    from shipit.adapters.files.regular_file import read_at_most, read_regular_file

    try:
        data = read_at_most(sys.stdin.buffer, path) if path == "-" else read_regular_file(path)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", hint="choose another --file") from error
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").partition(_SCISSORS)[0]
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def _report_problem(session: Session, linted: LintedCommit, problem: LintProblem) -> None:
    output = session.output
    name, subject = linted.commit, printable(linted.subject)
    severity = output.paint(problem.severity, "bad" if problem.severity == "error" else "warn")
    output.styled(f"{output.paint(name[:7] if len(name) == 40 else name, 'faint')} {subject}\n")
    output.styled(f"  {severity}: {printable(problem.what)}\n")
    if problem.hint:
        output.styled(f"    {printable(problem.hint)}\n")
    output.annotation(problem.severity, subject, printable("; ".join(filter(None, (problem.what, problem.hint)))))
