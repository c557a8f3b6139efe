"""A task definition in a file: as a request to register it, or as the AWS CLI describes one.

>>> text = '{"taskDefinition": {"family": "shop", "revision": 7, "containerDefinitions": [{"name": "web"}]}}'
>>> definition_in(text, "task.json").content
{'family': 'shop', 'containerDefinitions': [{'image': '', 'name': 'web'}]}
"""

from __future__ import annotations

from typing import Any

from msgspec import DecodeError, json

from shipit.core.deploy.ecs.task_definition import TaskDefinition
from shipit.errors import ConfigError

# The keys that AWS adds to a description, and that cannot be registered.
_ADDED = (
    *("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"),
    *("registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt", "tags"),
)
_HINT = "write it as JSON with `family` and `containerDefinitions`, as `aws ecs describe-task-definition` prints it"


def definition_in(text: str, path: str) -> TaskDefinition:
    """Return the task definition in a file, which has no ARN. The image of a container can be missing there.

    Raises `ConfigError` if the file has none.
    """
    try:
        found = json.decode(text)
    except DecodeError as error:
        raise ConfigError(f"`{path}` is not JSON: {error}", where=path, hint=_HINT) from error
    found = found.get("taskDefinition", found) if isinstance(found, dict) else found
    if not (isinstance(found, dict) and isinstance(found.get("family"), str) and _has_containers(found)):
        what = f"`{path}` has no task definition with a `family` and with containers that have a `name`"
        raise ConfigError(what, where=path, hint=_HINT)
    content = {name: value for name, value in found.items() if name not in _ADDED}
    content["containerDefinitions"] = [{"image": "", **each} for each in found["containerDefinitions"]]
    return TaskDefinition("", content, _tags(found))


def _has_containers(found: dict[str, Any]) -> bool:
    containers = found.get("containerDefinitions")
    named = isinstance(containers, list) and all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in containers
    )
    return bool(containers) and named


def _tags(found: dict[str, Any]) -> dict[str, str]:
    tags = found.get("tags")
    pairs = [each for each in tags if isinstance(each, dict)] if isinstance(tags, list) else []
    return {str(each.get("key", "")): str(each.get("value", "")) for each in pairs}
