"""What click says about a command line, in the form of shipit's errors."""

from __future__ import annotations

from collections.abc import Iterable

import click

from shipit.errors import UsageError


def unknown_command(name: str, known: Iterable[str]) -> UsageError:
    """The error for a command that does not exist."""
    return UsageError(f"there is no command `{name}`", hint=_meant(name, known, "shipit {}") or "shipit --help")


def usage_error(error: click.ClickException) -> UsageError:
    """The error for what click refused."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "shipit"
    if isinstance(error, click.NoSuchOption):
        known = (name for option in context.command.get_params(context) for name in option.opts) if context else ()
        hint = _meant(error.option_name, known) or f"{path} --help"
        return UsageError(f"`{path}` has no option `{error.option_name}`", hint=hint)
    said = " ".join(error.format_message().rstrip(".").replace("'", "`").split())
    return UsageError(said[:1].lower() + said[1:], where=path, hint=f"{path} --help")


def _meant(name: str, known: Iterable[str], form: str = "{}") -> str | None:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{form.format(near[0])}`?" if near else None
