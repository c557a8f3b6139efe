"""build.gradle and build.gradle.kts: the version that the build script sets for its project.

>>> GROOVY_SCRIPT.read("plugins { id 'x' version '9' }\\nversion = '1.2.3'")
'1.2.3'

The version of the project is set outside of all blocks, or in `allprojects { }`, `subprojects { }` or
`configure(...) { }` for all of these projects. Any other version is named by its blocks, as in
`paths = ["openapi3.version"]`, and a variable by its keyword and name, as in `paths = ["def appVersion"]`. The version
can be set in the forms `version = '1'`, `version '1'`, `version('1')`, `setVersion('1')` and `version.set('1')`, with
or without `project.`.

A block that inherits the version is left alone, and a block that repeats the version is updated as well:

>>> GROOVY_SCRIPT.write("version = '1.2.3'\\nsubprojects { version = rootProject.version }", "2.0.0")
"version = '2.0.0'\\nsubprojects { version = rootProject.version }"
>>> GROOVY_SCRIPT.write("version = '1.2.3'\\nsubprojects { version = '1.2.3' }", "2.0.0")
"version = '2.0.0'\\nsubprojects { version = '2.0.0' }"
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from msgspec import Struct, field

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.core.redact import shortened
from shipit.versionfiles.base import (
    Place,
    Span,
    TextFormat,
    VersionFileError,
    ambiguous,
    cut,
    error_at,
    line_number,
    select,
)
from shipit.versionfiles.syntax import gradle as syntax
from shipit.versionfiles.syntax.gradle import Dialect, Token

_VERSION_PATHS = {
    "version",
    *(
        f"{block}.version"
        for block in ("allprojects", "subprojects", "configure(allprojects)", "configure(subprojects)")
    ),
}
_RECEIVER = pattern(r"^(?:(?:project|rootProject|this|it)\.)+")
_SETTER = pattern(r"(^|\.)set([A-Z])")
_PROPERTY = pattern(r"(?:(?<!System\.get)[pP]roperty|properties\.get|properties)\s*[(\[.]\s*['\"]?(\w+)")
_VARIABLE = pattern(r"\"?\$?\{?\s*(?:(?:project|rootProject|ext)\.)*(\w+)\s*\}?\"?")
_INHERITED = pattern(
    r"\"?\$?\{?\s*(?:(?:rootProject|project|parent)[!?]*\.)+(?:version|getVersion\(\))(?:\.toString\(\))?\s*\}?\"?"
)


def _find(dialect: Dialect, text: str, paths: Sequence[str]) -> list[Span]:
    places = list(_places(text, dialect))
    wanted = select(text, places, paths) if paths else _project_version(text, places)
    for place in wanted:
        if not place.literal:
            raise _computed(text, place, places)
    return [place.span for place in wanted]


def assignments(text: str, *, kotlin: bool) -> list[Place]:
    """Return the place of each assignment in a script or source file. Raises `VersionFileError`."""
    return list(_places(text, syntax.KOTLIN if kotlin else syntax.GROOVY))


def computed_version(text: str, *, kotlin: bool) -> tuple[str, list[Place]] | None:
    """Return the expression that computes the version of the project, and all assignments of the script.

    None when the version is written as a plain string. Raises `VersionFileError`.
    """
    places = assignments(text, kotlin=kotlin)
    first = _project_version(text, places)[0]
    return None if first.literal else (first.span.of(text), places)


def _project_version(text: str, places: Sequence[Place]) -> Sequence[Place]:
    """Return the assignments of the version of the project. Several must be in different blocks and say the same."""
    wide = [place for place in places if place.path in _VERSION_PATHS]
    found = [place for place in wide if not _inherits(text, place)] or wide
    if not found:
        paths = (place.path for place in places if place.literal and place.path.endswith("version"))
        elsewhere = ", ".join(f"`{path}`" for path in islice(paths, limits.NAMED_PLACES))
        hint = f'name the place, as in paths = ["…"]; this script sets {elsewhere}' if elsewhere else None
        raise VersionFileError(
            "this build script sets no `version` of the project",
            hint=hint or 'add `version = "0.1.0"`, or name in `version-files` the file that contains it',
        )
    if len(found) > 1 and not _repeated(text, found):
        raise ambiguous(text, "version", found, hint=_choice(found))
    return found


def _inherits(text: str, place: Place) -> bool:
    """Return whether a block sets its version to that of the project or of a parent project."""
    return not place.literal and place.path != "version" and bool(_INHERITED.fullmatch(place.span.of(text)))


def _repeated(text: str, found: Sequence[Place]) -> bool:
    """Return whether all places are in different blocks and have the same version."""
    paths, values = {place.path for place in found}, {place.span.of(text) for place in found}
    return len(paths) == len(found) and len(values) == 1 and all(place.literal for place in found)


def _choice(found: Sequence[Place]) -> str:
    """Return the hint for several versions. Only a plain string that is alone on its path can be named in `paths`."""
    counts = Counter(place.path for place in found)
    names = ", ".join(f'"{place.path}"' for place in found if place.literal and counts[place.path] == 1)
    return f"keep one, or name the places to write: paths = [{names}]" if names else "keep one of them"


class _Block(Struct, frozen=True):
    """An open bracket: the path of the code inside it, with a final dot, and whether it is a brace."""

    path: str
    braces: bool


class _Script(Struct):
    """The tokens of a script, and for each token the index of the token after the value that starts with it."""

    tokens: Sequence[Token]
    value_ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the ends from the last token to the first, so that nested values take linear time.

        A value ends with its statement, or before the closing bracket around it.
        """
        ends = [len(self.tokens)] * (len(self.tokens) + 1)
        closing: list[int] = []
        for index in range(len(self.tokens) - 1, -1, -1):
            kind = self.tokens[index].kind
            if kind == "close":
                closing.append(index)
            if kind == "close" or (kind != "open" and _ends_statement(self.tokens, index)):
                ends[index] = index
            elif kind == "open":
                ends[index] = ends[closing.pop() + 1] if closing else len(self.tokens)
            else:
                ends[index] = ends[index + 1]
        self.value_ends = ends


def _places(text: str, dialect: Dialect) -> Iterator[Place]:
    """Yield the place of each assignment that is a statement."""
    script = _Script(syntax.tokens(text, dialect))
    blocks = [_Block("", braces=True)]
    statement = 0
    for index, token in enumerate(script.tokens):
        block = blocks[-1]
        if block.braces and _starts_statement(script.tokens, index):
            statement = token.start
            yield from _assignment(script, index, block.path)
        if token.marks("{"):
            header = text[statement : token.start] if block.braces else "("
            blocks.append(_Block(_block_path(block.path, header), braces=True))
        elif token.kind == "open":
            blocks.append(_Block(block.path, braces=False))
        elif token.kind == "close" and len(blocks) > 1:
            blocks.pop()


def _starts_statement(tokens: Sequence[Token], index: int) -> bool:
    before = tokens[index - 1] if index else None
    return before is None or before.kind == "newline" or before.marks("{", "}", ";", "->")


def _block_path(outer: str, header: str) -> str:
    """Return the path of a block inside the block `outer`, with a final dot, without quotes and spaces.

    The header `project(':a')` inside the block `x` gives `x.project(:a).`.
    """
    return cut(outer + _RECEIVER.sub("", re.sub(r"[\s'\"]++|\(\)$", "", header)) + ".")


def _assignment(script: _Script, index: int, prefix: str) -> Iterator[Place]:
    name, at = _target(script.tokens, index)
    if not name or at >= len(script.tokens):
        return
    path = cut(prefix + _SETTER.sub(lambda m: m[1] + m[2].lower(), _RECEIVER.sub("", name).removesuffix(".set")))
    operator = script.tokens[at]
    if operator.marks("="):
        yield from _value(script, _skip_newlines(script.tokens, at + 1), path)
    elif operator.kind in ("string", "template"):
        yield from _value(script, at, path)
    elif operator.marks("("):
        yield from _argument(script, at, path)


def _target(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """Return the names at the start of a statement, with dots and keywords, and the index of the token after them."""
    name = ""
    dotted = True
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "name":
            name += token.text if dotted else f" {token.text}"
            dotted = False
        elif token.marks(".") and name and not dotted:
            name += "."
            dotted = True
        else:
            break
        index += 1
    return name, index


def _value(script: _Script, at: int, path: str) -> Iterator[Place]:
    if at < len(script.tokens):
        yield _place(script, at, path, _ends_statement(script.tokens, at + 1))


def _argument(script: _Script, at: int, path: str) -> Iterator[Place]:
    """Yield the place of the argument of a call; it is not literal unless the call has only one argument."""
    tokens = script.tokens
    inner = _skip_newlines(tokens, at + 1)
    after = _skip_newlines(tokens, inner + 1)
    if inner < len(tokens):
        alone = after < len(tokens) and tokens[after].marks(")") and _ends_statement(tokens, after + 1)
        yield _place(script, inner, path, alone)


def _place(script: _Script, at: int, path: str, alone: bool) -> Place:
    """Return the place of the value at token `at`.

    It is the string without its quotes if the string is `alone`, else the whole value, which is computed.
    """
    token = script.tokens[at]
    if alone and token.kind == "string":
        quote = (token.end - token.start - len(token.text)) // 2
        return Place(path, Span(token.start + quote, token.end - quote))
    return Place(path, Span(token.start, script.tokens[script.value_ends[at] - 1].end), literal=False)


def _skip_newlines(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].kind == "newline":
        at += 1
    return at


def _ends_statement(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the statement ends before token `at`. A `.` on the next line continues it."""
    if at == len(tokens) or tokens[at].marks("}", ";"):
        return True
    following = _skip_newlines(tokens, at)
    continued = following < len(tokens) and tokens[following].marks(".", "?.")
    return tokens[at].kind == "newline" and not continued


def _computed(text: str, place: Place, places: Sequence[Place]) -> VersionFileError:
    value = place.span.of(text)
    shown = shortened(value.partition("\n")[0].strip(), limits.QUOTED_TEXT)
    error = error_at(
        text,
        place.span.start,
        f"`{place.path}` is computed here, not written as a plain string: `{shown}`",
        hint=_source_hint(text, value, places)
        or "write it as a plain string, or name in `version-files` the file that contains it",
    )
    error.computed = True
    return error


def _source_hint(text: str, value: str, places: Sequence[Place]) -> str | None:
    """Return a hint with the variable or the property that the whole value comes from; None if that is unknown."""
    variable = _VARIABLE.fullmatch(value)
    name = variable[1] if variable and variable[1] != "version" else None
    for place in places:
        if place.literal and re.split(r"[ .]", place.path)[-1] == name:
            line = line_number(text, place.span.start)
            return f'it comes from `{place.path}` on line {line}: name that place, paths = ["{place.path}"]'
    if found := variable or _PROPERTY.search(value):
        entry = f'{{ path = "gradle.properties", paths = ["{found[1]}"] }}'
        return f"if gradle.properties sets `{found[1]}`, use version-files = [{entry}]; else write a plain string here"
    return None


GROOVY_SCRIPT = TextFormat(partial(_find, syntax.GROOVY))
KOTLIN_SCRIPT = TextFormat(partial(_find, syntax.KOTLIN))
