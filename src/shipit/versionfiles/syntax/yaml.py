"""Positions of the scalar values in YAML, by the marks of ruamel.yaml.

>>> [(place.path, place.span.of("a:\\n  b: '1.2.3'")) for place in places("a:\\n  b: '1.2.3'")]
[('a.b', '1.2.3')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipit.versionfiles.base import Place, Span, VersionFileError

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def places(text: str) -> Iterator[Place]:
    """Every plain or quoted scalar with its path; items of lists are numbered from 0. Raises `VersionFileError`."""
    seen: set[int] = set()  # an alias leads to a node met before, perhaps to one that holds the alias itself
    waiting = [("", _compose(text))]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, list):
            children = [(f"{path}.{name}".removeprefix("."), child) for name, child in _children(node)]
            waiting += reversed(children)  # so that an anchor is met before its aliases
        elif node.style is None or node.style in "'\"":
            quote = len(node.style or "")
            yield Place(path, Span(node.start_mark.index + quote, node.end_mark.index - quote))


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
            warnings.simplefilter("ignore")  # about anchors of a file that is not ours
            node = YAML(typ="safe", pure=True).compose(_SURROGATE.sub("x", text))
    except (YAMLError, RecursionError, ValueError) as error:
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        hint = 'repair the file, or mark the line with `# x-shipit-version` and set format = "marker"'
        raise VersionFileError(f"this is not one YAML document: {reason}", hint=hint) from None
    if node is None:
        raise VersionFileError("this YAML document is empty", hint="add the version to the file")
    return node
