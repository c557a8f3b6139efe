"""The ports to the hosts that containers are deployed to, and to the secrets that they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import LOCAL as LOCAL
from shipit.core.deploy import Container, ContainerImage, ContainerSpec, HealthAnswer
from shipit.finding import Finding
from shipit.world.services import Services as Services

T = TypeVar("T")


class CommandResult(Struct, frozen=True):
    """The exit status and the output (standard output and standard error) of a command on a host."""

    status: int
    output: str = ""


class Containers(Protocol):
    """The containers and images of a host's engine. Containers are named, by name or id; images are `name@digest`."""

    # reads
    def findings(self) -> tuple[Finding, ...]:
        """Return the reasons why the engine cannot be used, without writing."""

    def find(self, name: str) -> Container | None:
        """Return the container with this name; None if there is none."""

    def labelled(self, labels: Mapping[str, str]) -> tuple[Container, ...]:
        """Return all containers with these labels, also those that do not run, in the order of their names."""

    def image_of(self, name: str) -> ContainerImage | None:
        """Return the image that a container was created from; None if there is no such container."""

    def publishing(self, port: int) -> Container | None:
        """Return the running container that publishes `port` of the host; None if there is none."""

    def has_image(self, reference: str) -> bool:
        """Return whether the engine has the image."""

    def logs(self, name: str, lines: int) -> str:
        """Return the last `lines` lines of a container's output, without secrets."""

    def processes(self, name: str) -> tuple[str, ...]:
        """Return the command line of each process of a container, with its process id first: `pid command`."""

    # writes
    def pull(self, reference: str) -> None:
        """Pull an image from its registry.

        Raises `AuthError` if the registry refuses the login, `RemoteError` for other failures.
        """

    def start(self, spec: ContainerSpec, env: Mapping[str, str]) -> None:
        """Create and start a container, after removing the one that has its name.

        Args:
            spec: its settings.
            env: its environment variables, those in `spec.env` and the secrets.

        Raises `DeployError` if the engine cannot start it.
        """

    def run(self, spec: ContainerSpec, env: Mapping[str, str], *, timeout: float) -> CommandResult:
        """Create a container without a port, wait until it ends, remove it, and return its result.

        Raises `CommandError` if it does not end within `timeout` seconds.
        """

    def restart(self, name: str) -> None:
        """Start a container that was stopped."""

    def stop(self, name: str, *, seconds: int) -> None:
        """Stop a container: SIGTERM, and SIGKILL after `seconds`."""

    def remove(self, name: str) -> None:
        """Remove a container, also one that runs; nothing changes if there is none."""

    def execute(self, name: str, argv: Sequence[str], *, timeout: float) -> CommandResult:
        """Run a command in a running container."""


class Host(Protocol):
    """A machine that apps are deployed to: this one, or one that is reached over SSH."""

    address: str
    notes: dict[str, str]
    """Facts that this run read from the host and need not read again, by keys of the steps.

    They are gone as soon as the run writes a file or runs a command that is not only a look.
    """

    @property
    def containers(self) -> Containers:
        """The engine of the host."""

    @property
    def services(self) -> Services:
        """The services of the swarm that the engine of the host manages."""

    # reads
    def begin(self, read: Callable[[], T]) -> Callable[[], T]:
        """Begin a read, and return the function that returns its result.

        Over SSH, several reads that were begun together take the time of the slowest one. On this machine, a read is
        made when its result is asked for.
        """

    def read(self, path: str) -> str | None:
        """Return the text of a file; None if there is no such file."""

    def last_read(self, path: str) -> str | None:
        """Return the text of a file as this run read or wrote it last, without asking the host; None if it did not.

        It is a guess, with which another question can begin while the file is read.
        """

    def look(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        """Run a command that changes nothing."""

    def get(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        """Send an HTTP GET from the host and return the answer; redirects are not followed."""

    def reach(self, port: int, address: str = "127.0.0.1") -> str:
        """Return the URL by which this machine reaches a port of an IP address that the host reaches."""

    def findings(self, directory: str) -> tuple[Finding, ...]:
        """Return the reasons why the host cannot be used, without writing.

        `directory` is where shipit keeps its files on the host.
        """

    def locked_by(self, path: str) -> str | None:
        """Return the owner of the lock `path`; None if it is free."""

    # writes
    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        """Replace a file atomically, or create it.

        Raises `CommandError` if it cannot be written, `ConflictError` if this run no longer holds its lock.
        """

    def install(
        self, path: str, text: str, commands: Sequence[Sequence[str]], look: Sequence[str]
    ) -> tuple[CommandResult, ...]:
        """Write a file as `write` does, then run `commands` and the command `look`, which changes nothing.

        The first command that fails is the last one that runs. Returns the results of those that ran; raises the same
        errors as `write` and `run`.
        """

    def post(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        """Send an HTTP POST without a body from the host, and return the answer.

        With the header `Authorization`, the certificate of an `https` URL must be valid, unless it leads to the host
        itself. This is also so for `get`.
        """

    def run(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        """Run a command. Raises `ConflictError` if this run no longer holds its lock."""

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        """Hold the lock `path` of the host while the block runs.

        The lock is free as soon as this process ends, and at the latest 30 seconds after its connection is cut.

        Args:
            path: the path of the lock file, without its ending.
            owner: a text about this run, which others see while they cannot get the lock.

        Raises `ConflictError` if another run holds it; the message says which.
        """

    def unlock(self, path: str) -> None:
        """Take the lock `path` away from the run that holds it, which can then write nothing more."""


def install_one_by_one(
    host: Host, path: str, text: str, commands: Sequence[Sequence[str]], look: Sequence[str]
) -> tuple[CommandResult, ...]:
    """Write a file and run commands, as `Host.install` describes it, with one call of `host` after the other."""
    host.write(path, text)
    results: list[CommandResult] = []
    for argv in commands:
        results.append(host.run(argv))
        if results[-1].status:
            return tuple(results)
    return (*results, host.look(look))


class Hosts(Protocol):
    """All hosts."""

    def at(self, address: str) -> Host:
        """Return the host with this address: `local` or `ssh://user@name:port`. It is connected at first use.

        Raises `RemoteError` if it cannot be reached, `AuthError` if it refuses the login.
        """


class Secrets(Protocol):
    """The stores of secrets.

    A reference is `ssm:/path/` (AWS Parameter Store), `secretsmanager:name` (a secret of AWS Secrets Manager) or
    `env:NAME` (an environment variable of this run).
    """

    def values(self, reference: str) -> Mapping[str, str]:
        """Return the secrets of a reference as environment variables.

        Raises `ConfigError` if there is none, `AuthError` if the store refuses the credentials.
        """

    def version(self, reference: str, key: str) -> str:
        """Return a text that changes when a secret of the reference changes. It says nothing about the values.

        `key` is a random text that is kept on the host; it is used for sources that have no versions.
        """
