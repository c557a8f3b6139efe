"""The jobs and workflows that an old workflow waits for: those that the new workflow has, and those that are reported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from shipit.importers import RepositoryFacts
from shipit.plan.adoption import Adoption, adoption_of

CI = """\
name: CI
on: [pull_request, push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: ./gradlew test
"""
IMAGE = """\
on:
  workflow_run: { workflows: [CI], types: [completed], branches: [main] }
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t acme/shop . && docker push acme/shop
"""


def adopted(tests: str, image: str = IMAGE) -> Adoption:
    workflows = {".github/workflows/ci.yml": tests, ".github/workflows/image.yml": image}
    return adoption_of(RepositoryFacts(lambda path: None, "main", (), None, workflows), ())


def jobs(found: Adoption) -> Any:
    return YAML(typ="safe").load(found.pipeline)["jobs"]


def test_the_jobs_of_a_workflow_that_is_waited_for_run_first() -> None:
    found = adopted(CI)
    assert jobs(found)["test"]["steps"][-1] == {"name": "Run ./gradlew test", "run": "./gradlew test\n"}
    assert jobs(found)["release"]["needs"] == ["test"]
    key = next(key for each in found.imported for key in each.keys if key.key == "on: workflow_run")
    assert (key.status, key.why) == ("default already", "the new workflow runs the jobs of `CI` first")
    assert found.remove == (".github/workflows/image.yml",)


def test_a_workflow_that_can_be_called_is_called() -> None:
    found = adopted(CI.replace("on: [pull_request, push]", "on: [pull_request, workflow_call]"))
    assert jobs(found)["ci"] == {
        "name": "ci",
        "if": "github.event_name == 'push'",
        "permissions": {"contents": "read"},
        "uses": "./.github/workflows/ci.yml",
    }
    assert jobs(found)["release"]["needs"] == ["ci"]


@pytest.mark.parametrize(
    "changed",
    [
        CI.replace("name: CI", "name: Tests"),
        CI.replace("./gradlew test", "./gradlew test -Pkey=${{ secrets.KEY }}"),
        CI.replace("    steps:", "    services: { db: { image: mysql } }\n    steps:"),
        CI.replace("    steps:", "    strategy: { matrix: { java: [17, 21] } }\n    steps:"),
        CI.replace("    steps:", "    if: github.actor == 'me'\n    steps:"),
        CI.replace("      - run", "      - uses: codecov/codecov-action@v4\n      - run"),
        CI.replace(
            "      - run", "      - uses: actions/checkout@v4\n        with: { repository: acme/other }\n      - run"
        ),
        CI.replace("      - run: ./gradlew test", "      - { run: ./gradlew test, shell: pwsh }"),
        CI.replace("      - run: ./gradlew test", "      - { run: ./gradlew test, continue-on-error: true }"),
        CI.replace("ubuntu-latest", "${{ matrix.os }}"),
        CI.replace("  test:", "  'a b':"),
        CI.replace("      - run: ./gradlew test\n", ""),
        CI + "".join(CI.partition("jobs:\n")[2].replace("test:", f"test{number}:") for number in range(3)),
        "name: CI\njobs: 7",
        "name: CI\non: {workflow_call: {inputs: {a: {type: string}}}}\njobs: {test: {steps: [1]}}",
    ],
)
def test_a_workflow_that_needs_more_than_commands_is_reported(changed: str) -> None:
    found = adopted(changed)
    assert jobs(found).keys() == {"preview", "release"}
    key = next(key for each in found.imported for key in each.keys if key.key == "on: workflow_run")
    assert key.status == "needs your decision"
    assert "the new workflow does not wait for `CI`" in key.why


@pytest.mark.parametrize("script", ["  a\nb", "a\x07b", "a: b # c", "- a\n\n  b\n", "\ta", "a   \nb", "'", '"\\'])
def test_commands_stay_as_they_are(script: str) -> None:
    found = adopted(CI.replace("./gradlew test", json.dumps(script)))
    assert jobs(found)["test"]["steps"][-1]["run"].strip("\n") == script.strip("\n")


def test_a_job_with_the_name_of_another_job_gets_another_name() -> None:
    names = jobs(adopted(CI.replace("  test:", "  preview:")))
    assert names["check-preview"]["name"] == "preview"
    assert names["release"]["needs"] == ["check-preview"]


def test_two_jobs_of_one_name_that_differ_are_reported() -> None:
    other = IMAGE.partition("jobs:\n")[2].replace(
        "image:", "test:\n    steps: [{ run: make }]\n  image:\n    needs: test", 1
    )
    found = adopted(CI, IMAGE.partition("jobs:")[0] + "jobs:\n" + other)
    keys = {key.key: key.status for each in found.imported for key in each.keys}
    assert jobs(found)["test"]["steps"][-1]["run"] == "./gradlew test\n"
    assert [status for key, status in keys.items() if "needs `test`" in key] == ["needs your decision"]
