r"""Workflow commands: lines of the log that the runner of GitHub Actions executes.

>>> annotation("error", "unknown key `brnch`", title="shipit.toml: 1 problem", file="shipit.toml", line=3)
'::error title=shipit.toml%3A 1 problem,file=shipit.toml,line=3::unknown key `brnch`'

The escapes are those of ActionCommand.cs of actions/runner. In the value of a property, `:` and `,` are escaped too:

>>> workflow_command("notice", "50 %\r\nand more", title="a,b")
'::notice title=a%2Cb::50 %25%0D%0Aand more'
"""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "notice"]


def workflow_command(name: str, text: str = "", **properties: str | int | None) -> str:
    """Return the line of one command; properties that are None or empty are left out."""
    present = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items() if value)
    return f"::{name} {present}".rstrip() + f"::{_escaped(text)}"


def annotation(
    severity: Severity, text: str, *, title: str = "", file: str | None = None, line: int | None = None
) -> str:
    """Return the line that adds an annotation to the run, at a line of a file if `file` is given."""
    return workflow_command(severity, text, title=title, file=file, line=line)


def stop(token: str) -> str:
    """Return the line after which the runner ignores commands until `resume` with the same token.

    The token must be random, so that printed text cannot contain it.
    """
    return workflow_command("stop-commands", token)


def resume(token: str) -> str:
    """Return the line after which the runner executes commands again."""
    return f"::{token}::"


def _escaped(text: str, further: str = "") -> str:
    return "".join(f"%{ord(letter):02X}" if letter in "%\r\n" + further else letter for letter in text)
