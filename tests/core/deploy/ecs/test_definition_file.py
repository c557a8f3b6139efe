"""A task definition in a file."""

from __future__ import annotations

import pytest

from shipit.core.deploy import definition_in
from shipit.errors import ConfigError


def test_the_description_that_the_aws_cli_prints_can_be_the_file() -> None:
    text = """{"taskDefinition": {"family": "shop", "revision": 7, "status": "ACTIVE", "registeredBy": "x", "cpu": "256",
      "compatibilities": ["EC2"], "containerDefinitions": [{"name": "web", "image": "acme/shop:1"}]},
      "tags": []}"""
    content = definition_in(text, "task.json").content
    assert content.keys() == {"family", "cpu", "containerDefinitions"}


def test_the_image_can_be_missing_and_the_tags_are_kept() -> None:
    text = '{"family": "shop", "containerDefinitions": [{"name": "web"}], "tags": [{"key": "team", "value": "shop"}]}'
    found = definition_in(text, "task.json")
    assert (found.images, found.tags, found.family) == ({"web": ""}, {"team": "shop"}, "shop")


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '"x"', "{}", '{"family": "shop"}', '{"family": 1, "containerDefinitions": []}'),
        *('{"family": "shop", "containerDefinitions": {}}', '{"family": "shop", "containerDefinitions": [{}]}'),
        *('{"taskDefinition": []}', '{"family": "shop", "containerDefinitions": ["web"]}'),
    ],
)
def test_a_file_without_a_task_definition_is_named_with_the_form_to_write(text: str) -> None:
    with pytest.raises(ConfigError, match=r"`ecs/task\.json`") as raised:
        definition_in(text, "ecs/task.json")
    assert "aws ecs describe-task-definition" in (raised.value.hint or "")
