"""The sample of `write-marker`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.deploy.scene import HOST, fake, host_of
from steps.samples import Sample

from shipit.steps.base import Step
from shipit.steps.blue_green import WriteMarker


def write_marker(clone: Clone) -> Step:
    host_of(fake(clone)).files["/srv/shop/active"] = "blue"
    return WriteMarker(HOST, "/srv/shop/active", "green")


SAMPLE = Sample(write_marker, hosts=True)
