"""The permissions that a workflow gives the token with which shipit opens pull requests."""

from __future__ import annotations

import pytest

from shipit.config.load import parse_config
from shipit.plan.release.workflow_permissions import workflow_permission_findings

PROPOSES = '[release]\nwrite-back = "pull-request"\n'
CALL = """
jobs:
  release:
    permissions: { contents: write, issues: write }
    uses: acme/shipit/.github/workflows/release.yml@v1
"""
STEP = """
permissions: { contents: write, pull-requests: write }
jobs:
  release:
    steps:
      - uses: actions/checkout@v5
      - uses: acme/shipit@v1
"""


def found(config: str, workflow: str, *, checks: bool = False, refuses: bool = False) -> list[str]:
    findings = tuple(
        workflow_permission_findings(
            parse_config(config),
            "a.yml",
            workflow,
            requires_checks=lambda: checks,
            refuses_pull_requests=lambda: refuses,
        )
    )
    assert {each.severity for each in findings} <= {"warning"}
    return [f"{each.code}: {each.what}" for each in findings]


@pytest.mark.parametrize(
    ("config", "key"),
    [
        (PROPOSES, '`write-back = "pull-request"`'),
        ('[release]\nback-merge = ["dev"]\n', "`back-merge`"),
        ('[environments.prod]\nbranch = "prod"\nfrom = "main"\n', "`from`"),
    ],
)
def test_a_job_without_the_permission_to_open_pull_requests_is_named(config: str, key: str) -> None:
    expected = (
        f"workflow-permission: `a.yml`: job `release` lacks the permission `pull-requests: write`, which {key} can need"
    )
    assert found(config, CALL) == [expected]
    assert found(config, CALL.replace("issues", "pull-requests")) == []


def test_a_repository_whose_settings_keep_workflows_from_opening_pull_requests_is_a_finding() -> None:
    assert found(PROPOSES, STEP, refuses=True) == [
        "workflow-pull-requests: the settings of the repository keep workflows from opening pull requests, which "
        '`write-back = "pull-request"` can need'
    ]
    assert found("", STEP, refuses=True) == []


@pytest.mark.parametrize(
    "workflow",
    [
        STEP.replace("pull-requests: write", "pull-requests: read"),
        STEP.replace("permissions: { contents: write, pull-requests: write }", "permissions: read-all"),
    ],
)
def test_the_permissions_of_the_workflow_count_for_a_job_without_its_own(workflow: str) -> None:
    assert len(found(PROPOSES, workflow)) == 1
    assert found(PROPOSES, STEP) == []


@pytest.mark.parametrize(
    "workflow",
    [
        CALL + "    secrets: inherit\n",
        CALL + "    secrets: { token: '${{ secrets.APP }}' }\n",
        STEP.replace("pull-requests: write", "issues: read")
        + "        with: { token: '${{ steps.app.outputs.token }}' }\n",
        STEP.replace("pull-requests: write", "issues: read") + "        with: { command: image --env dev }\n",
        CALL.replace("/shipit/", "/other/"),
        "- a: [list, '/shipit']",
        "jobs: {release: '/shipit'",
        "jobs: {release: '/shipit'}",
    ],
)
def test_another_token_another_command_and_no_workflow_are_no_finding(workflow: str) -> None:
    assert found(PROPOSES, workflow, checks=True) == []


def test_permissions_that_the_workflow_leaves_to_the_repository_are_not_known() -> None:
    assert found(PROPOSES, STEP.replace("permissions: { contents: write, pull-requests: write }", "")) == []


def test_required_checks_are_named_before_the_first_pull_request_is_opened() -> None:
    (what,) = found(PROPOSES, STEP, checks=True)
    assert what.startswith("release-pr-no-checks: `a.yml`: job `release` opens the release pull request")
    assert found('[release]\nback-merge = ["dev"]\n', STEP, checks=True) == []


def test_a_configuration_that_opens_no_pull_request_needs_no_permission() -> None:
    assert found("", CALL, checks=True) == []
