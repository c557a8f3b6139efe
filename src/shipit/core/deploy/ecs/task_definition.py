"""A task definition of ECS: its content, and the hash by which a revision is found again.

>>> content = {"family": "shop", "containerDefinitions": [{"name": "web", "image": "acme/shop:1"}]}
>>> old = TaskDefinition("arn:aws:ecs:eu-west-1:1:task-definition/shop:7", content)
>>> old.images, old.name
({'web': 'acme/shop:1'}, 'shop:7')
>>> old.with_image("web", "acme/shop@sha256:2")["containerDefinitions"]
[{'name': 'web', 'image': 'acme/shop@sha256:2'}]
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field, json

from shipit.core.deploy.container import DeployedImage

CONTENT, VERSION_TAG = "shipit:content", "shipit:version"
"""The tags of a task definition that shipit registered: the hash of its content, and the version of its image."""

# The lists whose order AWS does not keep.
_UNORDERED = ("environment", "secrets")


class TaskDefinition(Struct, frozen=True):
    """One revision of a task definition.

    Args:
        arn: its ARN.
        content: everything that a new revision can be registered with.
        tags: its tags.
        active: False when it was deregistered, so that no service can be given it any more.
    """

    arn: str
    content: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    active: bool = True

    @property
    def name(self) -> str:
        """Its family and its number, such as `shop:7`."""
        return definition_name(self.arn)

    @property
    def family(self) -> str:
        """The name that all its revisions share."""
        return str(self.content["family"])

    @property
    def images(self) -> Mapping[str, str]:
        """The image of each container by its name."""
        return {each["name"]: each["image"] for each in self.content["containerDefinitions"]}

    @property
    def checked(self) -> tuple[str, ...]:
        """The containers with a health check of their own."""
        return tuple(each["name"] for each in self.content["containerDefinitions"] if each.get("healthCheck"))

    def with_image(self, container: str, image: str) -> dict[str, Any]:
        """Return its content with another image of one container, and no other change."""
        found = self.content["containerDefinitions"]
        changed = [{**each, "image": image} if each["name"] == container else each for each in found]
        return {**self.content, "containerDefinitions": changed}

    def tags_for(self, content: Mapping[str, Any], image: DeployedImage) -> dict[str, str]:
        """Return the tags of the revision that is made from this one; tags of AWS itself cannot be copied."""
        own = {name: value for name, value in self.tags.items() if not name.startswith("aws:")}
        return {**own, CONTENT: content_hash(content), VERSION_TAG: image.version}


def content_hash(content: Mapping[str, Any]) -> str:
    """Return a hash of the content of a task definition, by which a revision that was registered is found again.

    >>> content_hash({"family": "shop", "environment": [{"name": "B"}, {"name": "A"}]}) == content_hash(
    ...     {"environment": [{"name": "A"}, {"name": "B"}], "family": "shop"}
    ... )
    True
    """
    return hashlib.sha256(json.encode(_ordered(content), order="sorted")).hexdigest()


def _ordered(value: Any, key: str = "") -> Any:
    """Return a value whose lists of variables have an order that does not depend on AWS."""
    if isinstance(value, Mapping):
        return {name: _ordered(each, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        each = [_ordered(one) for one in value]
        return sorted(each, key=lambda one: str(one.get("name"))) if key in _UNORDERED else each
    return value


def definition_name(arn: str) -> str:
    """Return the family and the number of a task definition.

    >>> definition_name("arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:7")
    'shop:7'
    """
    return arn.rpartition("/")[2]
