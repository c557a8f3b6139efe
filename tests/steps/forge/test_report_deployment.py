"""The sample of `report-deployment`, on which test_contract.py checks the promises of every step, and its states."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import Sample, planned

from shipit.engine.apply import Silent, apply_steps
from shipit.errors import AuthError, ShipitError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.forge import ReportDeployment
from shipit.testing import FakeWorld
from shipit.world import DeploymentState, ForgeDeployment

DEPLOYMENT = ForgeDeployment("prod", "1" * 40, "sha256:1", "1.4.0", "https://shop.example")


def report_deployment(clone: Clone) -> Step:
    planned(clone)
    return ReportDeployment(DEPLOYMENT, "in_progress")


SAMPLE = Sample(report_deployment, local_forge=False)


def check(world: FakeWorld, state: DeploymentState) -> Done | Todo:
    return ReportDeployment(DEPLOYMENT, state).check(world)


@pytest.mark.parametrize(
    ("reported", "done"),
    [
        (None, {"failure"}),
        ("in_progress", {"in_progress"}),
        ("success", {"in_progress", "success"}),
        ("failure", {"failure"}),
    ],
)
def test_a_state_is_reported_unless_it_was(reported: DeploymentState | None, done: set[str]) -> None:
    world = FakeWorld.new()
    if reported:
        world.forge.report_deployment(DEPLOYMENT, reported)
    states: tuple[DeploymentState, ...] = ("in_progress", "success", "failure")
    assert {state for state in states if check(world, state) == Done()} == done


def test_a_token_without_permission_does_not_stop_the_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    world, failed = FakeWorld.new(), []

    def refuse(*_: object) -> None:
        raise AuthError("`GITHUB_TOKEN` has no permission to report the deployment to `prod`")

    class Failures(Silent):
        def optional_failed(self, step: object, error: ShipitError) -> None:
            failed.append(error.what)

    monkeypatch.setattr(world.forge, "report_deployment", refuse)
    assert apply_steps([ReportDeployment(DEPLOYMENT, "in_progress")], world, Failures()) == {}
    assert failed == ["`GITHUB_TOKEN` has no permission to report the deployment to `prod`"]
