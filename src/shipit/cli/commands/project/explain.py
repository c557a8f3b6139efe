"""The command `shipit explain`."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from shipit.cli.errors.wrong_usage import similar
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import UsageError


def _completed(context: click.Context, option: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in _explanations() if name.startswith(begun.lower())]


@click.command(cls=Command, epilog="Example: shipit explain ConflictError, or shipit explain dirty")
@click.argument("name", shell_complete=_completed)
@json_option
@pass_session
def command(session: Session, name: str, as_json: bool) -> None:
    """Explain NAME: a kind of error, the code of a finding, or an exit status. Needs no network."""
    found = _explanations()
    if name.lower() not in found:
        hint = similar(name.lower(), found, "shipit explain {}") or "shipit doctor lists findings with their codes"
        raise UsageError(f"there is no error, finding or exit status `{name}`", hint=hint)
    text = found[name.lower()]
    if as_json:
        session.output.json({"name": name, "text": text})
    else:
        session.output.data(text)


def _explanations() -> dict[str, str]:
    from shipit.adapters.manual import errors_page
    from shipit.cli.errors.explanation import explanations

    return explanations(errors_page())
