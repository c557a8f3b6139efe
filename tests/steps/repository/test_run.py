"""The sample of `run`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import Sample, planned

from shipit.steps.base import Step
from shipit.steps.repository import Run


def run(clone: Clone) -> Step:
    return Run("touch built", 60, planned(clone), {"SHIPIT_VERSION": "1.1.0"})


SAMPLE = Sample(run)
