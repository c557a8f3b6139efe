"""What an event and a branch call for."""

from __future__ import annotations

import pytest

from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.ci_event import CiEvent, PullRequest
from shipit.errors import UsageError
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


def work(event: CiEvent, config: str = CONFIG, environment: str | None = None) -> Task:
    return next_task(event, parse_config(config), event.branch, "main", environment)


@pytest.mark.parametrize("event", ["push", "workflow_dispatch", ""])
@pytest.mark.parametrize("branch", ["main", "1.x", "next"])
def test_a_branch_that_releases_is_released(event: str, branch: str) -> None:
    assert work(CiEvent(event, branch)).kind == "release"


def test_without_configuration_the_default_branch_releases_and_no_other() -> None:
    assert work(CiEvent("push", "main"), "").kind == "release"
    assert work(CiEvent("push", "feature"), "").kind == "nothing"


def test_an_environment_is_due_on_its_branch() -> None:
    assert work(CiEvent("push", "dev")).environments == ("dev",)
    assert work(CiEvent("push", "dev")).kind == "environment"
    assert "`prod`" in work(CiEvent("push", "prod")).why


def test_a_branch_may_release_and_belong_to_an_environment() -> None:
    due = work(CiEvent("push", "main"))
    assert (due.kind, due.environments) == ("release", ("staging",))
    assert due.why == "branch `main` is a release branch and belongs to environment `staging`"


def test_whoever_asks_for_an_environment_asks_for_no_release() -> None:
    due = work(CiEvent("push", "main"), environment="staging")
    assert (due.kind, due.environments) == ("environment", ("staging",))


def test_an_environment_that_was_asked_for_is_due_on_any_branch() -> None:
    assert work(CiEvent("workflow_dispatch", "feature"), environment="canary").environments == ("canary",)
    assert work(CiEvent("push", "main"), environment="prod").environments == ("prod",)


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        (CONFIG, "did you mean `prod`?"),
        ('[environments.qa]\nbranch = "qa"\n', "use one of: `qa`"),
        ("", 'write `[environments.prd]` with `branch = "prd"` in shipit.toml'),
    ],
)
def test_an_environment_that_is_not_there_is_told_with_what_was_meant_or_what_to_write(config: str, hint: str) -> None:
    with pytest.raises(UsageError, match="there is no environment `prd`") as raised:
        work(CiEvent("push", "main"), config, environment="prd")
    assert raised.value.hint == hint


@pytest.mark.parametrize("branch", ["main", "dev", "feature"])
@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_a_pull_request_is_a_look_ahead_whatever_branch_is_checked_out(event: str, branch: str) -> None:
    proposal = PullRequest(12, "main")
    due = work(CiEvent(event, branch, pull_request=proposal))
    assert (due.kind, due.pull_request, due.environments) == ("preview", proposal, ())


def test_no_event_of_a_pull_request_ever_releases() -> None:
    for event in ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"):
        assert work(CiEvent(event, "main")).kind == "nothing"
    closed = PullRequest(12, "main", closed=True)
    assert work(CiEvent("pull_request", "main", pull_request=closed)).why == "nothing to do: pull request #12 is closed"


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
def test_anything_else_calls_for_nothing_and_says_why(event: CiEvent, why: str) -> None:
    assert (work(event).kind, work(event).why) == ("nothing", why)


def test_a_detached_head_belongs_to_no_environment_without_a_branch() -> None:
    assert next_task(CiEvent(), Config(), None, None).kind == "nothing"
