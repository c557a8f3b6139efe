"""The reading of a configuration: from its text to a `Config`, or to all problems in it at once.

msgspec is used instead of pydantic because every command imports it: that takes 28 ms of CPU instead of 37. It is also
strict by default. It stops at the first problem, which is why `shipit.config.reading.decode` exists.

>>> parse_config('[release]\\ntag = "release-{version}"').release.tag
'release-{version}'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from shipit.config.keys import key_name, path
from shipit.config.model import Config
from shipit.config.reading.decode import Decoder, Fault
from shipit.config.reading.extends import Extended, extended
from shipit.config.reading.places import shared_places
from shipit.config.rules import rule_faults
from shipit.errors import ConfigError
from shipit.finding import Problem

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_config(text: str, *, where: str = "shipit.toml", table: tuple[str, ...] = ()) -> Config:
    """Return the configuration in `text`, a TOML document.

    Args:
        where: the name of the file, for messages.
        table: the path of the table that contains the configuration, such as `("tool", "shipit")` in pyproject.toml.
            A document without this table gives the default configuration.

    Raises:
        ConfigError: the configuration is invalid. It has a `Problem` for each mistake, in the order of the file.
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
    """Return a SHA-256 digest of the values of a configuration, in hexadecimal.

    Configurations with the same values have the same digest, also if their texts differ.
    """
    import hashlib

    return hashlib.sha256(msgspec.json.encode(config, order="sorted")).hexdigest()


def _document(text: str, where: str) -> dict[str, Any]:
    import tomllib

    if invalid := _SURROGATE.search(text):
        line = text.count("\n", 0, invalid.start()) + 1
        raise _error(where, [Problem("not UTF-8", f"line {line}", line, "save the file as UTF-8")])
    try:
        return tomllib.loads(text)
    except ValueError as error:  # not only TOMLDecodeError: a number may have too many digits
        raise _error(where, [_syntax(str(error), text)]) from None


def _syntax(message: str, text: str) -> Problem:
    """Return the problem for a message of the TOML parser, with the position moved from the message to `where`."""
    position = _POSITION.search(message)
    what = f"not valid TOML: {_POSITION.sub('', message)}"
    hint = "put strings in quotes" if "Invalid value" in message else None
    if position and position[1]:
        return Problem(what, f"line {position[1]}, column {position[2]}", int(position[1]), hint)
    return Problem(what, "end of the file", text.count("\n") + 1, hint)


def _decode(document: dict[str, Any], table: tuple[str, ...]) -> tuple[Config, list[Fault]]:
    """Return the configuration from the valid values of the document, and the faults of the others."""
    data: Any = document
    for depth, name in enumerate(table, start=1):
        data = data.get(name, {})
        if not isinstance(data, dict):
            return Config(), [Fault(table[:depth], f"{key_name(table[:depth])} must be a table")]
    whole, decoder = extended(data), Decoder(table)
    config = decoder.decode(whole.document, Config, table)
    in_values = [fault._replace(key=fault.key[len(table) :]) for fault in decoder.faults]
    written = (fault._replace(key=whole.place(fault.key)) for fault in _judged(whole, in_values, rule_faults(config)))
    between = () if in_values else _judged(whole, shared_places(config))  # a wrong key can be what makes a difference
    # An inherited value has the same fault in each environment.
    return config, [
        fault._replace(key=table + fault.key) for fault in dict.fromkeys((*whole.faults, *written, *between))
    ]


def _judged(whole: Extended, *faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the faults that do not result from a fault of `extends`."""
    return (fault for each in faults for fault in each if whole.judges(fault.key))


def _problems(faults: list[Fault], text: str) -> list[Problem]:
    from shipit.config.reading.lines import key_line, key_lines

    lines = key_lines(text)
    problems = [Problem(fault.what, path(fault.key), key_line(fault.key, lines), fault.hint) for fault in faults]
    return sorted(problems, key=lambda problem: problem.line or 0)


def _error(where: str, problems: list[Problem]) -> ConfigError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ConfigError(f"`{where}` has {count}", where=where, state="nothing was changed", problems=problems)
