"""The values in a file of another tool: JSON, YAML, TOML, or a literal of JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipit.core import limits
from shipit.errors import ConfigError
from shipit.importers.javascript import CodeError, read_javascript


def read_document(path: str, text: str) -> dict[str, Any]:
    """Return the values in the file `path`, by key. Code is never executed.

    Raises `ConfigError` if the text is too long, is not in the format of its name, or contains code.
    """
    if len(text) > limits.IMPORTED_FILE:
        raise _error(
            path, f"it is larger than {limits.IMPORTED_FILE.written}", "write its keys into shipit.toml by hand"
        )
    try:
        found = _parsed(path, text) if is_utf8(text) else text
    except CodeError as error:
        raise _error(
            path, f"{error}, and shipit executes no code", f"convert it to JSON: {_conversion(path)}"
        ) from None
    except (ValueError, RecursionError) as error:
        line = str(error).strip().splitlines()[:1]
        raise _error(path, f"it is not valid: {' '.join(line) or 'nested too deeply'}", "correct it") from None
    if not is_utf8(found):
        fix = f"save it as UTF-8, such as: iconv -f CP949 -t UTF-8 {path} > utf8 && mv utf8 {path}"
        raise _error(path, "it contains text that is not UTF-8", fix)
    if not isinstance(found, dict):
        raise _error(path, "it contains no keys", "write a table of keys, or delete the file")
    return found


def _parsed(path: str, text: str) -> Any:
    if path.endswith((".js", ".cjs", ".mjs", ".ts")):
        return read_javascript(text)
    if path.endswith(".toml"):
        import tomllib

        found = tomllib.loads(text)
        repr(found)  # raises `ValueError` for a hexadecimal number with too many digits, as the parser does for others
        return found
    import json

    try:
        return json.loads(text)
    except ValueError:
        if path.endswith(".json"):
            raise
    return _yaml(text)


def read_lines_of_yaml(text: str) -> Any:
    """Return the values of YAML, whose tables know their lines (`lc.line`); None for a text that cannot be read."""
    try:
        found = _yaml(text, "rt") if len(text) <= limits.IMPORTED_FILE else None
    except (ValueError, RecursionError):
        return None
    return found if is_utf8(found) else None


def is_utf8(value: Any) -> bool:
    r"""Return whether UTF-8 can encode each text in `value`: not the bytes of another encoding, nor half a character.

    >>> is_utf8({"feat": ["기능"]}), is_utf8("\ud83d"), is_utf8([{"\udcb1": 1}])
    (True, False, False)
    """
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if not value.isascii() and value.encode(errors="ignore").decode() != value:
                return False
        elif isinstance(value, Mapping):
            waiting += (*value, *value.values())
        elif isinstance(value, list):
            waiting += value
    return True


def _yaml(text: str, kind: str = "safe") -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from shipit.versionfiles import VersionFileError
    from shipit.versionfiles.syntax.yaml import refuse_deep_lines

    try:
        refuse_deep_lines(text)
        found = YAML(typ=kind, pure=True).load(text)
    except VersionFileError as error:
        raise ValueError(error.what) from None
    except YAMLError as error:
        raise ValueError(str(error)) from None
    _require_small(found)
    repr(found)  # raises `ValueError` for a number with too many digits
    return found


def _require_small(value: Any) -> None:
    """Raise `ValueError` if `value` has too many values: aliases of YAML can repeat the same one very often."""
    count, waiting = 0, [value]
    while waiting:
        value = waiting.pop()
        count += 1
        if count > limits.IMPORTED_VALUES:
            raise ValueError(f"it has more than {limits.IMPORTED_VALUES.written} values")
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _conversion(path: str) -> str:
    """Return the command that writes the settings in the file `path` as JSON, for the person to run."""
    tool = next((tool for tool in ("release", "commitlint") if path.startswith(f"{tool}.config.")), None)
    name = f".{tool}rc" if tool else path.rpartition(".")[0]
    return f"node -e 'import(\"./{path}\").then(m => console.log(JSON.stringify(m.default)))' > {name}.json"


def _error(path: str, what: str, hint: str) -> ConfigError:
    return ConfigError(f"`{path}` cannot be read: {what}", where=path, hint=hint, state="nothing was changed")
