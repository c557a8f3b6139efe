"""The places of the pages of this repository on the site, and the links between them.

A page links others by their places in the repository, as GitHub shows them. On the site, `docs/` is the root, and the
other pages have a name of their own there. A file that is no page, such as an example, is copied.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

# Pages outside `docs/`, besides the examples, and their places on the site.
PAGES = {
    "CHANGELOG.md": "releases.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.ko.md": "overview.ko.md",
    "README.md": "overview.md",
    "SECURITY.ko.md": "security.ko.md",
    "SECURITY.md": "security.md",
    "tests/README.md": "tests.md",
    "tests/standin/README.md": "standin.md",
}
KOREAN = ".ko.md"

_SWITCH = re.compile(r"\A(# [^\n]*\n\n)\[(?:English|한국어)\]\([^)\n]+\)\n")
_IN_KOREAN = re.compile(r"\s*\(\[한국어\]\([^)\n]+\)\)")  # a link behind that to the English page
_HEADING = re.compile(r"^(#{1,6}) (.*)$", re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()(?P<target>[^)\s:]+)(?=\))")
_CODE_BLOCK = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def place_on_site(path: str) -> str:
    """Return the place on the site of a file of the repository."""
    if path in PAGES:
        return PAGES[path]
    for prefix in ("docs/", "scripts/site/"):
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    return path if path.startswith("examples/") else "files/" + path.lstrip(".")


def page_for_site(text: str, path: str, is_directory: Callable[[str], bool]) -> str:
    """Return the text of a page with links that are right on the site.

    Args:
        text: the page as it is in the repository.
        path: its path in the repository.
        is_directory: tells of a path in the repository whether it is a directory.
    """
    text = _IN_KOREAN.sub("", _SWITCH.sub(r"\1", text))  # the site has a menu of languages
    pieces = _CODE.split(text)
    pieces[::2] = [_LINK.sub(lambda found: _link(found["target"], path, is_directory), piece) for piece in pieces[::2]]
    return "".join(pieces)


def _link(target: str, path: str, is_directory: Callable[[str], bool]) -> str:
    to, hash_sign, anchor = target.partition("#")
    if not to:
        return target
    there = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(to)))
    there = f"{there}/README.md" if is_directory(there) else there
    return posixpath.relpath(place_on_site(there), posixpath.dirname(place_on_site(path)) or ".") + hash_sign + anchor


def with_english_anchors(korean: str, english: str) -> str:
    """Return a Korean page whose headings have the anchors of the English page, too.

    The English pages that have no Korean page link them, also in the Korean part of the site.
    """
    anchors = iter([anchor(title) for _, title in headings(english)])

    def heading(found: re.Match[str]) -> str:
        other = next(anchors, "")
        same = not other or other == anchor(found[2])
        return found[0] if same else f'{found[0]} <a id="{other}"></a>'

    pieces = _CODE_BLOCK.split(korean)
    pieces[::2] = [_HEADING.sub(heading, piece) for piece in pieces[::2]]
    return "".join(pieces)


def headings(text: str) -> list[tuple[str, str]]:
    """Return the marks and the text of each heading of a page."""
    return _HEADING.findall("".join(_CODE_BLOCK.split(text)[::2]))


def anchor(heading: str) -> str:
    """Return the anchor that GitHub, and the site, give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def linked_files(text: str, path: str) -> list[str]:
    """Return the paths in the repository that the page `path` links."""
    outside_code = "".join(_CODE.split(text)[::2])
    targets = (unquote(found["target"].partition("#")[0]) for found in _LINK.finditer(outside_code))
    return [posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) for target in targets if target]
