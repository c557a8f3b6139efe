"""The module path in `go.mod`, which names the major version from 2 on.

>>> module_path("// the server\\nmodule example.com/env/v2 // stable\\n\\ngo 1.22\\n")
'example.com/env/v2'
>>> path_of_major("example.com/env/v2", 3), path_of_major("example.com/env", 1), path_of_major("gopkg.in/yaml.v3", 4)
('example.com/env/v3', 'example.com/env', 'gopkg.in/yaml.v4')
"""

from __future__ import annotations

import re

from shipit.core.versions import Tag, Version
from shipit.finding import Finding
from shipit.plan.version import Package

_MODULE = re.compile(r"^module[ \t]+[\"`]?([^\s\"`(]+)", re.MULTILINE)
_MAJOR = re.compile(r"/v[0-9]+$")
_GOPKG = re.compile(r"(gopkg\.in/.+)\.v[0-9]+")


def module_path(text: str) -> str | None:
    """Return the module path in `text`, the content of a `go.mod`; None if it names none."""
    found = _MODULE.search(text)
    return found[1] if found else None


def path_of_major(path: str, major: int) -> str:
    """Return the module path that Go requires for the versions of `major`, for the module that is now at `path`."""
    if gopkg := _GOPKG.fullmatch(path):
        return f"{gopkg[1]}.v{major}"
    return _MAJOR.sub("", path) + (f"/v{major}" if major > 1 else "")


def go_module_finding(package: Package, path: str, version: Version, last: Tag | None) -> Finding | None:
    """Return a warning if Go would refuse `version` for the module `path` of `package`; else None.

    A program that nobody imports may leave the major version out: after such a release, there is no warning.
    """
    needed = path_of_major(path, version.major)
    if needed == path or package.format.render(version) != package.inside(f"v{version}"):  # Go reads no other tag
        return None
    if last and last.version.major == version.major and path_of_major(path, 1) == path:
        return None
    file = package.inside("go.mod")
    what = f"Go refuses `{version}`: `{file}` has the module path `{path}`, and this version needs `{needed}`"
    fix = (
        f"before the release, write `module {needed}` into `{file}`, and change the imports; "
        "if nobody imports the module, ignore this"
    )
    return Finding("go-module", what, fix, "warning")
