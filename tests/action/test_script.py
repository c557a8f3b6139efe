"""The script of the action: what it makes of inputs, and what it leaves alone."""

from __future__ import annotations

import ast
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from action.contract import ROOT

SCRIPT = ROOT / "scripts/action.py"
ACTION = runpy.run_path(str(SCRIPT))
command_line, WrongInput = ACTION["command_line"], ACTION["WrongInput"]


def run(temp: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(temp / "output"), **variables}
    return subprocess.run([sys.executable, "-I", SCRIPT], env=environment, cwd=temp, capture_output=True, text=True)


def test_without_inputs_the_branch_decides() -> None:
    assert command_line({}) == ["run"]
    assert command_line(dict.fromkeys(("COMMAND", "CONFIG", "VERSION", "DRY_RUN"), "")) == ["run"]


def test_every_input_is_one_word_of_the_command_line() -> None:
    inputs = {"WORKING_DIRECTORY": "a b", "CONFIG": "$(id).toml", "VERSION": "1.2.3", "DRY_RUN": "true"}
    assert command_line({"COMMAND": "release", **inputs}) == [
        *("release", "-C", "a b", "--config", "$(id).toml", "--version", "1.2.3", "--dry-run")
    ]


def test_an_environment_is_an_option_where_the_branch_decides_and_else_what_the_command_is_about() -> None:
    assert command_line({"ENVIRONMENT": "dev"}) == ["run", "--environment", "dev"]
    assert command_line({"COMMAND": "image", "ENVIRONMENT": "dev"}) == ["image", "dev"]
    promotion = {"COMMAND": "promote-branch", "ENVIRONMENT": "prod", "VERSION": "1.4.0"}
    assert command_line(promotion) == ["promote-branch", "--version", "1.4.0", "prod"]


def test_a_deployment_gets_the_environment_and_the_version_as_words_that_are_never_options() -> None:
    assert command_line({"COMMAND": "deploy", "ENVIRONMENT": "dev"}) == ["deploy", "--", "dev"]
    assert command_line({"COMMAND": "deploy"}) == ["deploy", "--"]
    inputs = {"ENVIRONMENT": "prod", "VERSION": "--retry", "DRY_RUN": "true", "CONFIG": "a.toml"}
    assert command_line({"COMMAND": "rollback", **inputs}) == [
        *("rollback", "--config", "a.toml", "--dry-run", "--", "prod", "--retry")
    ]


def test_each_package_is_an_option_and_a_deployment_refuses_them() -> None:
    assert command_line({"PACKAGE": " backend\nweb \n"}) == ["run", "--package", "backend", "--package", "web"]
    assert command_line({"COMMAND": "plan", "PACKAGE": "web"}) == ["plan", "--package", "web"]
    with pytest.raises(WrongInput, match="`package` cannot be used with the command `deploy`"):
        command_line({"COMMAND": "deploy", "PACKAGE": "web"})


def test_an_approval_can_reject_and_no_other_command_can() -> None:
    inputs = {"ENVIRONMENT": "prod", "REJECT": "true"}
    assert command_line({"COMMAND": "approve", **inputs}) == ["approve", "prod", "--reject"]
    assert command_line({"COMMAND": "approve", **inputs, "REJECT": "false"}) == ["approve", "prod"]
    for command in ("", "rollback"):
        with pytest.raises(WrongInput, match="`reject` is for the command `approve`, not for"):
            command_line({"COMMAND": command, **inputs})


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_a_version_without_an_environment_is_not_taken_for_one(command: str) -> None:
    with pytest.raises(WrongInput, match=f"the command `{command}` also needs the input `environment`"):
        command_line({"COMMAND": command, "VERSION": "1.2.0"})


def test_only_a_job_with_an_aws_region_gets_boto3() -> None:
    requirements = ACTION["requirements"]
    assert requirements({"AWS_REGION": ""}) == ("build", "run")
    assert requirements({"AWS_REGION": "eu-central-1"}) == ("build", "aws")
    assert "\nboto3==" not in (ROOT / "requirements/run.txt").read_text()
    assert "\nboto3==" in (ROOT / "requirements/aws.txt").read_text()
    with pytest.raises(WrongInput, match="`aws-role`, the action also needs the input `aws-region`"):
        requirements({"AWS_ROLE": "arn:aws:iam::123456789012:role/deploy"})


@pytest.mark.parametrize("value", ["yes", "True", "1", " true", "false\n"])
def test_a_boolean_is_true_or_false_and_nothing_else(value: str) -> None:
    with pytest.raises(WrongInput, match="the input `dry-run` must be"):
        command_line({"DRY_RUN": value})


def test_a_wrong_input_is_an_annotation_on_one_line_and_exit_2(tmp_path: Path) -> None:
    result = run(tmp_path, SHIPIT_INPUT_DRY_RUN="50%\n::add-mask::1")
    assert result.returncode == 2
    assert result.stdout == (
        '::error title=shipit::the input `dry-run` must be "true" or "false", not "50%25\\n::add-mask::1"\n'
    )
    assert "released" in (tmp_path / "output").read_text(), "outputs are complete, whatever is wrong"


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "RUNNER_TEMP"])
def test_a_place_that_cannot_be_written_is_an_annotation_and_exit_5(tmp_path: Path, name: str) -> None:
    result = run(tmp_path, **{name: "/nonexistent/place"})
    assert result.returncode == 5
    assert "::error title=shipit::shipit cannot be installed: `/nonexistent/place" in result.stdout


def test_a_source_that_cannot_be_installed_is_an_annotation_and_exit_5(tmp_path: Path) -> None:
    nowhere = {"PATH": "/nonexistent", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    result = run(tmp_path, **nowhere)
    assert result.returncode == 5
    assert "::error title=shipit::shipit cannot be installed: `python" in result.stdout
    assert "released" in (tmp_path / "output").read_text(), "outputs are complete, whatever happens later"


def test_installing_knows_no_credentials() -> None:
    inputs, others = ACTION["separated"](
        {"SHIPIT_INPUT_TOKEN": "t", "GITHUB_TOKEN": "t", "DOCKER_PASSWORD": "p", "A": "b"}
    )
    assert ACTION["public"](others) == {"A": "b"}
    indexes = {"UV_INDEX_ACME_PASSWORD": "p", "PIP_INDEX_URL": "https://pip.test", "UV_CONFIG_FILE": "uv.toml"}
    assert ACTION["public"]({**indexes, "UV_PUBLISH_TOKEN": "t", "PIP_TARGET": "x", "PYTHONPATH": "."}) == indexes
    assert ACTION["credentials"](inputs) == {"GITHUB_TOKEN": "t"}
    logins = {"AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "s", "SHIPIT_SSH_KEY": "k", "A": "b"}
    assert ACTION["public"](logins) == {"A": "b"}


def test_variables_are_lines_and_build_secrets_are_lines_or_json() -> None:
    assert ACTION["variables"]({"VARIABLES": "\nOWNER=acme\n  EMPTY=\nURL=a=b \n"}) == {
        "OWNER": "acme",
        "EMPTY": "",
        "URL": "a=b",
    }
    assert ACTION["build_secrets"]({"BUILD_SECRETS": ""}) == {}
    for text in ("NPM=1\nPIP=2", '{"NPM": "1", "PIP": "2"}'):
        found = ACTION["build_secrets"]({"BUILD_SECRETS": text})
        assert found == {"NPM": "1", "PIP": "2", "SHIPIT_BUILD_SECRETS": "NPM PIP"}


def test_each_line_of_a_build_secret_is_masked_before_anything_else_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ACTION["build_secrets"]({"BUILD_SECRETS": '{"NPMRC": "registry=x\\n\\n50% off"}'})
    assert capsys.readouterr().out == "::add-mask::50%25 off\n::add-mask::registry=x\n"


def test_the_secrets_of_channels_are_masked_and_are_no_secrets_of_a_build(capsys: pytest.CaptureFixture[str]) -> None:
    inputs = {"NOTIFY_SECRETS": "SLACK_WEBHOOK=https://hooks.example/T0\nGRAFANA_TOKEN=glsa"}
    found = ACTION["masked"]("notify-secrets", inputs)
    assert found == {"SLACK_WEBHOOK": "https://hooks.example/T0", "GRAFANA_TOKEN": "glsa"}
    assert capsys.readouterr().out == "::add-mask::glsa\n::add-mask::https://hooks.example/T0\n"
    assert ACTION["build_secrets"](inputs) == {}


@pytest.mark.parametrize(
    ("read", "name", "text", "message"),
    [
        ("variables", "VARIABLES", "hunter2", "line 1 of the input `variables` has no `=`"),
        ("variables", "VARIABLES", "A=1\n2x=hunter2", "entry 2 of the input `variables` does not begin"),
        ("variables", "VARIABLES", "GITHUB_ENV=hunter2", "the input `variables` cannot set `GITHUB_ENV`"),
        ("variables", "VARIABLES", "path=hunter2", "the input `variables` cannot set `path`"),
        ("variables", "VARIABLES", "LD_PRELOAD=hunter2", "cannot set `LD_PRELOAD`"),
        ("build_secrets", "BUILD_SECRETS", "{hunter2", "`build-secrets` is not valid JSON"),
        ("build_secrets", "BUILD_SECRETS", '{"A": ["hunter2"]}', "must be a text"),
        ("build_secrets", "BUILD_SECRETS", '{"PYTHONPATH": "hunter2"}', "cannot set `PYTHONPATH`"),
    ],
)
def test_a_wrong_variable_is_refused_without_its_value(read: str, name: str, text: str, message: str) -> None:
    with pytest.raises(WrongInput, match=message) as caught:
        ACTION[read]({name: text})
    assert "hunter2" not in str(caught.value)


def test_the_ssh_key_reaches_shipit_in_one_variable_and_nothing_else() -> None:
    inputs, others = ACTION["separated"](
        {"SHIPIT_INPUT_SSH_KEY": "key", "SHIPIT_INPUT_SSH_KNOWN_HOSTS": "shop.example"}
    )
    assert others == {}
    assert ACTION["credentials"](inputs) == {"SHIPIT_SSH_KEY": "key", "SHIPIT_SSH_KNOWN_HOSTS": "shop.example"}
    assert command_line(inputs) == ["run"]


def test_an_empty_credential_leaves_the_one_of_the_job() -> None:
    assert ACTION["credentials"]({"TOKEN": "", "REGISTRY_USERNAME": ""}) == {}


def test_the_declaration_of_the_outputs_can_be_read_by_an_old_python_without_packages() -> None:
    """The script says on Python 3.8 that it needs a newer one, and its outputs are complete there as well."""
    tree = ast.parse((ROOT / "src/shipit/core/outputs.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported == ["__future__", "typing"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
