"""The commands of `docker compose` on a host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import DecodeError, Struct, ValidationError, field, json

from shipit.core import limits
from shipit.core.deploy import PIN_FILE, ComposeService, machine
from shipit.errors import CommandError, DeployError
from shipit.world.hosts import CommandResult, Host

_NO_FILE = ("no such file or directory", "no configuration file provided")  # the words of compose
# Compose prints its warnings to standard error, which would be between the lines of its answer.
_ANSWER_ONLY = ("sh", "-c", 'exec "$@" 2>/dev/null', "sh")
# A `docker compose` of a killed run goes on, and the next one waits for its end.
_ONE_AT_A_TIME = ("flock", "--wait", str(int(limits.COMPOSE_UP)))
# `up` reads the files in `env_file` before it makes the fingerprint, and `config --hash` alone does not.
# Without a profile, compose does not know a service that has `profiles`.
_ALL_PROFILES = ("--profile", "*")
_HASH = """\
hash=$1 services=$2 directory=$3
shift 3
project=$("$@") && printf '%s\\n' "$project" |
    docker compose --profile "*" --project-directory "$directory" --file - config "$hash" "$services"
"""
_ALL_SERVICES = "*"


# Compose reads texts from a directory of their own, which is removed at once. A signal, such as that of a time limit,
# would end the shell without the trap for EXIT.
_WITH_TEXTS = """\
room=$(mktemp -d) && cd "$room" || exit 1
trap 'exit 1' HUP INT PIPE TERM
trap 'rm -rf "$room"' EXIT
number=0
while [ "$1" != -- ]; do
    number=$((number + 1))
    printf '%s' "$1" >"$number.yaml"
    shift
done
shift
"$@"
"""


class ComposeModelService(Struct, frozen=True):
    """A service of a project as compose understands it: the keys that matter for a deployment."""

    ports: tuple[Any, ...] = ()
    container_name: str = ""
    network_mode: str = ""
    scale: int | None = None
    deploy: dict[str, Any] = field(default_factory=dict)
    healthcheck: dict[str, Any] = field(default_factory=dict)

    @property
    def replicas(self) -> int:
        """The number of containers of the service."""
        found = self.scale if self.scale is not None else self.deploy.get("replicas")
        return 1 if found is None else int(found)


class ComposeModel(Struct, frozen=True):
    """A project as compose understands it, after it has read all files."""

    name: str
    services: dict[str, ComposeModelService] = field(default_factory=dict)


def read_model(host: Host, directory: str, files: Sequence[str], texts: Mapping[str, str] = {}) -> ComposeModel:
    """Return the project that compose reads from `files` in `directory`.

    The files in `texts` are read with these texts, as if they were on the host already.

    Raises `CommandError` if compose is missing, or refuses the files.
    """
    text = _noted(host, [*_compose(directory, files, texts), "config", "--format", "json"], directory)
    try:
        return json.decode(text, type=ComposeModel)
    except (DecodeError, ValidationError) as error:
        what = f"`docker compose config` on {machine(host.address)} printed no project: {error}"
        raise CommandError(what, hint="update docker compose on the host") from error


def config_hash(host: Host, service: ComposeService) -> str:
    """Return the fingerprint that compose gives to the settings of a service, with the image that is pinned now."""
    project = [*_compose(service.directory, _files(host, service)), "config", "--format", "json"]
    argv = ["sh", "-c", _HASH, "sh", "--hash", _ALL_SERVICES, service.directory, *project]
    found = dict(line.split() for line in _noted(host, argv, service.directory).splitlines())
    try:
        return found[service.service]
    except KeyError:
        what = f"the compose project in `{service.directory}` has no service `{service.service}` any more"
        raise CommandError(what, hint="write it into the compose file again, then run the same command") from None


def start_containers(host: Host, service: ComposeService, options: Sequence[str], lock: str) -> CommandResult:
    """Let compose start containers of the service; it changes no other service, and pulls and builds nothing."""
    up = ["up", "--detach", "--no-deps", "--no-build", "--pull", "never", *options, service.service]
    argv = [*_ONE_AT_A_TIME, lock, *_compose(service.directory, _files(host, service)), *up]
    return host.run(argv, timeout=limits.COMPOSE_UP)


def compose_failure(what: str, done: CommandResult) -> DeployError:
    """Return the error for containers that compose did not start; its last line says why."""
    reason = (done.output.splitlines() or [f"it ended with status {done.status}, and printed no reason"])[-1]
    hint = "fix the compose file or the image, then run the same command again"
    return DeployError(f"{what}: {reason}", hint=hint, tail=done.output)


def run_once(host: Host, service: ComposeService, command: Sequence[str], name: str, timeout: float) -> CommandResult:
    """Run a command in a container `name` of its own, with the image and the settings of the service, and remove it.

    Raises `CommandError` if it does not end within `timeout` seconds.
    """
    run = ["run", "--rm", "--no-deps", "--no-TTY", "--name", name, service.service, *command]
    host.containers.remove(name)  # a killed run leaves it
    try:
        done = host.run([*_compose(service.directory, _files(host, service)), *run], timeout=timeout)
        left = host.containers.find(name)
        if left is None or not left.running:
            return done
        what = f"`{' '.join(command)}` did not end within {timeout:g} seconds"
        hint = "if the command only needs longer, set a longer `timeout` of the service"
        raise CommandError(what, hint=hint, tail=host.containers.logs(name, limits.DEPLOY_LOG))
    finally:
        host.containers.remove(name)


def _files(host: Host, service: ComposeService) -> Sequence[str]:
    return service.files if host.read(service.pin_path) is None else (*service.files, PIN_FILE)


def _compose(directory: str, files: Sequence[str], texts: Mapping[str, str] = {}) -> list[str]:
    numbered = {file: f"{number}.yaml" for number, file in enumerate(texts, start=1)}
    named = [word for file in files for word in ("--file", numbered.get(file) or f"{directory}/{file}")]
    argv = ["docker", "compose", *_ALL_PROFILES, "--project-directory", directory, *named]
    return ["sh", "-c", _WITH_TEXTS, "sh", *texts.values(), "--", *argv] if texts else argv


def _noted(host: Host, argv: Sequence[str], directory: str) -> str:
    """Return what a command of compose prints. It runs once until this run writes something: it takes long."""
    command = repr(argv)
    if command not in host.notes:
        host.notes[command] = _answer(host, argv, directory)
    return host.notes[command]


def _answer(host: Host, argv: Sequence[str], directory: str) -> str:
    """Return what a command of compose prints, without its warnings."""
    done = host.look([*_ANSWER_ONLY, *argv])
    if done.status == 0:
        return done.output
    where = machine(host.address)
    if host.look(["docker", "compose", "version"]).status != 0:
        what = f"`docker compose` is not installed on {where}, or its user cannot run it"
        raise CommandError(what, hint="install the package docker-compose-plugin or docker-compose-v2 on the host")
    lines = [line for line in host.look(argv).output.splitlines() if "level=warning" not in line]
    what = f"`docker compose` on {where} cannot read the project in `{directory}`: {next(iter(lines), 'no reason')}"
    hint = f"run it on the host: docker compose --project-directory {directory} config"
    if any(words in what for words in _NO_FILE):
        hint = f"write the missing file into `{directory}` on the host, or let shipit copy it with `copy`"
    raise CommandError(what, hint=hint)
