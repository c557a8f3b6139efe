"""The sample of `run`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import Sample, planned

from shipit.errors import ConfigError
from shipit.steps.base import Step
from shipit.steps.repository import Run
from shipit.testing import FakeWorld


def run(clone: Clone) -> Step:
    return Run("touch built", 60, planned(clone), {"SHIPIT_VERSION": "1.1.0"})


SAMPLE = Sample(run)


def test_a_missing_asset_is_not_blamed_on_the_command_that_succeeded() -> None:
    with pytest.raises(ConfigError) as caught:
        Run("make jar", 60, makes=("build/*.jar",)).apply(FakeWorld.new())
    assert caught.value.where == "release.assets, checked after `make jar` succeeded"
