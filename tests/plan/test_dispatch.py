"""The task of a run for an event and a branch."""

from __future__ import annotations

import pytest

from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.ci_event import CiEvent, PullRequest
from shipit.errors import PreflightError, UsageError
from shipit.plan.dispatch import Task, next_task

CONFIG = """\
[release]
branches = ["main", "1.x", { name = "next", prerelease = "beta" }]
[environments.dev]
branch = "dev"
[environments.staging]
branch = "main"
[environments.prod]
branch = "prod"
[environments.canary]
"""


def task_of(event: CiEvent, config: str = CONFIG, environment: str | None = None) -> Task:
    return next_task(event, parse_config(config), event.branch, "main", environment)


@pytest.mark.parametrize("event", ["push", "workflow_dispatch", ""])
@pytest.mark.parametrize("branch", ["main", "1.x", "next"])
def test_on_a_release_branch_the_task_is_a_release(event: str, branch: str) -> None:
    assert task_of(CiEvent(event, branch)).kind == "release"


def test_without_configuration_only_the_default_branch_is_a_release_branch() -> None:
    assert task_of(CiEvent("push", "main"), "").kind == "release"
    assert task_of(CiEvent("push", "feature"), "").kind == "nothing"


UNKNOWN = '[environments.prod]\nbranch = "prod"\n'


def test_an_unknown_default_branch_makes_no_branch_a_release_branch() -> None:
    config = parse_config(UNKNOWN)
    task = next_task(CiEvent("push", "prod"), config, "prod", "")
    assert (task.kind, task.environments) == ("environment", ("prod",))
    with pytest.raises(PreflightError) as refused:
        next_task(CiEvent("push", "main"), config, "main", "")
    assert [finding.code for finding in refused.value.findings] == ["no-default-branch"]
    configured = parse_config(f'release.branch = "main"\n{UNKNOWN}')
    assert next_task(CiEvent("push", "main"), configured, "main", "").kind == "release"
    assert next_task(CiEvent("push", "other"), configured, "other", "").kind == "nothing"


def test_on_the_branch_of_an_environment_its_images_are_built() -> None:
    assert task_of(CiEvent("push", "dev")).environments == ("dev",)
    assert task_of(CiEvent("push", "dev")).kind == "environment"
    assert "`prod`" in task_of(CiEvent("push", "prod")).why


def test_a_branch_can_be_a_release_branch_and_belong_to_an_environment() -> None:
    task = task_of(CiEvent("push", "main"))
    assert (task.kind, task.environments) == ("release", ("staging",))
    assert task.why == "branch `main` is a release branch and belongs to environment `staging`"


def test_a_requested_environment_is_built_without_a_release() -> None:
    task = task_of(CiEvent("push", "main"), environment="staging")
    assert (task.kind, task.environments) == ("environment", ("staging",))


def test_a_requested_environment_is_built_on_any_branch() -> None:
    assert task_of(CiEvent("workflow_dispatch", "feature"), environment="canary").environments == ("canary",)
    assert task_of(CiEvent("push", "main"), environment="prod").environments == ("prod",)


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        (CONFIG, "did you mean `prod`?"),
        ('[environments.qa]\nbranch = "qa"\n', "use one of: `qa`"),
        ("", 'write `[environments.prd]` with `branch = "prd"` in shipit.toml'),
    ],
)
def test_the_error_about_an_unknown_environment_suggests_a_name_or_the_missing_lines(config: str, hint: str) -> None:
    with pytest.raises(UsageError, match="there is no environment `prd`") as raised:
        task_of(CiEvent("push", "main"), config, environment="prd")
    assert raised.value.hint == hint


@pytest.mark.parametrize("branch", ["main", "dev", "feature"])
@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_a_pull_request_event_is_a_preview_on_any_branch(event: str, branch: str) -> None:
    proposal = PullRequest(12, "main")
    task = task_of(CiEvent(event, branch, pull_request=proposal))
    assert (task.kind, task.pull_request, task.environments) == ("preview", proposal, ())


def test_no_event_of_a_pull_request_ever_releases() -> None:
    for event in ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"):
        assert task_of(CiEvent(event, "main")).kind == "nothing"
    closed = PullRequest(12, "main", closed=True)
    assert (
        task_of(CiEvent("pull_request", "main", pull_request=closed)).why == "nothing to do: pull request #12 is closed"
    )


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (CiEvent("push", None, tag="v1.4.0"), "nothing to do for tag `v1.4.0`: releases are made from branches"),
        (CiEvent("schedule", "main"), "nothing to do for event `schedule`; to release anyway, run `shipit release`"),
        (CiEvent("issue_comment", "main"), "nothing to do for event `issue_comment`; to release anyway, run `shipit release`"),
        (CiEvent("push", "feature/x"), "nothing to do for branch `feature/x`: it is no release branch and belongs to no environment"),
        (CiEvent("", None), "nothing to do: HEAD is detached, and no CI names a branch"),
    ],
    ids=lambda value: value.name if isinstance(value, CiEvent) else "",
)  # fmt: skip
def test_other_events_and_branches_have_no_task_and_say_why(event: CiEvent, why: str) -> None:
    assert (task_of(event).kind, task_of(event).why) == ("nothing", why)


def test_a_detached_head_belongs_to_no_environment_without_a_branch() -> None:
    assert next_task(CiEvent(), Config(), None, None).kind == "nothing"
