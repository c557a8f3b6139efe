"""The program behind `action.yml`: runs shipit from this source, in an environment of its own.

    SHIPIT_INPUT_COMMAND=run ... python -I scripts/action.py

Each input comes as a variable `SHIPIT_INPUT_<NAME>`, never as program text. The environment is made below
`$RUNNER_TEMP` from the locked requirements, once a job; PATH, GITHUB_ENV and PYTHONPATH stay as they are, and
`python -I` keeps what lies in the workspace (a folder `yaml/`, a `sitecustomize.py`) out of the program.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
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

# The outputs of a run that did nothing: what a command leaves unsaid is still complete.
OUTPUTS = {
    "released": "false",
    "version": "",
    "tag": "",
    "previous-version": "",
    "bump": "none",
    "notes": "",
    "release-url": "",
    "environment": "",
    "image": "",
    "digest": "",
    "deployed": "false",
}
# Inputs that a program finds in its environment.
CREDENTIALS = {
    "TOKEN": "GITHUB_TOKEN",
    "REGISTRY_USERNAME": "SHIPIT_REGISTRY_USERNAME",
    "REGISTRY_PASSWORD": "SHIPIT_REGISTRY_PASSWORD",
}
# Settings of pip and uv that say where packages come from; others, such as a target, are for other installations.
SOURCES = re.compile("INDEX|LINKS|OFFLINE|PROXY|CERT|HOST|TLS|KEYRING|TIMEOUT|RETRIES|CACHE|CONFIG")


class WrongInput(Exception):
    pass


def main() -> int:
    inputs, others = separated(os.environ)
    try:
        write_outputs(others.get("GITHUB_OUTPUT"))
        if sys.version_info < OLDEST_PYTHON:
            raise WrongInput(f"shipit needs Python 3.11 or newer; `{sys.executable}` is {sys.version.split()[0]}")
        arguments = command_line(inputs)
        python = installed(Path(others["RUNNER_TEMP"]), public(others))
        return replaced_by([python, "-I", "-m", "shipit", *arguments], {**others, **credentials(inputs)})
    except WrongInput as error:
        return failed(str(error), status=2)
    except subprocess.CalledProcessError as error:
        what = f"`{Path(error.cmd[0]).name}` ended with {error.returncode}"
    except OSError as error:
        what = f"`{error.filename or 'the runner'}`: {error.strerror}"
    return failed(f"shipit cannot be installed: {what}", status=5)


def separated(variables: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The inputs, by name, and every other variable."""
    inputs = {name[len(PREFIX) :]: value for name, value in variables.items() if name.startswith(PREFIX)}
    return inputs, {name: value for name, value in variables.items() if not name.startswith(PREFIX)}


def command_line(inputs: Mapping[str, str]) -> list[str]:
    """The arguments of shipit. Raises WrongInput."""
    command = inputs.get("COMMAND") or "run"
    arguments = [command]
    for name, option in (("WORKING_DIRECTORY", "-C"), ("CONFIG", "--config"), ("VERSION", "--version")):
        if inputs.get(name):
            arguments += [option, inputs[name]]
    if inputs.get("ENVIRONMENT"):
        arguments += ["--environment", inputs["ENVIRONMENT"]] if command == "run" else [inputs["ENVIRONMENT"]]
    return arguments + ["--dry-run"] * is_true("dry-run", inputs.get("DRY_RUN") or "false")


def is_true(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise WrongInput(f'the input `{name}` must be "true" or "false", not {json.dumps(value)}')
    return value == "true"


def credentials(inputs: Mapping[str, str]) -> dict[str, str]:
    return {variable: inputs[name] for name, variable in CREDENTIALS.items() if inputs.get(name)}


def public(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment without what installing has no business to know, or to be led astray by."""
    return {name: value for name, value in variables.items() if concerns_installing(name)}


def concerns_installing(name: str) -> bool:
    if name.startswith(("PIP_", "UV_")):
        return bool(SOURCES.search(name))
    # Building starts Python without `-I`: PYTHONPATH would have it run a `sitecustomize.py` of the workspace.
    return not name.startswith("PYTHON") and not name.endswith(("TOKEN", "PASSWORD", "SECRET"))


def installed(temp: Path, variables: Mapping[str, str]) -> str:
    """The Python of the private environment, which is made unless an earlier step of this job made it.

    A file with the name of the environment appears when that is whole: one that was killed half-way is never
    used, and two steps at once get in nobody's way.
    """
    key = hashlib.sha256(f"{SOURCE}\0{sys.executable}".encode()).hexdigest()[:12]
    ready = temp / f"shipit-{key}"
    if not ready.exists():
        print("::group::Install shipit", flush=True)
        environment = Path(tempfile.mkdtemp(prefix=f"{ready.name}-", dir=temp))
        install(environment, python_of(environment), variables)
        environment.joinpath("ready").write_text(environment.name)
        environment.joinpath("ready").replace(ready)
        print("::endgroup::", flush=True)
    return str(python_of(temp / ready.read_text()))


def python_of(environment: Path) -> Path:
    return environment.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def install(environment: Path, python: Path, variables: Mapping[str, str]) -> None:
    """Third-party packages by their hashes, then shipit, built by one of them."""
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", sys.executable]
        add = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        make = [sys.executable, "-I", "-m", "venv", "--clear"]
        add = [str(python), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    locked = [word for name in ("build", "run") for word in ("-r", str(SOURCE / "requirements" / f"{name}.txt"))]
    # The source as working directory, because uv reads a configuration that it finds in its own.
    for command in (
        [*make, str(environment)],
        [*add, "--require-hashes", "--only-binary", ":all:", *locked],
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
    """Tell the runner; `%` and line ends are its own."""
    text = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::error title=shipit::{text}", flush=True)
    return status


def replaced_by(command: list[str], variables: Mapping[str, str]) -> int:
    """Become `command`, so that a runner that cancels reaches it; Windows cannot do that."""
    if os.name == "posix":
        os.execve(command[0], command, variables)
    return subprocess.run(command, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
