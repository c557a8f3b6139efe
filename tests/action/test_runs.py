"""Each event and each branch through the pipeline of the example: exactly these jobs ran, and this came of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from action.act import Consumer, Run
from standin.pulls import merge
from standin.server import INSTALLATION, READ_ONLY

from shipit.core.outputs import NO_OUTPUTS

RELEASED = {"release": "success", "announce": "success"}


def tags(consumer: Consumer) -> list[str]:
    return consumer.github.git.git("tag", "--list").splitlines()


def release_job_alone(consumer: Consumer) -> None:
    """A pipeline that leaves it to shipit what the event and the branch call for."""
    job = consumer.workflow["jobs"]["release"]
    del job["if"]
    consumer.workflow["jobs"] = {
        "release": job,
        "outputs": {**consumer.workflow["jobs"]["outputs"], "needs": ["release"]},
    }


@pytest.mark.slow
def test_the_credentials_of_an_aws_role_reach_shipit_and_no_other_step(consumer: Consumer) -> None:
    consumer.copies_environments(False)
    consumer.commit("feat: a role", {"shipit.toml": """[release]\nprepare = ['env >"$KEPT/prepare"']\n"""})
    consumer.workflow["jobs"] = {
        "aws": {
            "runs-on": "ubuntu-latest",
            "steps": [
                {"uses": next(each for each in consumer.third_party if "/checkout@" in each), "with": {"fetch-depth": 0}},
                {"uses": "acme/shipit@selftest", "with": {
                    "token": "${{ secrets.GITHUB_TOKEN }}",
                    "aws-role": "arn:aws:iam::123456789012:role/deploy",
                    "aws-region": "eu-central-1",
                }},
                {"run": 'env >"$KEPT/after"; "$RUNNER_TEMP"/shipit-*/bin/python -c "import boto3"'},
            ],
        }
    }  # fmt: skip
    run = consumer.run()
    assert run.jobs == {"aws": "success"}, run.log
    assert "assumed arn:aws:iam::123456789012:role/deploy in eu-central-1" in run.log
    prepare, after = ((run.kept / name).read_text() for name in ("prepare", "after"))
    given = (
        *("AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIATEST"),
        *("AWS_SECRET_ACCESS_KEY=secret-of-aws", "AWS_SESSION_TOKEN=session-of-aws"),
    )
    assert [line for line in given if line not in prepare] == []
    assert "AWS_" not in after


def test_a_push_to_main_releases_and_what_follows_knows_of_it(consumer: Consumer) -> None:
    prepare = """prepare = ["sh -c 'env >build-environment'"]"""
    consumer.commit("chore: build", {"shipit.toml": f"[release]\n{prepare}\n", ".gitignore": "build-environment\n"})
    consumer.workflow["jobs"]["release"].setdefault("with", {})["cosign"] = True
    run = consumer.run()
    assert run.jobs == RELEASED
    git, (release,) = consumer.github.git, consumer.github.releases
    assert git.commit("main").message.startswith("chore(release): 1.1.0\n")
    assert git.resolve("v1.1.0") == git.resolve("main")
    assert (release.tag_name, release.draft) == ("v1.1.0", False)
    outputs = run.outputs["release"]
    assert json.loads(outputs["json"]) | {"released": "true"} == {
        **NO_OUTPUTS,
        **{name: value for name, value in outputs.items() if name != "json"},
    }
    assert (outputs["released"], outputs["version"], outputs["tag"]) == ("true", "1.1.0", "v1.1.0")
    assert (outputs["previous-version"], outputs["bump"]) == ("1.0.0", "minor")
    assert "* search" in outputs["notes"] and release.body == outputs["notes"]
    assert f"1.1.0 is out, see {outputs['release-url']}" in run.log
    assert "set up java 21" in run.log and "set up cosign v3" in run.log and "set up node" not in run.log
    assert "## Released v1.1.0" in run.summary
    assert_no_secret_is_left(consumer, run)
    assert_the_job_is_as_it_was(consumer, run)


@pytest.mark.slow
def test_a_push_to_main_proposes_a_release_and_the_push_of_its_merge_makes_it(consumer: Consumer) -> None:
    consumer.token = INSTALLATION
    consumer.commit("feat: try", {"shipit.toml": '[release]\nwrite-back = "pull-request"\n'})
    run = consumer.run()
    assert run.jobs == {"release": "success"}, run.log
    (pull,) = consumer.github.pulls
    assert (pull.title, pull.author) == ("chore(release): 1.1.0", "github-actions[bot]")
    assert (run.outputs["release"]["released"], tags(consumer)) == ("false", ["v1.0.0"])
    assert "## Proposed v1.1.0 in a pull request" in run.summary
    assert_no_secret_is_left(consumer, run)

    merge(consumer.github, pull, "squash", "Search for everyone (#1)", "Thank you!")
    run = consumer.run()
    assert run.jobs == RELEASED
    (release,) = consumer.github.releases
    assert (release.tag_name, release.draft) == ("v1.1.0", False)
    assert consumer.github.git.resolve("v1.1.0") == consumer.github.git.resolve("main")
    assert run.outputs["release"]["released"] == "true"


def assert_no_secret_is_left(consumer: Consumer, run: Run) -> None:
    """Not in the log, the workspace (the build wrote its environment there), an argument or an address."""
    arguments = (run.kept / "arguments").read_text()
    assert re.search("push .*--atomic", arguments)
    addresses = "\n".join(request.path for request in consumer.github.requests)
    for secret in consumer.secrets:
        assert secret not in run.log + arguments + addresses
    assert run.leaks == ""


def assert_the_job_is_as_it_was(consumer: Consumer, run: Run) -> None:
    after = dict(line.partition("=")[::2] for line in (run.kept / "environment").read_text().splitlines())
    assert not [name for name in after if name.startswith(("SHIPIT_", "PYTHON", "VIRTUAL_ENV", "GITHUB_TOKEN"))]
    assert after["PATH"] == consumer.search_path


@pytest.mark.parametrize(("event", "environment"), [("push", "dev"), ("push", "prod"), ("workflow_dispatch", "dev")])
def test_the_branch_of_an_environment_is_about_that_environment(
    consumer: Consumer, event: str, environment: str
) -> None:
    consumer.commit("feat: try", branch=environment)
    run = consumer.run(event, ref=f"refs/heads/{environment}")
    assert run.jobs == {"deploy": "success"}
    outputs = run.outputs[environment]
    assert (outputs["environment"], outputs["deployed"]) == (environment, "false")
    assert f"`{environment}` has no image, so nothing is built" in run.summary
    assert not consumer.github.writes and tags(consumer) == ["v1.0.0"]


def test_a_push_to_a_feature_branch_runs_nothing(consumer: Consumer) -> None:
    consumer.commit("feat: try", branch="feature/search")
    assert consumer.run(ref="refs/heads/feature/search").jobs == {}


@pytest.mark.parametrize("ref", ["refs/heads/feature/search", "refs/tags/v1.0.0"])
def test_what_calls_for_nothing_says_so_and_gives_complete_outputs(consumer: Consumer, ref: str) -> None:
    consumer.commit("feat: try", branch="feature/search")
    release_job_alone(consumer)
    run = consumer.run(ref=ref)
    assert run.jobs == {"release": "success"}
    assert run.outputs["release"]["released"] == "false"
    assert "Nothing released" in run.summary and ref.split("/", 2)[2] in run.summary
    assert not consumer.github.writes and tags(consumer) == ["v1.0.0"]


def test_run_by_hand_with_a_version_it_releases_that_version(consumer: Consumer) -> None:
    run = consumer.run("workflow_dispatch", inputs={"version": "2.0.0", "dry-run": "false"})
    assert run.jobs == RELEASED
    assert tags(consumer) == ["v1.0.0", "v2.0.0"]
    assert run.outputs["release"]["version"] == "2.0.0"


def test_a_dry_run_tells_the_version_and_changes_nothing(consumer: Consumer) -> None:
    run = consumer.run("workflow_dispatch", inputs={"version": "", "dry-run": "true"})
    assert run.jobs == {"release": "success"}
    outputs = run.outputs["release"]
    assert (outputs["released"], outputs["version"], outputs["tag"]) == ("false", "1.1.0", "v1.1.0")
    assert not consumer.github.writes and tags(consumer) == ["v1.0.0"]


def pull_request(consumer: Consumer) -> dict[str, Any]:
    """#7, a feature for main, as GitHub keeps and tells it."""
    head = consumer.commit("feat!: another search", branch="feature/search")
    consumer.github.git.move("refs/pull/7/merge", head)
    base = {"ref": "main", "sha": consumer.github.git.resolve("main")}
    told = {"number": 7, "state": "open", "base": base, "head": {"ref": "feature/search", "sha": head}}
    return {"ref": "refs/pull/7/merge", "sha": head, "pull_request": told}


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_a_pull_request_is_told_what_merging_it_releases(consumer: Consumer, event: str) -> None:
    consumer.workflow["on"][event] = {"branches": ["main"]}
    run = consumer.run(event, **pull_request(consumer))
    assert run.jobs == {"preview": "success"}
    outputs = run.outputs["release"]
    assert (outputs["released"], outputs["version"], outputs["bump"]) == ("false", "2.0.0", "major")
    assert "2.0.0" in run.summary and "another search" in run.summary
    assert tags(consumer) == ["v1.0.0"] and not consumer.github.releases
    assert {request.method for request in consumer.github.writes} <= {"POST", "PATCH"}
    assert all("/issues/" in request.path for request in consumer.github.writes)


def test_a_pull_request_from_a_fork_is_read_and_nothing_else(consumer: Consumer) -> None:
    consumer.token = READ_ONLY
    run = consumer.run("pull_request", **pull_request(consumer))
    assert run.jobs == {"preview": "success"}
    assert run.outputs["release"]["version"] == "2.0.0"
    assert "2.0.0" in run.summary
    assert all(request.status == 403 for request in consumer.github.writes)


@pytest.mark.parametrize(
    ("token", "told"), [(None, "is not set"), ("refused-0123456789", "GitHub rejected the input `token`")]
)
def test_without_a_token_that_may_it_ends_with_4_and_an_annotation(
    consumer: Consumer, token: str | None, told: str
) -> None:
    consumer.token = token
    run = consumer.run()
    assert run.jobs == {"release": "failure"}
    assert "exit status 4" in run.log
    (annotation,) = [line for line in run.log.splitlines() if "::error " in line]
    assert "the input `token`" in annotation and told in annotation and "GITHUB_TOKEN" not in annotation
    assert "released=false" in run.log, "outputs are complete, also of what failed"
    assert tags(consumer) == ["v1.0.0"]
    assert not run.leaks and "refused-0123456789" not in run.log


def test_a_token_that_may_only_read_ends_with_4_before_anything_is_done(consumer: Consumer) -> None:
    consumer.token = READ_ONLY
    run = consumer.run()
    assert run.jobs == {"release": "failure"}
    assert "exit status 4" in run.log and "::error " in run.log
    assert not consumer.github.writes and tags(consumer) == ["v1.0.0"]
