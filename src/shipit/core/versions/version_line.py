r"""A fast test for a version in a version file, without its format.

>>> has_version_line(b"plugins {\n}\n\n version = '1.4.0'\n"), has_version_line(b'{\n  "version": "1.4.0"\n}')
(True, True)
>>> has_version_line(b"plugins { id 'x' version '1' }\n"), has_version_line(b'{"private": true}')
(False, False)
"""

from __future__ import annotations

_STARTS = (b"version", b'"version"', b"project.version", b"<version>")


def has_version_line(content: bytes) -> bool:
    """Return whether a line of `content` begins like the declaration of a version; it need not be one."""
    return any(line.lstrip().startswith(_STARTS) for line in content.splitlines())
