"""A last look at the files of a release before they are committed: a command may have undone what shipit wrote."""

from __future__ import annotations

from collections.abc import Sequence

from shipit.errors import ConflictError
from shipit.steps.repository.write_file import text_digest
from shipit.world import World

_HINT = "fix the `prepare` command that did it, or remove it from shipit.toml, then run the same command again"


def require_written(paths: Sequence[str], parent: str, world: World) -> None:
    """Raise `ConflictError` if a file that the release wrote is gone, is a link now, or is as it was before.

    Another change is accepted, such as that of a program that formats the changelog.

    Args:
        paths: the files that the release wrote.
        parent: the commit that they are committed on.
        world: the ports.
    """
    for path in paths:
        if problem := _problem(path, parent, world):
            raise ConflictError(f"`{path}`, which the release wrote, {problem}", hint=_HINT)


def _problem(path: str, parent: str, world: World) -> str:
    digest = world.files.digest(path)
    if digest is None:
        return "is gone"
    if world.files.real_path(path) != path:
        return "was replaced by a link"
    committed = world.git.text(parent, path)
    return "has its old text again" if committed is not None and digest == text_digest(committed) else ""
