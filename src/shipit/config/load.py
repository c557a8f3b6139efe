"""From the text of a configuration file to a `Config`, or to every problem in it at once.

msgspec decodes, and not pydantic: importing it costs 28 ms of CPU against 37, which every command pays, and it is
strict by nature. That it stops at the first problem is what `shipit.config.decode` makes up for.

>>> parse_config('[release]\\ntag = "release-{version}"').release.tag
'release-{version}'
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from shipit.config.decode import Fault, Sorting
from shipit.config.keys import named, path
from shipit.config.model import Config
from shipit.config.rules import broken
from shipit.errors import ConfigError
from shipit.finding import Problem

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_config(text: str, *, where: str = "shipit.toml", table: tuple[str, ...] = ()) -> Config:
    """The configuration in `text`, a TOML document.

    Args:
        where: the name of the file, for messages.
        table: the table that holds the configuration, as `("tool", "shipit")` in pyproject.toml;
            a document without it configures nothing.

    Raises:
        ConfigError: with a `Problem` for each thing that is wrong, in the order of the file.
    """
    text = text.removeprefix("\ufeff")
    try:
        config, faults = _decode(_document(text, where), table)
    except RecursionError:
        raise _error(where, [Problem("nested too deeply", where)]) from None
    if faults:
        raise _error(where, _problems(faults, text))
    return config


def fingerprint(config: Config) -> str:
    """The SHA-256, in hex, of what a configuration says, however it is written down."""
    import hashlib

    return hashlib.sha256(msgspec.json.encode(config, order="sorted")).hexdigest()


def _document(text: str, where: str) -> dict[str, Any]:
    import tomllib

    if odd := _SURROGATE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise _error(where, [Problem("not UTF-8", f"line {line}", line, "save the file as UTF-8")])
    try:
        return tomllib.loads(text)
    except ValueError as error:  # not only TOMLDecodeError: a number may have too many digits
        raise _error(where, [_syntax(str(error), text)]) from None


def _syntax(message: str, text: str) -> Problem:
    """What the TOML parser said, with its position taken out of the sentence."""
    position = _POSITION.search(message)
    what = f"not valid TOML: {_POSITION.sub('', message)}"
    hint = "put texts in quotes" if "Invalid value" in message else None
    if position and position[1]:
        return Problem(what, f"line {position[1]}, column {position[2]}", int(position[1]), hint)
    return Problem(what, "end of the file", text.count("\n") + 1, hint)


def _decode(document: dict[str, Any], table: tuple[str, ...]) -> tuple[Config, list[Fault]]:
    """What the document configures as far as it is right, and what is not."""
    data: Any = document
    for depth, name in enumerate(table, start=1):
        data = data.get(name, {})
        if not isinstance(data, dict):
            return Config(), [Fault(table[:depth], f"{named(table[:depth])} must be a table")]
    sorting = Sorting(table)
    config = msgspec.convert(sorting.kept(data, Config, table), Config)
    return config, [*sorting.faults, *(fault._replace(key=table + fault.key) for fault in broken(config))]


def _problems(faults: list[Fault], text: str) -> list[Problem]:
    from shipit.config.lines import key_lines, line_of

    lines = key_lines(text)
    problems = [Problem(fault.what, path(fault.key), line_of(fault.key, lines), fault.hint) for fault in faults]
    return sorted(problems, key=lambda problem: problem.line or 0)


def _error(where: str, problems: list[Problem]) -> ConfigError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ConfigError(f"`{where}` has {count}", where=where, state="nothing was changed", problems=problems)
