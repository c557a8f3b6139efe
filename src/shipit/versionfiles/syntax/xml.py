"""The positions of the texts of XML elements, from the offsets that expat reports.

>>> text = "<project><parent><version>9</version></parent><version>1.2.3</version></project>"
>>> [(place.path, place.span.of(text)) for place in xml_places(text)]
[('project.parent.version', '9'), ('project.version', '1.2.3')]
>>> [(group.path, [*group.places]) for group in xml_groups(text)]
[('project.parent', ['version']), ('project', ['version'])]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from shipit.core.pattern import pattern
from shipit.versionfiles.base import Place, Span, VersionFileError, cut, replace_non_ascii

_CDATA = ("<![CDATA[", "]]>")
_TAG = pattern(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")  # a `>` inside quotes does not end it


def xml_places(text: str) -> list[Place]:
    """Return the place of each element without child elements, with its path from the root.

    Raises `VersionFileError`.
    """
    return [leaf.place for leaf in _leaves(text)]


class Group(NamedTuple):
    """The element with the path `path`: the places of those of its child elements that have none themselves, by name.

    If several have the same name, the first one is used.
    """

    path: str
    places: dict[str, Place]


def xml_groups(text: str) -> Iterable[Group]:
    """Return each element that contains elements without child elements. Raises `VersionFileError`."""
    groups: dict[int, Group] = {}
    for leaf in _leaves(text):
        group = groups.setdefault(leaf.parent.content, Group(leaf.parent.path, {}))
        group.places.setdefault(leaf.name, leaf.place)
    return groups.values()


class _Element(NamedTuple):
    path: str
    content: int  # offset of the content
    name: str


class _Leaf(NamedTuple):
    place: Place
    name: str
    parent: _Element


_NO_ELEMENT = _Element("", 0, "")


def _leaves(text: str) -> list[_Leaf]:
    body = text.removeprefix("\ufeff")
    found = _scan(body)
    shift = len(text) - len(body)
    return [leaf._replace(place=_moved(leaf.place, shift)) for leaf in found] if shift else found


def _moved(place: Place, by: int) -> Place:
    return place._replace(span=Span(place.span.start + by, place.span.end + by))


def _scan(text: str) -> list[_Leaf]:
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    stack: list[_Element] = []
    found: list[_Leaf] = []
    leaf = False

    def start(name: str, _: object) -> None:
        nonlocal leaf
        at = parser.CurrentByteIndex
        own = text[at + 1 : at + 1 + len(name)]
        stack.append(_Element(cut(f"{stack[-1].path}.{own}" if stack else own), _tag_end(text, at), own))
        leaf = True

    def end(_: str) -> None:
        nonlocal leaf
        element = stack.pop()
        if leaf and (span := _trim(text, element.content, parser.CurrentByteIndex)):
            found.append(_Leaf(Place(element.path, span), element.name, stack[-1] if stack else _NO_ELEMENT))
        leaf = False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(replace_non_ascii(text), True)
    except expat.ExpatError as error:
        raise VersionFileError(f"this is not valid XML: {error}", where=f"line {error.lineno}", hint="fix it") from None
    return found


def _tag_end(text: str, at: int) -> int:
    """Return the offset after the `>` of the tag that starts at `at`."""
    match = _TAG.match(text, at)
    return match.end() if match else at


def _trim(text: str, start: int, end: int) -> Span | None:
    """Return the text between two tags without spaces and CDATA marks; None if there is no text, as in `<a/>`."""
    content = text[start:end].strip()
    if content.startswith(_CDATA[0]) and content.endswith(_CDATA[1]):
        content = content.removeprefix(_CDATA[0]).removesuffix(_CDATA[1]).strip()
    at = text.rfind(content, start, end)  # from the end, because the CDATA mark also contains letters
    return Span(at, at + len(content)) if content else None
