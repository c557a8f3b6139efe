"""The report of a deployment that waits for a person: on the terminal, in the summary of the job and as outputs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipit.api import Deployment
from shipit.cli.commands.deployments.deploy import report_deployment
from shipit.cli.output import Output
from shipit.cli.progress.steps import Progress
from shipit.core.deploy import DeployedImage
from shipit.plan.deploy import DeployPlan, PlannedHost, PlannedTarget
from shipit.plan.model import Inputs
from shipit.plan.views import deploy_summary
from shipit.steps.deploy import verified_key

IMAGE = DeployedImage("acme/shop", "sha256:0a", "1.1.0")
HOST = "ecs://shop/web#shop-state"
PLAN = DeployPlan(
    inputs=Inputs("0a1b", "prod", "c"),
    environment="prod",
    targets=(PlannedTarget("shop", "ecs", IMAGE, (PlannedHost(HOST),)),),
    steps=(),
)
WHAT = "the deployment of 1.1.0 waits for an approval: it is paused in stage `POST_SCALE_UP`"
PAUSED = Deployment(PLAN, {"paused": WHAT, verified_key(HOST, "shop"): WHAT})


def test_the_terminal_shows_what_waits_and_the_two_commands(capsys: pytest.CaptureFixture[str]) -> None:
    report_deployment(cast(Any, SimpleNamespace(output=Output())), PAUSED)
    assert capsys.readouterr().err.splitlines() == [
        f"prod: {WHAT}",
        "  to go on: shipit approve prod",
        "  to go back: shipit approve prod --reject",
    ]


def test_the_summary_says_that_it_is_paused_and_where_and_shows_the_two_commands() -> None:
    page = deploy_summary(PLAN, {}, applied=True, unverified=PAUSED.unverified.values(), paused=PAUSED.paused)
    assert page.startswith("## Paused: 1.1.0 to prod\n")
    assert "it is paused in stage" in page
    assert "To go on: `shipit approve prod`. To go back: `shipit approve prod --reject`." in page


def test_the_outputs_say_that_it_is_neither_deployed_nor_verified() -> None:
    report = PAUSED.report()
    assert (report["deployed"], report["verified"], report["serving"]) == ("false", "false", "")


def test_the_things_that_a_step_waits_for_are_lines_below_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    Progress(Output()).waiting(cast(Any, None), "0 of 2 tasks run shop:8; stage `SCALE_UP`: the new tasks start")
    assert capsys.readouterr().err == "    0 of 2 tasks run shop:8; stage `SCALE_UP`: the new tasks start\n"
