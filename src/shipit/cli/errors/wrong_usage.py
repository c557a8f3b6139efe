"""The errors that click finds in a command line, in the form of shipit's errors."""

from __future__ import annotations

from collections.abc import Iterable

import click

from shipit.errors import UsageError

# The options for arguments of the library, by the name of the argument.
_OPTIONS = {"config": "--config", "directory": "-C DIR", "package": "--package"}


def with_option(error: UsageError) -> UsageError:
    """Return `error` with the option for its argument in the hint; the library knows no options."""
    if error.argument in _OPTIONS:
        error.hint = f"{error.hint} with `{_OPTIONS[error.argument]}`"
    return error


def unknown_command(name: str, known: Iterable[str]) -> UsageError:
    """Return the error for a command `name` that does not exist; `known` are the names that exist."""
    return UsageError(f"there is no command `{name}`", hint=similar(name, known, "shipit {}") or "shipit --help")


def usage_error(error: click.ClickException) -> UsageError:
    """Return shipit's error for an error of click."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "shipit"
    if isinstance(error, click.NoSuchOption):
        known = (name for option in context.command.get_params(context) for name in option.opts) if context else ()
        hint = similar(error.option_name, known) or f"{path} --help"
        return UsageError(f"`{path}` has no option `{error.option_name}`", hint=hint)
    message = " ".join(error.format_message().rstrip(".").replace("'", "`").split())
    return UsageError(message[:1].lower() + message[1:], where=path, hint=f"{path} --help")


def similar(name: str, known: Iterable[str], form: str = "{}") -> str | None:
    """Return a hint that names the one of `known` that is most similar to `name`; None if none is similar."""
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{form.format(close[0])}`?" if close else None
