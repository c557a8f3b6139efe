"""The sample of `write-file`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from functools import partial

from contracts.clones import Clone
from steps.samples import Sample, edit_file, planned

from shipit.steps.base import Step
from shipit.steps.repository import WriteFile, text_digest


def write_file(clone: Clone) -> Step:
    return WriteFile("VERSION", "1.1.0", (text_digest("1.0.0"),), planned(clone), ("- 1.0.0", "+ 1.1.0"))


SAMPLE = Sample(write_file, (partial(edit_file, "VERSION"),))
