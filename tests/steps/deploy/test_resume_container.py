"""The sample of `resume-container`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.deploy.scene import HOST, SPEC, host_of, started
from steps.samples import Sample

from shipit.steps.base import Step
from shipit.steps.deploy import ResumeContainer


def resume_container(clone: Clone) -> Step:
    host_of(started(clone)).containers.stop(SPEC.name, seconds=1)
    return ResumeContainer(HOST, SPEC.name)


SAMPLE = Sample(resume_container, hosts=True)
