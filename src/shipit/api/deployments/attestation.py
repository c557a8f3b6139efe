"""The check that the images of a deployment have a valid attestation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shipit.adapters.project import Project

if TYPE_CHECKING:
    from shipit.deploy import Goal
    from shipit.finding import Finding
    from shipit.plan.deploy import ObservedDeployment


def unattested_findings(
    project: Project, observed: ObservedDeployment, goals: Sequence[Goal], *, rollback: bool = False
) -> tuple[Finding, ...]:
    """Return a finding for each image without a valid attestation, if the environment needs one.

    A rollback does not need one for an image that was verified on the hosts: nothing may keep it from serving again.

    Args:
        project: the repository, from `open_project`.
        observed: the state of the environment.
        goals: the images to deploy, one for each target; one without a digest is not pushed yet.
        rollback: True if they are deployed by a rollback.
    """
    key = project.config.attestation_key(observed.environment)
    if not key:
        return ()
    from shipit.plan.images import attestation_findings

    images = [
        goal.image.reference
        for target, seen, goal in zip(observed.targets, observed.observed, goals, strict=True)
        if goal.image.digest and target.config.deploys_image
        if not (rollback and goal.image in [event.image for event in seen.hosts[0].record.verified])
    ]
    if rollback and not images:
        return ()
    return attestation_findings(project.world, key, images)
