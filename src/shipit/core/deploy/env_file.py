r"""Files with environment variables, in the form that the program which reads them understands.

>>> env_file({"PASSWORD": 'a$b"c\\'}, "compose")
'PASSWORD="a\\$b\\"c\\\\"\n'
>>> env_file({"PASSWORD": "it's"}, "shell")
'PASSWORD=\'it\'"\'"\'s\'\n'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from shipit.errors import ConfigError

EnvFormat = Literal["compose", "docker", "properties", "shell"]
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def env_file(values: Mapping[str, str], format: EnvFormat) -> str:
    """Return the text of a file with `values`, sorted by name.

    Args:
        values: the variables.
        format: the program that reads the file: `compose` for Docker Compose, `docker` for `docker run --env-file`,
            `properties` for Java and Spring Boot, `shell` for `.` in a shell.

    Raises `ConfigError` if a value cannot be written in that format.
    """
    write = {"compose": _compose, "docker": _docker, "properties": _properties, "shell": _shell}[format]
    return "".join(f"{write(name, value)}\n" for name, value in sorted(values.items()))


def _compose(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'{name}="{escaped}"'


def _docker(name: str, value: str) -> str:
    """Return the line for a value, which docker reads unchanged, so a line break cannot be written."""
    if "\n" in value or "\r" in value:
        what = f"the value of `{name}` has several lines, which `docker run --env-file` cannot read"
        raise ConfigError(
            what, hint='write `format = "compose"`, or leave out `file`: the container gets it without a file'
        )
    return f"{name}={value}"


def _properties(name: str, value: str) -> str:
    """Return the line in the format of java.util.Properties, which is read as ISO 8859-1."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    escaped = "".join(_ascii(character) for character in escaped)
    return f"{name}={escaped.replace(' ', chr(92) + ' ', 1) if escaped.startswith(' ') else escaped}"


def _ascii(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return character if " " <= character <= "~" else "".join(f"\\u{pair}" for pair in pairs)


def _shell(name: str, value: str) -> str:
    """Return the assignment; with another name, a shell would run the line as a command and show the value."""
    if not _SHELL_NAME.fullmatch(name):
        what = f"`{name}` cannot be the name of a variable in a shell"
        raise ConfigError(what, hint="rename it with letters, digits and `_`, or set another `format`")
    quoted = value.replace("'", "'\"'\"'")
    return f"{name}='{quoted}'"
