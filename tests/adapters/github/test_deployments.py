"""The deployments that GitHub shows: found again, ended by the next one, and tokens without permission."""

from __future__ import annotations

import pytest
from standin.deployments import Deployment, Status
from standin.server import GOOD, INSTALLATION, READ_ONLY, GitHubStandIn

from shipit.adapters.github import GitHubForge
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.errors import AuthError, RemoteError
from shipit.world import DeploymentState, ForgeDeployment

RUN = "https://github.com/acme/app/actions/runs/1"
URL = "https://shop.example"


def connect(github: GitHubStandIn, token: str | None = GOOD) -> GitHubForge:
    retry_policy = RetryPolicy(timeout=5, pause=0, between_writes=None, sleep=lambda seconds: None)
    return GitHubForge(github.slug, token, github.api_url, github.url, retry_policy=retry_policy)


@pytest.fixture
def commits(github: GitHubStandIn) -> tuple[str, str]:
    """Two commits that GitHub has, the older one first."""
    tree = github.git.git("mktree")
    first = github.git.git("commit-tree", tree, "-m", "one")
    second = github.git.git("commit-tree", tree, "-m", "two", "-p", first)
    github.git.git("update-ref", "refs/heads/main", second)
    return first, second


def deployment(commit: str, digest: str = "sha256:1", environment: str = "prod", run: str = RUN) -> ForgeDeployment:
    return ForgeDeployment(environment, commit, digest, "1.4.0", URL, run)


def reported(
    github: GitHubStandIn, deployment: ForgeDeployment, *states: DeploymentState, token: str = GOOD
) -> list[str]:
    """Report the states, and return the states of all deployments, the oldest first."""
    for state in states:
        connect(github, token).report_deployment(deployment, state)
    return [each.state for each in github.deployments]


@pytest.mark.parametrize("token", [GOOD, INSTALLATION])
def test_a_deployment_has_its_version_the_run_and_the_address(
    github: GitHubStandIn, commits: tuple[str, str], token: str
) -> None:
    assert reported(github, deployment(commits[0]), "in_progress", "success", token=token) == ["success"]
    (made,) = github.deployments
    assert (made.sha, made.environment, made.description) == (commits[0], "prod", "1.4.0 sha256:1")
    assert made.payload == {"version": "1.4.0", "digest": "sha256:1"}
    assert [(each.state, each.log_url, each.environment_url) for each in made.statuses] == [
        ("in_progress", RUN, URL),
        ("success", RUN, URL),
    ]


def test_without_an_address_and_outside_of_a_ci_it_has_no_links(
    github: GitHubStandIn, commits: tuple[str, str]
) -> None:
    connect(github).report_deployment(ForgeDeployment("prod", commits[0], "sha256:1", "1.4.0"), "in_progress")
    assert "_url" not in str(github.asked("POST", "/statuses$")[0].json)


def test_the_next_run_finds_the_deployment_again(github: GitHubStandIn, commits: tuple[str, str]) -> None:
    reported(github, deployment(commits[0]), "in_progress", "failure")
    again = deployment(commits[0], run=f"{RUN}0")
    assert connect(github).deployment_state(again) == "failure"
    assert reported(github, again, "in_progress", "in_progress", "success") == ["success"]
    assert [each.state for each in github.deployments[0].statuses] == [
        "in_progress",
        "failure",
        "in_progress",
        "success",
    ]


@pytest.mark.parametrize("environment", ["prod", "production"])
def test_the_deployment_before_becomes_inactive(
    github: GitHubStandIn, commits: tuple[str, str], environment: str
) -> None:
    one, two = (deployment(commit, environment=environment) for commit in commits)
    other = deployment(commits[0], environment="dev")
    for each in (other, one):
        reported(github, each, "in_progress", "success")
    broken = deployment(commits[1], "sha256:broken", environment)
    assert reported(github, broken, "in_progress", "failure") == ["success", "success", "failure"]
    assert reported(github, two, "in_progress") == ["success", "success", "failure", "in_progress"]
    states = reported(github, two, "success")
    assert (states[0], states[1], states[3]) == ("success", "inactive", "success")


def test_a_rollback_is_a_deployment_of_its_own(github: GitHubStandIn, commits: tuple[str, str]) -> None:
    one, two = (deployment(commit) for commit in commits)
    for each in (one, two):
        reported(github, each, "in_progress", "success")
    assert connect(github).deployment_state(one) is None
    assert reported(github, one, "in_progress", "success") == ["inactive", "inactive", "success"]


def test_another_image_of_the_same_commit_is_another_deployment(
    github: GitHubStandIn, commits: tuple[str, str]
) -> None:
    reported(github, deployment(commits[0]), "in_progress")
    assert connect(github).deployment_state(deployment(commits[0], "sha256:2")) is None


@pytest.mark.parametrize("payload", ['{"version": "1.4.0", "digest": "sha256:1"}', "", "words", "[1]"])
def test_a_payload_can_be_text(github: GitHubStandIn, commits: tuple[str, str], payload: str) -> None:
    """GitHub stores the payload of some clients as text, and other tools have payloads of their own."""
    github.deployments.append(Deployment(commits[0], "prod", payload, statuses=[Status("success")]))
    expected = "success" if "digest" in payload else None
    assert connect(github).deployment_state(deployment(commits[0])) == expected


@pytest.mark.parametrize("path", ["/deployments$", "/statuses$"])
def test_nothing_is_created_twice_if_the_response_was_lost(
    github: GitHubStandIn, commits: tuple[str, str], path: str
) -> None:
    github.fail("POST", path, 502, when="after")
    assert reported(github, deployment(commits[0]), "in_progress") == ["in_progress"]
    assert len(github.deployments[0].statuses) == 1


def test_a_commit_that_was_not_pushed_is_an_error_with_githubs_reason(github: GitHubStandIn) -> None:
    with pytest.raises(RemoteError, match="refused to report the deployment to `prod`: No ref found"):
        connect(github).report_deployment(deployment("f" * 40), "in_progress")


def test_a_token_without_permission_is_reported_with_the_needed_permission(
    github: GitHubStandIn, commits: tuple[str, str]
) -> None:
    with pytest.raises(AuthError, match="no permission to report the deployment to `prod`") as refused:
        reported(github, deployment(commits[0]), "in_progress", token=READ_ONLY)
    assert refused.value.hint == "give it the permission `deployments: write` on `acme/app`"


def test_only_a_clone_with_a_token_reports_deployments(github: GitHubStandIn) -> None:
    assert connect(github).shows_deployments
    assert not connect(github, None).shows_deployments
