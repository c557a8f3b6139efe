r"""Shell scripts, divided into commands. Text in quotes and in `${{ }}` belongs to its command as it is.

>>> list(commands("cd app  # the back end\n./gradlew build && echo 'a # b; c && d'; ls"))
['cd app', './gradlew build', "echo 'a # b; c && d'", 'ls']
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# A part of a script: an expression of GitHub, a text in quotes, a character after a backslash, a comment, the
# end of a command, or any other text. A quote that is never closed ends with its line.
_PART = re.compile(
    r"(?P<kept>\$\{\{[^{}\n]*+\}\}|'[^']*+'|\"(?:\\[\s\S]|[^\"\\])*+\"|\\[^\n])"
    r"|(?P<joined>\\\n[^\S\n]*+)"
    r"|(?P<comment>(?<![^\s;&|(])#[^\n]*+)"
    r"|(?P<end>&&|;|\n)"
    r"|(?P<text>[^$'\"\\#&;\n]++|[\s\S])"
)


def commands(script: str) -> Iterator[str]:
    """Yield the commands of a script without comments. Only a text in quotes can have several lines."""
    command = ""
    for part in _PART.finditer(script):
        if part["end"]:
            if command.strip():
                yield command.strip()
            command = ""
        elif part["joined"]:
            command += " "
        elif not part["comment"]:
            command += part[0]
    if command.strip():
        yield command.strip()
