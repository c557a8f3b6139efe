"""A plan that was saved to be applied later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.plan.model import Plan


def read_plan(path: str, *, of_images: bool = False) -> Plan:
    """The plan in the file `path`.

    Args:
        of_images: whether it has to be one of images, and not of a release.

    Raises `UsageError` where there is none, or one of the other kind.
    """
    from shipit.plan.codec import plan_from_json

    try:
        with open(path, encoding="utf-8") as file:
            plan = plan_from_json(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"the plan `{path}` cannot be read: {why}", hint=f"shipit plan -o {path}") from error
    if of_images != (plan.building is not None):
        what, command = ("of images", "image") if plan.building else ("of a release", "release")
        raise UsageError(f"`{path}` is a plan {what}", hint=f"shipit {command} --plan {path}")
    return plan
