"""The positions of the scalar values in YAML, from the marks of ruamel.yaml.

>>> [(place.path, place.span.of("a:\\n  b: '1.2.3'")) for place in yaml_places("a:\\n  b: '1.2.3'")]
[('a.b', '1.2.3')]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.versionfiles.base import Place, Span, VersionFileError, cut, error_at

_MARK = 'add `# x-shipit-version` to the line of the version and set format = "marker"'
_BRACKET_OR_LINE = pattern(r"[\[\]{}\n]")
_SURROGATE = pattern(r"[\ud800-\udfff]")


def yaml_places(text: str) -> Iterator[Place]:
    """Yield the place of each plain or quoted scalar; items of lists are numbered from 0. Raises `VersionFileError`."""
    if len(text) > limits.YAML_FILE:
        raise VersionFileError(f"this YAML is larger than {limits.YAML_FILE.written}", hint=_MARK)
    refuse_deep_lines(text)
    seen: set[int] = set()  # an alias refers to an earlier node, which can also contain the alias itself
    waiting = [("", _compose(text))]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, list):
            children = [(cut(f"{path}.{name}".removeprefix(".")), child) for name, child in _children(node)]
            waiting += reversed(children)  # in the order of the document, so that an anchor comes before its aliases
        elif node.style is None or node.style in "'\"":
            quote = len(node.style or "")
            yield Place(path, Span(node.start_mark.index + quote, node.end_mark.index - quote))


def refuse_deep_lines(text: str) -> None:
    """Raise `VersionFileError` for a line that takes the parser quadratic time: each open bracket can begin a key."""
    depth = 0
    for match in _BRACKET_OR_LINE.finditer(text):
        depth = 0 if match.group() == "\n" else depth + (1 if match.group() in "[{" else -1)
        if depth > limits.YAML_BRACKETS:
            what = f"this line has more than {limits.YAML_BRACKETS} open brackets"
            raise error_at(text, match.start(), what, hint=_MARK)


def _children(node: Any) -> Iterator[tuple[object, Any]]:
    for index, item in enumerate(node.value):
        key, child = item if isinstance(item, tuple) else (None, item)
        yield (key.value if key and isinstance(key.value, str) else index), child


def _compose(text: str) -> Any:
    import warnings

    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about anchors in the user's file
            node = YAML(typ="safe", pure=True).compose(_SURROGATE.sub("x", text))
    except (YAMLError, RecursionError, ValueError) as error:
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        hint = f"fix the file, or {_MARK}"
        raise VersionFileError(f"this is not a single valid YAML document: {reason}", hint=hint) from None
    if node is None:
        raise VersionFileError("this YAML document is empty", hint="add the version to the file")
    return node
