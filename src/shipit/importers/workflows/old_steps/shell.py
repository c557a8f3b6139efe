"""The commands in steps of workflows: builds and pushes of images, commands before them, and everything else."""

from __future__ import annotations

import re
import shlex

from shipit.core import limits
from shipit.importers.workflows.expressions import with_spaces, without_spaces
from shipit.importers.workflows.model import WorkflowStep
from shipit.importers.workflows.old_steps.installation import installs_release_tool
from shipit.importers.workflows.old_steps.job import JobState, report_build
from shipit.importers.workflows.old_steps.login import read_login
from shipit.importers.workflows.old_steps.servers import read_deployment, read_local_deployment
from shipit.importers.workflows.script import commands

_ASSIGNMENT = re.compile(r"(?:export +)?([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^\s\"']*)")
_TO_ENVIRONMENT = re.compile(
    r"echo [\"']?([A-Za-z_]\w*)=([^\"'>]*)[\"']? *>> *[\"']?\$\{?GITHUB_(?:ENV|OUTPUT)\}?[\"']?"
)
_WRITES = r"(?:echo|cat|printf)\b.*>{1,2} *[\"']?(?:[^\s>]*/)?"
_SETTINGS_FILE = re.compile(
    _WRITES + r"(?:application[\w.-]*\.(?:ya?ml|properties)|(?=[\w.-]*firebase)[\w.-]*\.json)\b"
)
_ENV_FILE = re.compile(_WRITES + r"[\w-]*\.env\b")
_CONTROL = re.compile(r"(?m)^[^\S\n]*+(?:if|for|while|until|case)\b|<<")
_NO_WORK = re.compile(
    r"set [-+]\w+|ls\b.*|pwd|docker (?:images|ps|info|version)|echo [\"'][^$>]*[\"']?"
    r"|docker buildx (?:create|use|ls)\b.*"
)
_CHMOD = re.compile(r"chmod (?:\+x|755|777) (?:\./)?gradlew")
_PRUNE = re.compile(r"docker (?:image|system|builder|container) prune\b")
_DEPLOYS = re.compile(r"(?:sudo )?kubectl (?:.* )?(?:set image|rollout restart) |curl .*/v1/update\b")
_WAITS = re.compile(r"kubectl (?:.* )?rollout status ")
_CLOUD = re.compile(r"aws (?!ecr )|gcloud\b|kubectl\b|eb \w+")
_NO_BUILD = re.compile(r"(?:ssh|scp|rsync|curl) |.*(?:\$\{\{|GITHUB_)")
_QUOTED = re.compile(r"""'[^']*+'|"(?:[^"\\]|\\.)*+"|\$\{\{[^{}\n]*+\}\}|\\.""")
_OPERATOR = re.compile(r"[|&<>]")
_SECRET = re.compile(r"\$\{\{ *secrets\.\w+ *\}\}")


def read_run(job: JobState, step: WorkflowStep) -> None:
    """Report what becomes of a step with commands."""
    read_commands(job, step, step.run)


def read_commands(job: JobState, step: WorkflowStep, script: str) -> None:
    """Report what becomes of each command of a script. Its variables are not known in the next step."""
    outside = job.scope
    job.scope = {**outside, **{f"env.{name}": job.known(value) for name, value in step.env.items()}}
    job.directory, job.lasting = job.known(step.directory), {}
    if why := _unreadable(script):
        first = next(filter(None, (line.strip() for line in script.split("\n"))), "")
        job.found.undecided(job.name(step, f"`{_short(first)}`"), f"{why}: run it in a job of its own")
    else:
        for command in commands(script):
            _read_command(job, step, command)
    job.scope = {**outside, **job.lasting}


def _unreadable(script: str) -> str:
    """Return why shipit does not read a script; empty for one that it reads."""
    if any(len(line) > limits.IMPORTED_LINE for line in script.splitlines()):
        return f"a script with a line of more than {limits.IMPORTED_LINE:,} characters, which shipit does not read"
    if _CONTROL.search(script):
        return "a script with conditions, which shipit does not read"
    if any(not _is_whole(command) for command in commands(script)):
        return "a script with quotes or brackets around several commands or lines, which shipit does not read"
    return ""


def _is_whole(command: str) -> bool:
    """Return whether a command is complete, and on one line."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return "\n" not in command and all(command.count(a) == command.count(b) for a, b in ("()", "{}"))


def _read_command(job: JobState, step: WorkflowStep, command: str) -> None:
    if found := _TO_ENVIRONMENT.fullmatch(command):
        value = job.known(found[2].strip())
        job.lasting |= {f"env.{found[1]}": value, f"steps.{step.id}.outputs.{found[1]}": value}
    elif found := _ASSIGNMENT.fullmatch(command):
        job.scope[f"env.{found[1]}"] = job.known(found[2].strip("\"'"))
    elif found := re.fullmatch(r"cd (?:\./)?([\w./-]+)", command):
        job.directory = f"{job.directory}/{found[1].rstrip('/')}".lstrip("/") if found[1][0] != "/" else found[1]
    else:
        _read_known(job, step, command, job.known(command))


def _read_known(job: JobState, step: WorkflowStep, command: str, known: str) -> None:
    key = job.name(step, f"`{_short(command)}`")
    if _CHMOD.fullmatch(command):
        job.commands.append((key, "chmod +x gradlew"))
    elif installs_release_tool(command):
        job.found.default(key, "the release tool is not needed any more")
    elif _SETTINGS_FILE.match(command):
        why = "it puts secrets into the image: give them to the container as variables (`secrets` of the target)"
        job.found.undecided(key, why)
    elif _ENV_FILE.match(command):
        job.found.undecided(key, "`secrets` of the target writes such a file on the host, from secrets of the job")
    elif _PRUNE.search(command):
        job.found.no_counterpart(key, "shipit removes only what it made; the others need a timer on the host")
    elif command.startswith("docker") or re.match(r"(?:echo|printf) .*\| *docker login", command):
        _read_docker(job, step, key, known)
    elif _DEPLOYS.match(command):
        read_deployment(job, step, key, "the images are converted; keep this in a job with `needs`")
    elif _WAITS.match(command):
        job.found.default(key, "shipit waits for the rollout, if it deploys")
    elif _CLOUD.match(command):
        job.found.undecided(key, "the images are converted; keep this in a job with `needs`")
    elif _NO_WORK.fullmatch(command):
        job.found.default(key, "it changes nothing")
    elif _NO_BUILD.match(known):
        job.found.undecided(key, "it is no command for `build` of an environment: run it in a job of its own")
    elif job.docker.builds:
        job.found.undecided(key, "it comes after the image: run it in a job with `needs`")
    else:
        job.commands.append((key, f"cd {job.directory} && {known}" if job.directory else known))


def _read_docker(job: JobState, step: WorkflowStep, key: str, command: str) -> None:
    piped = re.match(r"(?:echo|printf) .*?\| *(docker login .*)", command)
    command_of_docker = piped[1] if piped else command
    if _OPERATOR.search(_QUOTED.sub("", command_of_docker)):
        job.found.undecided(key, "a command with a pipe, a redirection or an alternative, which shipit does not read")
        return
    try:
        words = shlex.split(without_spaces(command_of_docker))
    except ValueError:
        job.found.undecided(key, "a command that shipit cannot read")
        return
    match words:
        case ["docker", "build", *rest] | ["docker", "buildx" | "image", "build", *rest]:
            report_build(job, step, job.docker.build(key, rest, job.directory))
        case ["docker", "tag", source, target]:
            job.docker.tag(source, target)
            job.found.default(key, "the tags are those of the image")
        case ["docker", "push", *options, reference]:
            _read_push(job, key, reference, all_tags=bool(options))
        case ["docker", "login", *rest]:
            _read_login(job, step, rest, command)
        case (
            ["docker", "compose", *_] | ["docker-compose", *_] | ["docker", "stop" | "rm" | "run" | "pull" | "rmi", *_]
        ):
            read_local_deployment(job, step, key, command)
        case ["docker", "service", "update", *_]:
            read_deployment(job, step, key, "keep this in a job with `needs`")
        case _ if _NO_WORK.fullmatch(command):
            job.found.default(key, "it changes nothing")
        case _:
            job.found.undecided(key, "shipit has nothing like this command of docker")


def _read_push(job: JobState, key: str, reference: str, *, all_tags: bool) -> None:
    if job.docker.push(reference, all_tags=all_tags):
        job.found.default(key, "shipit builds and pushes in one step")
    else:
        job.found.undecided(key, "no step of this job builds this image")


def _read_login(job: JobState, step: WorkflowStep, words: list[str], command: str) -> None:
    username = password = registry = ""
    rest = iter(words)
    for word in rest:
        if word in ("-u", "--username"):
            username = next(rest, "")
        elif word in ("-p", "--password"):
            password = next(rest, "")
        elif not word.startswith("-"):
            registry = word
    piped = _SECRET.search(command.partition(" | ")[0])
    secret = password or (piped[0] if piped else "")
    read_login(job, step, registry or "docker.io", with_spaces(username), with_spaces(secret))


def _short(command: str) -> str:
    command = " ".join(command.split())
    return command if len(command) <= 60 else f"{command[:59]}…"
