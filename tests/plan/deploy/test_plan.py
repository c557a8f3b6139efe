"""The plan of a deployment around the steps of its targets: the reports to the forge."""

from __future__ import annotations

import pytest

from shipit.cli.output import json_text
from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage
from shipit.core.images import REVISION, VERSION, Build
from shipit.deploy import Goal
from shipit.engine.apply import apply_steps
from shipit.finding import Finding
from shipit.plan.deploy import DeployPlan, make_deploy_plan, observe_deployment, report_of_end
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.steps.forge import ReportDeployment
from shipit.testing import FakeWorld
from shipit.world import ForgeDeployment

RUN = "https://github.com/acme/shop/actions/runs/1"
CONFIG = parse_config(
    """
[environments.prod]
branch = "prod"
url = "https://shop.example"
image = { name = "ghcr.io/acme/shop", tags = ["{version}"] }

[environments.prod.deploy]
kind = "blue-green"
health = { path = "/health" }
""",
    where="shipit.toml",
)


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld.new()
    world.forge.shows_deployments = True
    return world


def image(world: FakeWorld, version: str = "1.4.0") -> DeployedImage:
    reference, commit = f"ghcr.io/acme/shop:{version}", world.commit(f"feat: {version}")
    world.engine.build(reference, Build(labels={REVISION: commit, VERSION: version}), timeout=60)
    digest = world.engine.push(reference)
    world.registry.tag(reference, digest)
    return DeployedImage("ghcr.io/acme/shop", digest, version, commit)


def plan(world: FakeWorld, image: DeployedImage, by: str = RUN, findings: tuple[Finding, ...] = ()) -> DeployPlan:
    observed = observe_deployment(world, CONFIG, "prod", branch="prod")
    return make_deploy_plan(CONFIG, observed, [Goal(image, by)], findings)


def reports(plan: DeployPlan) -> list[str]:
    return [step.state for step in plan.steps if isinstance(step, ReportDeployment)]


def test_a_deployment_is_reported_before_its_first_step_and_after_its_last(world: FakeWorld) -> None:
    made = image(world)
    planned = plan(world, made)
    first, *between, last = planned.steps
    deployment = ForgeDeployment("prod", made.revision, made.digest, "1.4.0", "https://shop.example", RUN)
    assert first == ReportDeployment(deployment, "in_progress")
    assert last == ReportDeployment(deployment, "success")
    assert between and reports(planned) == ["in_progress", "success"]
    assert plan_from_json(json_text(plan_to_json(planned)), "plan.json") == planned


def test_outside_of_a_ci_there_is_no_link_to_a_run(world: FakeWorld) -> None:
    (first, *_) = plan(world, image(world), by="ada on laptop").steps
    assert isinstance(first, ReportDeployment)
    assert first.deployment.log_url == ""


def test_without_a_forge_that_shows_deployments_nothing_is_reported(world: FakeWorld) -> None:
    world.forge.shows_deployments = False
    planned = plan(world, image(world))
    assert planned.steps and reports(planned) == []
    assert report_of_end(planned, "failure") == ()


def test_a_plan_that_a_finding_blocks_reports_nothing(world: FakeWorld) -> None:
    assert plan(world, image(world), findings=(Finding("image-missing", "there is none", "push it"),)).steps == ()


def test_a_failure_is_reported_if_its_begin_was(world: FakeWorld) -> None:
    planned = plan(world, image(world))
    apply_steps(report_of_end(planned, "failure"), world)
    assert world.remote.deployments == {}
    apply_steps([planned.steps[0], *report_of_end(planned, "failure")], world)
    assert [state for _, state in world.remote.deployments["prod"]] == ["failure"]
    apply_steps([planned.steps[0], planned.steps[-1]], world)
    assert [state for _, state in world.remote.deployments["prod"]] == ["success"]
