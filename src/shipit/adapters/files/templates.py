"""Templates: those of changelogs, built-in or files of the user, and that of the page of a report."""

from __future__ import annotations

import difflib
import os
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from shipit.adapters.files.regular_file import read_regular_file
from shipit.adapters.files.working_tree import inside
from shipit.core import limits
from shipit.errors import ConfigError

_SUFFIX = ".md.j2"


def template_text(name_or_path: str, root: str | Path) -> str:
    """Return the text of the built-in template with this name, or of the file with this path below `root`.

    Raises:
        ConfigError: there is no such template and no such file, or the file is not UTF-8 text, or it is outside the
            repository.
    """
    names = template_names()
    if name_or_path in names:
        return (_built_in() / f"{name_or_path}{_SUFFIX}").read_text("utf-8")
    path = inside(str(root), name_or_path)
    if not os.path.lexists(path):
        raise _unknown(name_or_path, names)
    try:
        text = read_regular_file(path, limits.CONFIG_FILE).decode("utf-8")
        if "\0" in text:
            raise ValueError("it has NUL bytes")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(
            f"the changelog template `{name_or_path}` cannot be read: {reason}",
            where="changelog.template",
            hint="save the template as UTF-8 text, with permission to read it",
        ) from error


def template_names() -> list[str]:
    """Return the names of the built-in templates, sorted."""
    return sorted(file.name.removesuffix(_SUFFIX) for file in _built_in().iterdir() if file.name.endswith(_SUFFIX))


def report_texts() -> tuple[str, str]:
    """Return the template and the style sheet of the page of `shipit report`."""
    directory = _built_in("report")
    return (directory / "page.html.j2").read_text("utf-8"), (directory / "style.css").read_text("utf-8")


def _built_in(directory: str = "changelog") -> Traversable:
    installed = resources.files("shipit") / "templates" / directory
    # An editable install runs from the repository, which has the templates in its root directory.
    return installed if installed.is_dir() else Path(__file__).parents[4] / "templates" / directory


def _unknown(name: str, names: list[str]) -> ConfigError:
    near = difflib.get_close_matches(name, names, n=1)
    known = ", ".join(f"`{known}`" for known in names)
    return ConfigError(
        f"there is no changelog template `{name}`",
        where="changelog.template",
        hint=f"did you mean `{near[0]}`?" if near else f"name one of {known}, or the path of a template of your own",
    )
