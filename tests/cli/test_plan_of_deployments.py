"""The commands that print or save the plan of a deployment; the plans are made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shipit.cli.demo.sample import SampleProject
from shipit.cli.main import run
from shipit.core.deploy import DeployedImage
from shipit.finding import Finding
from shipit.plan.deploy import DeployPlan, PlannedHost, PlannedTarget
from shipit.plan.images import ImagePlan
from shipit.plan.model import Inputs

pytestmark = pytest.mark.usefixtures("own_environment")
INPUTS = Inputs("0a" * 20, "main", "f")
IMAGE = DeployedImage("docker.io/acme/shop", "sha256:" + "1" * 64, "1.1.0")
TARGET = PlannedTarget("shop-prod", "blue-green", IMAGE, (PlannedHost("local"),))
DEPLOYMENT = DeployPlan(inputs=INPUTS, environment="prod", targets=(TARGET,))
NO_NGINX = Finding("nginx", "nginx does not run on this machine", "systemctl start nginx")
CONFIG = """\
[environments.prod]
branch = "prod"
image.name = "acme/shop"
deploy = { kind = "blue-green", health = "none" }
"""


@pytest.fixture
def planned(
    tmp_path: Path, new_sample: Callable[[Path], SampleProject], monkeypatch: pytest.MonkeyPatch
) -> Callable[[DeployPlan], list[str]]:
    """Return a function that lets shipit make this plan, and returns the first words of its command lines."""
    sample = new_sample(tmp_path)
    (sample.path / "shipit.toml").write_text(CONFIG)
    images = ImagePlan(inputs=INPUTS, environment="prod", images=())
    monkeypatch.setattr("shipit.api.plan_task", lambda *_, **__: images)

    def plan(deployment: DeployPlan) -> list[str]:
        monkeypatch.setattr("shipit.api.plan_deployments", lambda *_, **__: (deployment,))
        monkeypatch.setattr("shipit.api.plan_deploy", lambda *_, **__: deployment)
        return ["-C", str(sample.path)]

    return plan


def test_a_plan_in_json_has_the_deployments(
    planned: Callable[[DeployPlan], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*planned(DEPLOYMENT), "plan", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["building"]["environment"] == "prod"
    (deployment,) = plan["deployments"]
    assert deployment["deploying"]["targets"][0]["image"]["version"] == "1.1.0"


def test_a_saved_plan_says_that_it_has_no_deployment(
    planned: Callable[[DeployPlan], list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.json"
    assert run([*planned(DEPLOYMENT), "plan", "-o", str(file)]) == 0
    assert "it only builds the images; to deploy them afterwards: shipit deploy prod" in capsys.readouterr().err
    assert "deployments" not in json.loads(file.read_text())


@pytest.mark.parametrize("command", [["plan"], ["deploy", "prod", "--dry-run"]])
@pytest.mark.parametrize(("findings", "status"), [((), 0), ((NO_NGINX,), 3), ((NO_NGINX.as_warning(),), 0)])
def test_a_checked_plan_fails_if_a_problem_blocks_the_deployment(
    planned: Callable[[DeployPlan], list[str]], command: list[str], findings: tuple[Finding, ...], status: int
) -> None:
    plan = DeployPlan(inputs=INPUTS, environment="prod", targets=(TARGET,), findings=findings)
    assert run([*planned(plan), *command]) == 0
    assert run([*planned(plan), *command, "--check"]) == status


def test_a_deployment_cannot_be_checked(
    planned: Callable[[DeployPlan], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*planned(DEPLOYMENT), "deploy", "prod", "--check"]) == 2
    assert "shipit deploy prod --dry-run --check" in capsys.readouterr().err
