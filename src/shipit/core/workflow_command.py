r"""Commands by which a step talks to the runner of GitHub Actions, as lines of its log.

>>> annotation("error", "unknown key `brnch`", title="shipit.toml: 1 problem", file="shipit.toml", line=3)
'::error title=shipit.toml%3A 1 problem,file=shipit.toml,line=3::unknown key `brnch`'

The escapes are those of ActionCommand.cs of actions/runner: a value of a property also must not hold `:` or `,`.

>>> workflow_command("notice", "50 %\r\nand more", title="a,b")
'::notice title=a%2Cb::50 %25%0D%0Aand more'
"""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "notice"]


def workflow_command(name: str, text: str = "", **properties: str | int | None) -> str:
    """The line for one command; properties that are None or empty are left out."""
    given = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items() if value)
    return f"::{name} {given}".rstrip() + f"::{_escaped(text)}"


def annotation(
    severity: Severity, text: str, *, title: str = "", file: str | None = None, line: int | None = None
) -> str:
    """A mark on the run, at a line of a file where there is one."""
    return workflow_command(severity, text, title=title, file=file, line=line)


def stop(token: str) -> str:
    """From here on the runner reads no commands, until `resume` with the same token, which nobody may guess."""
    return workflow_command("stop-commands", token)


def resume(token: str) -> str:
    return f"::{token}::"


def _escaped(text: str, also: str = "") -> str:
    return "".join(f"%{ord(letter):02X}" if letter in "%\r\n" + also else letter for letter in text)
