"""The steps of workflows that deploy to servers: by SSH, or on the runner itself."""

from __future__ import annotations

import re

from msgspec.structs import replace

from shipit.importers.model import lines_of
from shipit.importers.workflows.model import WorkflowStep
from shipit.importers.workflows.old_steps.job import JobState, is_secret
from shipit.importers.workflows.script import commands
from shipit.importers.workflows.targets import LOCAL, target_of

_COMPOSE = re.compile(r"docker[ -]compose\b(?P<options>.*?)\bup\b")
_FILE = re.compile(r"(?:-f|--file)[ =](\S+)")
_DIRECTORY = re.compile(r"^\s*cd +(\S+)", re.MULTILINE)
_RUN = re.compile(r"docker run\b(?P<options>.*)")
_PATH = re.compile(r"(?P<variable>\$)?(?P<path>[\w./-]++)")


def read_ssh(job: JobState, step: WorkflowStep) -> None:
    """Read a step of `appleboy/ssh-action`: its script on the host becomes a target."""
    key, script = job.name(step, step.uses), job.known(step.inputs.get("script", ""))
    if is_secret(step.inputs.get("key", "")):
        job.setup.ssh_key = step.inputs["key"]
    host, user = job.known(step.inputs.get("host", "")), job.known(step.inputs.get("username", ""))
    address = f"ssh://{_plain(user, 'USER')}@{_plain(host, 'HOST')}"
    no_key = () if job.setup.ssh_key else ("shipit logs in with a key: give it to `ssh-key` as a secret",)
    _propose(job, script, address, undecided=no_key)
    _report(job, key, script, address)
    if "fingerprint" not in step.inputs:
        why = "it accepts any host key; put the output of `ssh-keyscan HOST` into the secret SSH_KNOWN_HOSTS"
        job.found.undecided(f"{key}, host key", why)


def read_local_deployment(job: JobState, step: WorkflowStep, key: str, command: str) -> None:
    """Read a command of docker on the runner itself."""
    if "up" in command or " run " in command:
        _propose(job, job.known(step.run), _address_of(job), step.directory)
        _report(job, key, job.known(step.run), LOCAL)
    else:
        job.found.default(key, "shipit replaces the containers itself")


def read_deployment(job: JobState, step: WorkflowStep, key: str, why: str) -> None:
    """Read a command that deploys from the runner; `why` is the report if it leaves a doubt."""
    _propose(job, job.known(step.run), _address_of(job), step.directory)
    job.found.undecided(key, why)


def _address_of(job: JobState) -> str:
    """Return the address of the runner as a host; empty for a runner of GitHub, which is a new machine each time."""
    return LOCAL if "self-hosted" in job.setup.runs_on else ""


def _propose(job: JobState, script: str, address: str, directory: str = "", undecided: tuple[str, ...] = ()) -> None:
    """Note the target of a deployment, whose key in the report comes next, if the script leaves no doubt about it."""
    script = "\n".join(lines_of(script))
    whole = [f"cd {directory}"] if directory else []
    target = target_of(script, [*whole, *commands(script)], address, job.read)
    if target:
        target = replace(target, undecided=(*target.undecided, *undecided))
        job.targets.append((len(job.found.keys), target))


def _plain(value: str, name: str) -> str:
    return value if re.fullmatch(r"[\w.-]+", value) else name


def _report(job: JobState, key: str, script: str, address: str) -> None:
    """Report a deployment, with the table that replaces it."""
    script = "\n".join(commands("\n".join(lines_of(script))))
    if (found := _COMPOSE.search(script)) is not None:
        project = _DIRECTORY.search(script)
        files = _FILE.findall(found["options"])
        why = _table(job, "compose", address, f'project = "{project[1] if project else "/srv/app"}"', *_listed(files))
        why += ', and `services` with a health check: see "Compose" in the guides'
    elif _RUN.search(script):
        why = _table(job, "blue-green", address) + ', with a health check: see "Deploying" in the guides'
    elif (named := _script_in(script)) is not None:
        why = f"the script `{named}` is on the host: show what it does, or " + _table(job, "blue-green", address)
    else:
        why = "commands on a host that shipit does not know: run them in a job with `needs`"
    job.found.undecided(key, why)


def _listed(files: list[str]) -> list[str]:
    return [f"files = {files}".replace("'", '"')] if files else []


def _table(job: JobState, kind: str, address: str, *settings: str) -> str:
    """Return the beginning of the table of a target."""
    values = ", ".join((f'kind = "{kind}"', f'hosts = ["{address}"]', *settings))
    return f"add `[environments.{job.environment or 'prod'}.deploy]` with {values}"


def _script_in(text: str) -> str | None:
    """Return the path of the first script in `text`, without a variable at its begin; None if there is none."""
    for found in _PATH.finditer(text):
        path = found["path"].partition("/")[2] if found["variable"] else found["path"]
        if path.endswith(".sh"):
            return path
    return None
