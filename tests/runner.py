"""What the runner of GitHub Actions makes of what a step writes, by its own rules and none of shipit's.

The rules are those of FileCommandManager.cs and ActionCommandManager.cs of actions/runner.
"""

from __future__ import annotations

import re


def outputs(text: str) -> dict[str, str]:
    """The outputs in a file of `GITHUB_OUTPUT`. Raises ValueError where the runner fails the step."""
    lines, found = text.split("\n"), {}
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise ValueError(f"invalid format {line!r}")
            end = lines.index(delimiter, at)
            if end == len(lines) - 1:
                raise ValueError("the last delimiter must end with a newline")
            name, value, at = name, "\n".join(lines[at:end]), end + 1
        else:
            raise ValueError(f"invalid format {line!r}")
        found[name] = value
    return found


def commands(log: str) -> list[tuple[str, str]]:
    """Name and text of the commands that the runner carries out, those in between stopped ones being none."""
    found, token = [], None
    for line in log.splitlines():
        command = re.match(r"\s*::([^\s:]+)(?: [^:]*(?:%3A[^:]*)*)?::(.*)", line) or re.search(
            r"##\[([^\]]+)\](.*)", line
        )
        if token:
            token = None if line.strip() == f"::{token}::" else token
        elif command and command[1] == "stop-commands":
            token = command[2]
        elif command:
            found.append((command[1].split(" ")[0], command[2]))
    return found
