"""build.gradle and build.gradle.kts: the version the build script gives its project.

>>> GROOVY.read("plugins { id 'x' version '9' }\\nversion = '1.2.3'")
'1.2.3'

The project's version stands at the root, or in `allprojects { }`, `subprojects { }` or `configure(...) { }` of
them; any other is named by its blocks, as in `paths = ["openapi3.version"]`. Setting it may be written
`version = '1'`, `version '1'`, `version('1')`, `setVersion('1')` or `version.set('1')`, with or without `project.`;
a definition is named with its keyword, as in `paths = ["def appVersion"]`.

A block that hands the version on is no second place, and one that repeats it is kept in step:

>>> GROOVY.write("version = '1.2.3'\\nsubprojects { version = rootProject.version }", "2.0.0")
"version = '2.0.0'\\nsubprojects { version = rootProject.version }"
>>> GROOVY.write("version = '1.2.3'\\nsubprojects { version = '1.2.3' }", "2.0.0")
"version = '2.0.0'\\nsubprojects { version = '2.0.0' }"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, ambiguous, fault, line_of, select
from shipit.versionfiles.syntax import gradle as syntax
from shipit.versionfiles.syntax.gradle import Dialect, Token

_PROJECT_WIDE = ("", "allprojects.", "subprojects.", "configure(allprojects).", "configure(subprojects).")
_RECEIVER = re.compile(r"^(?:(?:project|rootProject|this|it)\.)+")
_SETTER = re.compile(r"(^|\.)set([A-Z])")
_PROPERTY = re.compile(r"(?:(?<!System\.get)[pP]roperty|properties\.get|properties)\s*[(\[.]\s*['\"]?(\w+)")
_VARIABLE = re.compile(r"\"?\$?\{?\s*(?:(?:project|rootProject|ext)\.)*(\w+)\s*\}?\"?")
_HANDED_ON = re.compile(
    r"\"?\$?\{?\s*(?:(?:rootProject|project|parent)[!?]*\.)+(?:version|getVersion\(\))(?:\.toString\(\))?\s*\}?\"?"
)


def _find(dialect: Dialect, text: str, paths: Sequence[str]) -> list[Span]:
    places = list(_places(text, dialect))
    wanted = select(text, places, paths) if paths else _project_version(text, places)
    for place in wanted:
        if not place.literal:
            raise _computed(text, place, places)
    return [place.span for place in wanted]


def _project_version(text: str, places: Sequence[Place]) -> Sequence[Place]:
    """The assignment of the project's version, wherever it may stand; several that say the same."""
    wide = [place for place in places if place.path in {f"{block}version" for block in _PROJECT_WIDE}]
    found = [place for place in wide if not _hands_on(text, place)] or wide
    if not found:
        elsewhere = [f"`{place.path}`" for place in places if place.literal and place.path.endswith("version")]
        hint = f'name the place, as in paths = ["…"]; there is {", ".join(elsewhere)}' if elsewhere else None
        raise VersionFileError(
            "this build script sets no `version` of the project",
            hint=hint or 'add `version = "0.1.0"`, or name in `version-files` the file that holds it',
        )
    if len(found) > 1 and not _repeated(text, found):
        raise ambiguous(text, "version", found, hint=_choice(found))
    return found


def _hands_on(text: str, place: Place) -> bool:
    """Whether a block only passes on the version of its project or of one above."""
    return not place.literal and place.path != "version" and bool(_HANDED_ON.fullmatch(place.span.of(text)))


def _repeated(text: str, found: Sequence[Place]) -> bool:
    """Whether different blocks set one and the same version."""
    paths, values = {place.path for place in found}, {place.span.of(text) for place in found}
    return len(paths) == len(found) and len(values) == 1 and all(place.literal for place in found)


def _choice(found: Sequence[Place]) -> str:
    """What to do about several versions: only a place that is a plain string, and alone on its path, can be named."""
    paths = [place.path for place in found]
    names = ", ".join(f'"{place.path}"' for place in found if place.literal and paths.count(place.path) == 1)
    return f"keep one, or name the places to write: paths = [{names}]" if names else "keep one of them"


def _places(text: str, dialect: Dialect) -> Iterator[Place]:
    """Every assignment made as a statement, with its path and where its value starts."""
    tokens = syntax.tokens(text, dialect)
    blocks: list[str | None] = []  # a path with its dot per open brace; None per other bracket
    statement = 0
    for index, token in enumerate(tokens):
        in_block = not blocks or blocks[-1] is not None
        if in_block and _starts_statement(tokens, index):
            statement = token.start
            prefix = blocks[-1] if blocks else ""
            yield from _assignment(tokens, index, prefix or "")
        if token.kind == "open":
            header = text[statement : token.start] if in_block else "("
            blocks.append(_block_path(blocks, header) if token.marks("{") else None)
        elif token.kind == "close" and blocks:
            blocks.pop()


def _starts_statement(tokens: Sequence[Token], index: int) -> bool:
    before = tokens[index - 1] if index else None
    return before is None or before.kind == "newline" or before.marks("{", "}", ";", "->")


def _block_path(blocks: Sequence[str | None], header: str) -> str:
    """`project(':a') {` inside `x {` gives `x.project(:a).`; quotes and blanks do not count."""
    outer = next((block for block in reversed(blocks) if block is not None), "")
    return outer + _RECEIVER.sub("", re.sub(r"[\s'\"]|\(\)$", "", header)) + "."


def _assignment(tokens: Sequence[Token], index: int, prefix: str) -> Iterator[Place]:
    name, at = _target(tokens, index)
    if not name or at >= len(tokens):
        return
    path = prefix + _SETTER.sub(lambda m: m[1] + m[2].lower(), _RECEIVER.sub("", name).removesuffix(".set"))
    operator = tokens[at]
    if operator.marks("="):
        yield from _value(tokens, _skip_newlines(tokens, at + 1), path)
    elif operator.kind in ("string", "template"):
        yield from _value(tokens, at, path)
    elif operator.marks("("):
        yield from _argument(tokens, at, path)


def _target(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """The names a statement starts with, dots and definition keywords included, and what comes after them."""
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


def _value(tokens: Sequence[Token], at: int, path: str) -> Iterator[Place]:
    if at < len(tokens):
        yield _place(tokens, at, path, _ends_statement(tokens, at + 1))


def _argument(tokens: Sequence[Token], at: int, path: str) -> Iterator[Place]:
    """The only argument of a call."""
    inner = _skip_newlines(tokens, at + 1)
    after = _skip_newlines(tokens, inner + 1)
    if inner < len(tokens):
        alone = after < len(tokens) and tokens[after].marks(")") and _ends_statement(tokens, after + 1)
        yield _place(tokens, inner, path, alone)


def _place(tokens: Sequence[Token], at: int, path: str, alone: bool) -> Place:
    """The string at `at` without its quotes if it is the whole value; else all of the value, as computed."""
    token = tokens[at]
    if alone and token.kind == "string":
        quote = (token.end - token.start - len(token.text)) // 2
        return Place(path, Span(token.start + quote, token.end - quote))
    return Place(path, Span(token.start, _value_end(tokens, at)), literal=False)


def _value_end(tokens: Sequence[Token], at: int) -> int:
    """Where the value that starts at `at` ends: with its statement, or before the bracket around it."""
    depth = 0
    for index in range(at, len(tokens)):
        token = tokens[index]
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0 or (depth == 0 and token.kind != "close" and _ends_statement(tokens, index)):
            return tokens[index - 1].end
    return tokens[-1].end


def _skip_newlines(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].kind == "newline":
        at += 1
    return at


def _ends_statement(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing more is done to the value before `at`; a `.` on the next line still is something."""
    if at == len(tokens) or tokens[at].marks("}", ";"):
        return True
    following = _skip_newlines(tokens, at)
    continued = following < len(tokens) and tokens[following].marks(".", "?.")
    return tokens[at].kind == "newline" and not continued


def _computed(text: str, place: Place, places: Sequence[Place]) -> VersionFileError:
    value = place.span.of(text)
    return fault(
        text,
        place.span.start,
        f"`{place.path}` is computed here, not written as a plain string: `{value.partition(chr(10))[0].strip()}`",
        hint=_home(text, value, places) or "write it as a plain string, or name the file that holds it",
    )


def _home(text: str, value: str, places: Sequence[Place]) -> str | None:
    """Where the whole value lives, as far as the script tells."""
    variable = _VARIABLE.fullmatch(value)
    name = variable[1] if variable and variable[1] != "version" else None
    for place in places:
        if place.literal and re.split(r"[ .]", place.path)[-1] == name:
            line = line_of(text, place.span.start)
            return f'it comes from `{place.path}` on line {line}: name that place, paths = ["{place.path}"]'
    if found := variable or _PROPERTY.search(value):
        entry = f'{{ path = "gradle.properties", paths = ["{found[1]}"] }}'
        return f"if gradle.properties sets `{found[1]}`, use version-files = [{entry}]; else write a plain string here"
    return None


GROOVY = TextFormat(("build.gradle", "*.gradle"), partial(_find, syntax.GROOVY))
KOTLIN = TextFormat(("build.gradle.kts", "*.gradle.kts"), partial(_find, syntax.KOTLIN))
