"""The program behind `action.yml`: runs shipit from this source, in an environment of its own.

    SHIPIT_INPUT_COMMAND=run ... python -I scripts/action.py

Each input is a variable `SHIPIT_INPUT_<NAME>`, never program text. The virtual environment is made once per job, in
`$RUNNER_TEMP`, from the locked requirements. PATH, GITHUB_ENV and PYTHONPATH do not change. With `python -I` the
program imports nothing from the workspace (such as a folder `yaml/` or a `sitecustomize.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import runpy
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
PREFIX = "SHIPIT_INPUT_"
OLDEST_PYTHON = (3, 11)

# The outputs of a run that does nothing. They are written first, so that every output has a value.
OUTPUTS = runpy.run_path(str(SOURCE / "src/shipit/core/outputs.py"))["NO_OUTPUTS"]
# The inputs that shipit gets as environment variables.
CREDENTIALS = {
    "TOKEN": "GITHUB_TOKEN",
    "REGISTRY_USERNAME": "SHIPIT_REGISTRY_USERNAME",
    "REGISTRY_PASSWORD": "SHIPIT_REGISTRY_PASSWORD",
    "SSH_KEY": "SHIPIT_SSH_KEY",
    "SSH_KNOWN_HOSTS": "SHIPIT_SSH_KNOWN_HOSTS",
    "AWS_REGION": "AWS_REGION",
    "AWS_ACCESS_KEY_ID": "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY": "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN": "AWS_SESSION_TOKEN",
}
# The beginnings of the names of variables that the runner, Python and the linker use themselves.
RESERVED = ("GITHUB_", "RUNNER_", "ACTIONS_", "SHIPIT_", "INPUT_", "PYTHON", "LD_", "GIT_")
# The variable by which messages name the inputs of the action instead of variables.
IN_ACTION = {"SHIPIT_ACTION": "true"}
# The commands that take an environment and a version as arguments, and not as options.
DEPLOYING = ("deploy", "rollback")
# The settings of pip and uv for the source of packages; other settings, such as a target, are for other installations.
SOURCES = re.compile("INDEX|LINKS|OFFLINE|PROXY|CERT|HOST|TLS|KEYRING|TIMEOUT|RETRIES|CACHE|CONFIG")
# The ends of the names of variables with a secret, which the installation does not get.
_SECRET = ("TOKEN", "PASSWORD", "SECRET", "KEY", "WEBHOOK")


class WrongInput(Exception):
    """An input of the action, or the Python of the runner, is invalid."""


def main() -> int:
    inputs, others = separated(os.environ)
    try:
        write_outputs(others.get("GITHUB_OUTPUT"))
        if sys.version_info < OLDEST_PYTHON:
            raise WrongInput(f"shipit needs Python 3.11 or newer; `{sys.executable}` is {sys.version.split()[0]}")
        arguments = command_line(inputs)
        python = installed(Path(others["RUNNER_TEMP"]), public(others), requirements(inputs))
        secret = {**build_secrets(inputs), **masked("notify-secrets", inputs)}
        given = {**variables(inputs), **secret, **credentials(inputs), **IN_ACTION}
        return replaced_by([python, "-I", "-m", "shipit", *arguments], {**others, **given})
    except WrongInput as error:
        return failed(str(error), status=2)
    except subprocess.CalledProcessError as error:
        what = f"`{Path(error.cmd[0]).name}` ended with {error.returncode}"
    except OSError as error:
        what = f"`{error.filename or 'the runner'}`: {error.strerror}"
    return failed(f"shipit cannot be installed: {what}", status=5)


def separated(variables: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the inputs, by name, and all other variables."""
    inputs = {name[len(PREFIX) :]: value for name, value in variables.items() if name.startswith(PREFIX)}
    return inputs, {name: value for name, value in variables.items() if not name.startswith(PREFIX)}


def command_line(inputs: Mapping[str, str]) -> list[str]:
    """Return the arguments of shipit. Raises WrongInput."""
    command = inputs.get("COMMAND") or "run"
    arguments = [command]
    for name, option in (("WORKING_DIRECTORY", "-C"), ("CONFIG", "--config")):
        if inputs.get(name):
            arguments += [option, inputs[name]]
    dry_run = ["--dry-run"] * is_true("dry-run", inputs.get("DRY_RUN") or "false")
    reject = ["--reject"] * is_true("reject", inputs.get("REJECT") or "false")
    if reject and command != "approve":
        raise WrongInput(f"the input `reject` is for the command `approve`, not for `{command}`")
    environment, version = inputs.get("ENVIRONMENT") or "", inputs.get("VERSION") or ""
    packages = (inputs.get("PACKAGE") or "").split()
    if command in DEPLOYING:
        if packages:
            raise WrongInput(f"the input `package` cannot be used with the command `{command}`")
        if version and not environment:
            raise WrongInput(f"with `version`, the command `{command}` also needs the input `environment`")
        return [*arguments, *dry_run, "--", *filter(None, (environment, version))]
    if version:
        arguments += ["--version", version]
    for package in packages:
        arguments += ["--package", package]
    if environment:
        arguments += ["--environment", environment] if command == "run" else [environment]
    return arguments + reject + dry_run


def is_true(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise WrongInput(f'the input `{name}` must be "true" or "false", not {json.dumps(value)}')
    return value == "true"


def credentials(inputs: Mapping[str, str]) -> dict[str, str]:
    return {variable: inputs[name] for name, variable in CREDENTIALS.items() if inputs.get(name)}


def variables(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the input `variables`. Raises WrongInput."""
    return pairs("variables", inputs.get("VARIABLES") or "")


def build_secrets(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the input `build-secrets`. Raises WrongInput.

    shipit gets their names as well, so that it removes the values from all texts.
    """
    secret = masked("build-secrets", inputs)
    return {**secret, "SHIPIT_BUILD_SECRETS": " ".join(secret)} if secret else {}


def masked(name: str, inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an input with secrets, after masking their values in the log. Raises WrongInput."""
    text = inputs.get(name.replace("-", "_").upper()) or ""
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            raise WrongInput(f"the input `{name}` is not valid JSON") from None
        values = [(variable, value) for variable, value in found.items() if isinstance(value, str)]
        if len(values) < len(found):
            raise WrongInput(f"each value of the input `{name}` must be a text")
        secret = dict(require_names(name, values))
    else:
        secret = pairs(name, text)
    for line in sorted({line.strip() for value in secret.values() for line in value.splitlines()} - {""}):
        print(f"::add-mask::{escaped(line)}", flush=True)
    return secret


def pairs(name: str, text: str) -> dict[str, str]:
    """Return the variables in the lines `NAME=value` of an input; a message never contains a value."""
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, 1):
        if line and "=" not in line:
            raise WrongInput(f"line {number} of the input `{name}` has no `=`: write NAME=value")
    return dict(require_names(name, [(line.partition("=")[0], line.partition("=")[2]) for line in lines if line]))


def require_names(name: str, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the variables of an input. Raises WrongInput for a name that programs give a meaning of their own."""
    for number, (variable, _) in enumerate(found, 1):
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", variable):
            raise WrongInput(f"entry {number} of the input `{name}` does not begin with the name of a variable")
        if variable.upper().startswith(RESERVED) or variable.upper() in ("PATH", "HOME"):
            raise WrongInput(f"the input `{name}` cannot set `{variable}`")
    return found


def requirements(inputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the locked files to install. With an AWS region, boto3 is among the packages.

    Raises WrongInput.
    """
    if inputs.get("AWS_ROLE") and not inputs.get("AWS_REGION"):
        raise WrongInput("with `aws-role`, the action also needs the input `aws-region`")
    return ("build", "aws" if inputs.get("AWS_REGION") else "run")


def public(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for the installation: without credentials, and without settings that would disturb it."""
    return {name: value for name, value in variables.items() if concerns_installing(name)}


def concerns_installing(name: str) -> bool:
    if name.startswith(("PIP_", "UV_")):
        return bool(SOURCES.search(name))
    # The build starts Python without `-I`: with PYTHONPATH it would run a `sitecustomize.py` from the workspace.
    return not name.startswith("PYTHON") and not name.endswith(_SECRET)


def installed(temp: Path, variables: Mapping[str, str], locked: tuple[str, ...]) -> str:
    """Return the Python of the virtual environment; make the environment unless an earlier step of this job made it.

    A file with the name of the environment appears only when the environment is complete. So an incomplete one is never
    used, and two steps at the same time do not disturb each other.
    """
    key = hashlib.sha256("\0".join((str(SOURCE), sys.executable, *locked)).encode()).hexdigest()[:12]
    ready = temp / f"shipit-{key}"
    if not ready.exists():
        print("::group::Install shipit", flush=True)
        environment = Path(tempfile.mkdtemp(prefix=f"{ready.name}-", dir=temp))
        install(environment, python_of(environment), variables, locked)
        environment.joinpath("ready").write_text(environment.name)
        environment.joinpath("ready").replace(ready)
        print("::endgroup::", flush=True)
    return str(python_of(temp / ready.read_text()))


def python_of(environment: Path) -> Path:
    return environment.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def install(environment: Path, python: Path, variables: Mapping[str, str], locked: tuple[str, ...]) -> None:
    """Install the locked packages by their hashes, then build and install shipit with one of them."""
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", sys.executable]
        add = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        make = [sys.executable, "-I", "-m", "venv", "--clear"]
        add = [str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    files = [word for name in locked for word in ("-r", str(SOURCE / "requirements" / f"{name}.txt"))]
    # The working directory is the source, because uv reads a configuration file in its working directory.
    for command in (
        [*make, str(environment)],
        [*add, "--require-hashes", "--only-binary", ":all:", *files],
        [*add, "--no-index", "--no-deps", "--no-build-isolation", str(SOURCE)],
    ):
        subprocess.run(command, env={**variables, "UV_NATIVE_TLS": "true"}, cwd=SOURCE, check=True)


def write_outputs(file: str | None) -> None:
    """Write the outputs of a run that did nothing; shipit appends its own, and the later of two values counts."""
    if not file:
        return
    with open(file, "a", encoding="utf-8", newline="\n") as stream:
        for name, value in {**OUTPUTS, "json": json.dumps(OUTPUTS)}.items():
            end = secrets.token_hex(16)
            stream.write(f"{name}<<{end}\n{value}\n{end}\n")


def failed(message: str, status: int) -> int:
    """Print an error annotation for the runner."""
    print(f"::error title=shipit::{escaped(message)}", flush=True)
    return status


def escaped(text: str) -> str:
    """Return a text for a command of the runner, in which `%` and line endings have a meaning."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def replaced_by(command: list[str], variables: Mapping[str, str]) -> int:
    """Replace this process by `command`, so that a cancelled job stops it; on Windows run it as a child."""
    if os.name == "posix":
        os.execve(command[0], command, variables)
    return subprocess.run(command, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
