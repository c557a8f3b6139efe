"""The tables of what the registries hold: version-file formats, steps and commands."""

from __future__ import annotations

import inspect
import re

from scripts.generate.tables import replaced
from shipit.cli.commands import COMMANDS
from shipit.steps.registry import STEPS
from shipit.versionfiles import FORMATS

_COMMAND = re.compile(r"^\| `shipit ([\w-]+)` \| (.*) \|\n", re.MULTILINE)
_COMMANDS = re.compile(rf"(?:{_COMMAND.pattern})+", re.MULTILINE)


def formats(text: str) -> str:
    """Return the page with its table of formats: a pattern without `*` is found at the root without being named."""
    rows = (
        (
            f"`{name}`",
            ", ".join(f"`{pattern}`" for pattern in file.patterns),
            ", ".join(f"`{pattern}`" for pattern in file.patterns if "*" not in pattern),
        )
        for name, file in FORMATS.items()
    )
    return replaced(text, "| format | files | found at the root |", rows)


def steps(text: str) -> str:
    """Return the page with its table of steps: the first line of each step's module says what the step does."""
    rows = ((f"`{kind}`", _purpose(step), "yes" if step.public else "no") for kind, step in STEPS.items())
    return replaced(text, "| step | what it does | public |", rows)


def commands(text: str) -> str:
    """Return the page with one row for each command, in the order of the help.

    A row that the page has stays: its text says more than the help, or says it in another language. A command that has
    no row gets one with the text of the help.
    """
    rows = dict(_COMMAND.findall(text))
    lines = (f"| `shipit {name}` | {rows.get(name, _uncapitalised(help))} |\n" for name, help in COMMANDS.items())
    new, count = _COMMANDS.subn(lambda _: "".join(lines), text)
    if count != 1:
        raise ValueError(f"the page has {count} tables of commands")
    return new


def _purpose(step: type) -> str:
    module = inspect.getmodule(step)
    return (inspect.getdoc(module) or "").partition("\n\n")[0].replace("\n", " ")


def _uncapitalised(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].removesuffix(".")
