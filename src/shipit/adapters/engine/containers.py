"""The containers of a host's engine, through docker's SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipit.adapters.engine.connection import Address, SharedConnection, translating_engine_errors
from shipit.adapters.engine.log import read_log
from shipit.adapters.engine.push import is_refusal
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.deploy import Container, ContainerImage, ContainerSpec
from shipit.core.images import Reference
from shipit.core.redact import Redactor
from shipit.errors import AuthError, CommandError, DeployError, PreflightError, RemoteError
from shipit.finding import Finding
from shipit.world.hosts import CommandResult

if TYPE_CHECKING:
    from docker import APIClient

_ONE_SECOND = 1_000_000_000  # nanoseconds
_UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class DockerContainers:
    """The containers of one engine; `shipit.world.hosts.Containers` describes the methods.

    Args:
        address: returns the address of the engine; called at first use.
        logins: the logins of the registries.
        redact: removes the secrets of shipit from a text.
        require_lock: called before each write; it raises if this run no longer holds the lock of the host.
    """

    def __init__(
        self, address: Callable[[], Address], logins: Logins, redact: Redactor, require_lock: Callable[[], None]
    ) -> None:
        self._connection = SharedConnection(address)
        self._logins = logins
        self._given = redact
        self._require_lock = require_lock

    @property
    def _client(self) -> APIClient:
        return self._connection.client()

    def findings(self) -> tuple[Finding, ...]:
        try:
            self._client.api_version  # noqa: B018 - connects
        except PreflightError as error:
            return error.findings
        return ()

    def find(self, name: str) -> Container | None:
        from docker.errors import NotFound

        with translating_engine_errors():
            try:
                return _container(self._client.inspect_container(name))
            except NotFound:
                return None

    def labelled(self, labels: Mapping[str, str]) -> tuple[Container, ...]:
        wanted = {"label": [f"{name}={value}" for name, value in labels.items()]}
        with translating_engine_errors():
            ids = [each["Id"] for each in self._client.containers(all=True, filters=wanted)]
        found = [container for container in map(self.find, ids) if container]  # one can be removed at this moment
        return tuple(sorted(found, key=lambda each: each.name))

    def image_of(self, name: str) -> ContainerImage | None:
        from docker.errors import NotFound

        with translating_engine_errors():
            try:
                found = self._client.inspect_container(name)
            except NotFound:
                return None
            try:
                image = self._client.inspect_image(found["Image"])  # type: ignore[no-untyped-call]
            except NotFound:  # the image was removed while the container runs
                image = {}
            return ContainerImage(found["Config"]["Image"], tuple(image.get("RepoDigests") or ()))

    def publishing(self, port: int) -> Container | None:
        with translating_engine_errors():
            for found in self._client.containers():
                if any(each.get("PublicPort") == port for each in found.get("Ports") or ()):
                    return self.find(found["Id"])
        return None

    def has_image(self, reference: str) -> bool:
        from docker.errors import ImageNotFound

        with translating_engine_errors():
            try:
                self._client.inspect_image(reference)  # type: ignore[no-untyped-call]
            except ImageNotFound:
                return False
        return True

    def logs(self, name: str, lines: int) -> str:
        from docker.errors import NotFound

        try:
            with translating_engine_errors():
                return self._redact(read_log(self._client, f"/containers/{quote(name, safe='')}/logs", lines))
        except RemoteError as error:  # it must not hide the error that the log is for
            return "" if isinstance(error.__cause__, NotFound) else f"the log cannot be read: {error.what}"

    def processes(self, name: str) -> tuple[str, ...]:
        with translating_engine_errors():
            found = self._client.top(name, "-o pid,args")
            return tuple(" ".join(row) for row in found["Processes"] or ())

    def pull(self, reference: str) -> None:
        self._require_lock()
        image = Reference.parse(reference)
        login = self._logins.of(image.registry)
        auth_config = dict(login.auth_config) if login else {}
        with translating_engine_errors():
            events = self._client.pull(
                image.name, tag=image.digest, stream=True, decode=True, auth_config=auth_config or None
            )
            error = next((event["error"] for event in events if "error" in event), None)
        if error:
            raise _pull_failure(reference, image.registry, self._redact(error))

    def start(self, spec: ContainerSpec, env: Mapping[str, str]) -> None:
        self._require_lock()
        self._remove(spec.name)
        with translating_engine_errors():
            created = self._create(spec, env)
        try:
            with translating_engine_errors():
                self._client.start(created)
        except RemoteError as error:
            self.remove(spec.name)
            what = f"container `{spec.name}` cannot be started: {self._redact(str(error.what))}"
            raise DeployError(what, hint=_start_hint(str(error.what), spec)) from error

    def run(self, spec: ContainerSpec, env: Mapping[str, str], *, timeout: float) -> CommandResult:
        import requests

        self._require_lock()
        self._remove(spec.name)
        try:
            with translating_engine_errors():
                created = self._create(spec, env)
                self._client.start(created)
                try:
                    status = self._client.wait(created, timeout=int(timeout))["StatusCode"]
                except requests.exceptions.RequestException as error:
                    what = f"`{' '.join(spec.command)}` did not end within {timeout:g} seconds"
                    hint = "if the command only needs longer, set a longer `timeout` in the target"
                    raise CommandError(what, hint=hint, tail=self.logs(spec.name, limits.DEPLOY_LOG)) from error
            return CommandResult(int(status), self.logs(spec.name, limits.DEPLOY_LOG))
        finally:
            self.remove(spec.name)

    def restart(self, name: str) -> None:
        self._require_lock()
        with translating_engine_errors():
            self._client.start(name)

    def stop(self, name: str, *, seconds: int) -> None:
        self._require_lock()
        with translating_engine_errors():
            self._client.stop(name, timeout=seconds)

    def remove(self, name: str) -> None:
        self._require_lock()
        self._remove(name)

    def _remove(self, name: str) -> None:
        from docker.errors import NotFound

        with translating_engine_errors(), suppress(NotFound):
            self._client.remove_container(name, force=True, v=True)

    def execute(self, name: str, argv: Sequence[str], *, timeout: float) -> CommandResult:
        self._require_lock()
        with self._limited(timeout), translating_engine_errors():
            made = self._client.exec_create(name, list(argv))
            output = bytearray()
            pieces = self._client.exec_start(made["Id"], stream=True)
            for piece in pieces:
                output += piece[: max(0, limits.HOST_OUTPUT - len(output))]
            with suppress(OSError):  # the engine has ended the connection
                pieces.close()
            status = self._client.exec_inspect(made["Id"])["ExitCode"]
        if status is None:  # it still runs
            return CommandResult(124, f"it did not end within {timeout:g} seconds")
        return CommandResult(status, self._redact(output.decode(errors="replace").strip()))

    @contextmanager
    def _limited(self, timeout: float) -> Iterator[None]:
        before, self._client.timeout = self._client.timeout, int(timeout)
        try:
            yield
        finally:
            self._client.timeout = before

    def _create(self, spec: ContainerSpec, env: Mapping[str, str]) -> str:
        """Create a container, and return its id."""
        client = self._client
        published: dict[int | str, Any] | None = {spec.port: ("127.0.0.1", spec.host_port)} if spec.host_port else None
        config = client.create_host_config(
            port_bindings=published,
            binds=list(spec.volumes) or None,
            network_mode=spec.network or None,
            mem_limit=memory_bytes(spec.memory) if spec.memory else None,
            nano_cpus=int(spec.cpus * _ONE_SECOND) or None,
            extra_hosts=dict(host.split(":", 1) for host in spec.hosts) or None,
            restart_policy={"Name": spec.restart} if spec.host_port else None,
        )
        created: dict[str, str] = client.create_container(
            spec.image.reference,
            command=list(spec.command) or None,
            name=spec.name,
            environment=dict(env),
            labels=spec.labels,
            user=spec.user or None,
            ports=[spec.port] if published else None,
            host_config=config,
        )
        return created["Id"]

    def _redact(self, text: str) -> str:
        return self._logins.redact(self._given(text))


def memory_bytes(text: str) -> int:
    """Return an amount of memory in bytes.

    >>> memory_bytes("512m"), memory_bytes("1g")
    (536870912, 1073741824)
    """
    return int(text[:-1]) * _UNITS[text[-1]]


def _container(found: Mapping[str, Any]) -> Container:
    """Return the container that the engine describes."""
    state, network = found["State"], found["NetworkSettings"]
    published = {
        int(inner.partition("/")[0]): int(outer[0]["HostPort"])
        for inner, outer in (network.get("Ports") or {}).items()
        if outer
    }
    addresses = (each.get("IPAddress") for each in (network.get("Networks") or {}).values())
    return Container(
        name=found["Name"].lstrip("/"),
        id=found["Id"],
        labels=found["Config"].get("Labels") or {},
        status=state["Status"],
        exit_code=state["ExitCode"],
        restarts=found.get("RestartCount", 0),
        health=(state.get("Health") or {}).get("Status", "").replace("none", ""),
        started=state.get("StartedAt", ""),
        ports=published,
        address=next(filter(None, addresses), ""),
        killed_for_memory=bool(state.get("OOMKilled")),
        mounts=tuple(each["Source"] for each in found.get("Mounts") or () if each.get("Source")),
    )


def _pull_failure(reference: str, registry: str, message: str) -> AuthError | RemoteError:
    if is_refusal(message):
        hint = f"set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`, or run `docker login {registry}`"
        return AuthError(f"`{registry}` refused the pull of `{reference}`: {message}", hint=hint)
    hint = "check the registry and the disk space of the host, then run the same command again"
    return RemoteError(f"the pull of `{reference}` failed: {message}", hint=hint, retryable=True)


def _start_hint(message: str, spec: ContainerSpec) -> str:
    if "already in use" in message or "already allocated" in message:
        find = f"ss -ltnp 'sport = {spec.host_port}'"
        return f"find the process that listens on port {spec.host_port} with `{find}`, and stop it"
    return "fix the settings in `container`, or the image, then run the same command again"
