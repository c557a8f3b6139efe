"""The workflow that `shipit init` writes, from texts of another workflow."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from shipit.config.model import Config
from shipit.importers import RELEASE, Setup
from shipit.plan.adoption.pipeline import pipeline_text


@pytest.mark.parametrize(
    "name", ["prod", "prod: eu", "a # b", "x\npermissions: write-all", "yes", "", '"', "- a", "&a"]
)
def test_a_text_of_another_workflow_stays_one_value(name: str) -> None:
    text = pipeline_text(Config(), {RELEASE: Setup(environment=name, variables={"HOME_PAGE": name})}, ("main",))
    job = YAML(typ="safe").load(text)["jobs"]["release"]
    assert job.get("environment", {"name": ""})["name"] == name
    assert job["steps"][-1]["env"] == {"HOME_PAGE": name}
