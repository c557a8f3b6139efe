"""The services of the swarm that a host's engine manages, through docker's SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from shipit.adapters.engine.connection import Address, connect, translating_engine_errors
from shipit.adapters.engine.log import read_log
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.deploy import JOB, Service, ServiceChange, ServiceJob, SwarmTask
from shipit.core.images import Reference
from shipit.core.redact import Redactor
from shipit.errors import PreflightError, RemoteError
from shipit.finding import Finding

if TYPE_CHECKING:
    from docker import APIClient

_ONE_SECOND = 1_000_000_000  # nanoseconds
_STACK = "com.docker.stack.namespace"  # the label by which `docker stack rm` finds the services of a stack
_OUT_OF_SEQUENCE = "out of sequence"  # the engine's words, with status 500, for a service that changed meanwhile


class DockerServices:
    """The services of one swarm; `shipit.world.services.Services` describes the methods.

    Args:
        address: returns the address of the engine of a manager; called at first use.
        logins: the logins of the registries, which an update passes on to the nodes.
        redact: removes the secrets of shipit from a text.
        require_lock: called before each write; it raises if this run no longer holds the lock of the host.
    """

    def __init__(
        self, address: Callable[[], Address], logins: Logins, redact: Redactor, require_lock: Callable[[], None]
    ) -> None:
        self._address = address
        self._logins = logins
        self._given = redact
        self._require_lock = require_lock

    @cached_property
    def _client(self) -> APIClient:
        return connect(self._address())

    def findings(self) -> tuple[Finding, ...]:
        try:
            with translating_engine_errors():
                swarm = self._client.info()["Swarm"]
                state, manages = swarm.get("LocalNodeState"), swarm.get("ControlAvailable")
        except PreflightError as error:
            return error.findings
        engine = f"the container engine ({self._address().origin})"
        if state in ("inactive", ""):
            what = f"{engine} is not part of a swarm"
            return (Finding("swarm-manager", what, "run on the host: docker swarm init"),)
        if not manages:
            fix = "name a manager in `hosts`; on a manager, `docker node ls` lists them"
            return (Finding("swarm-manager", f"{engine} is not a manager of its swarm", fix),)
        return ()

    def find(self, name: str) -> Service | None:
        from docker.errors import NotFound

        with translating_engine_errors():
            try:
                found = self._client.inspect_service(name)  # type: ignore[no-untyped-call]
            except NotFound:
                return None
            if found["Spec"]["Name"] != name:  # the engine also takes the beginning of an id
                return None
            tasks = self._client.tasks(filters={"service": found["ID"]})  # type: ignore[no-untyped-call]
            service = _service(found, tasks, self._client.nodes())
        redacted = tuple(replace(task, error=self._redact(task.error)) for task in service.tasks)
        return replace(service, tasks=redacted)

    def logs(self, name: str, lines: int, task: str = "") -> str:
        path = f"/tasks/{task}/logs" if task else f"/services/{name}/logs"
        with suppress(RemoteError), translating_engine_errors():
            return self._redact(read_log(self._client, path, lines))
        return ""

    def update(self, service: Service, change: ServiceChange) -> bool:
        from docker.errors import APIError

        self._require_lock()
        with translating_engine_errors():
            found = self._client.inspect_service(service.name)  # type: ignore[no-untyped-call]
            if found["Version"]["Index"] != service.version:
                return False
            try:
                path, login = f"/services/{found['ID']}/update", self._login(change.image)
                self._post(path, _changed(found["Spec"], change), login, version=service.version)
            except APIError as error:
                if _OUT_OF_SEQUENCE in str(error.explanation):
                    return False
                raise
        return True

    def start_job(self, job: ServiceJob) -> None:
        self._require_lock()
        with translating_engine_errors():
            spec = self._client.inspect_service(job.service)["Spec"]  # type: ignore[no-untyped-call]
            self._remove(job.name)
            self._post("/services/create", _job(spec, job), self._login(job.image))

    def remove_job(self, job: ServiceJob) -> None:
        self._require_lock()
        with translating_engine_errors():
            self._remove(job.name)

    def _remove(self, name: str) -> None:
        from docker.errors import NotFound

        with suppress(NotFound):
            self._client.remove_service(name)  # type: ignore[no-untyped-call]

    def _post(self, path: str, spec: Mapping[str, Any], headers: Mapping[str, str], **params: int) -> None:
        """Send a whole specification. The SDK's own methods take it in parts, and drop those they do not know."""
        from docker.errors import create_api_error_from_http_exception
        from requests import HTTPError

        answer = self._client.post(
            self._url(path), json=spec, params=params, headers=dict(headers), timeout=limits.ENGINE_SILENCE
        )
        try:
            answer.raise_for_status()
        except HTTPError as error:
            create_api_error_from_http_exception(error)

    def _login(self, image: str) -> dict[str, str]:
        """Return the header with the login of the image's registry; the nodes pull with it."""
        from docker.auth import encode_header

        login = self._logins.of(Reference.parse(image).registry)
        return {"X-Registry-Auth": encode_header(dict(login.auth_config)).decode()} if login else {}

    def _redact(self, text: str) -> str:
        return self._logins.redact(self._given(text))

    def _url(self, path: str) -> str:
        return f"{self._client.base_url}/v{self._client.api_version}{path}"


def _changed(spec: dict[str, Any], change: ServiceChange) -> dict[str, Any]:
    """Return a specification with a change."""
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = change.image
    spec["Labels"] = {**(spec.get("Labels") or {}), **change.labels}
    for key, value in (("Order", change.order), ("Monitor", int(change.monitor * _ONE_SECOND))):
        if value:
            spec.setdefault("UpdateConfig", {"Parallelism": 1})[key] = value
    return spec


def _job(spec: Mapping[str, Any], job: ServiceJob) -> dict[str, Any]:
    """Return the specification of a job. Its task is like those of the service, but no request reaches it.

    So it has no port, no alias in a network and no label by which a proxy finds a container; and no health check, with
    which the swarm would end the command.
    """
    template = spec["TaskTemplate"]
    container = {key: value for key, value in template["ContainerSpec"].items() if key != "Labels"}
    container |= {"Image": job.image, "Args": list(job.command), "Healthcheck": {"Test": ["NONE"]}}
    networks = template.get("Networks") or spec.get("Networks") or ()
    joined = [{key: value for key, value in network.items() if key != "Aliases"} for network in networks]
    stack = {key: value for key, value in (spec.get("Labels") or {}).items() if key == _STACK}
    return {
        "Name": job.name,
        "Labels": {JOB: job.service, **stack},
        "TaskTemplate": {
            **template,
            "ContainerSpec": container,
            "Networks": joined,
            "RestartPolicy": {"Condition": "none"},
        },
        "Mode": {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}},
        "EndpointSpec": {"Mode": "dnsrr"},
    }


def _service(found: Mapping[str, Any], tasks: list[dict[str, Any]], nodes: list[dict[str, Any]]) -> Service:
    """Return the service that the engine describes."""
    spec, status = found["Spec"], found.get("UpdateStatus") or {}
    container, update = spec["TaskTemplate"].get("ContainerSpec") or {}, spec.get("UpdateConfig") or {}
    down = {node["ID"] for node in nodes if node["Status"]["State"] != "ready"}
    usable = [node for node in nodes if node["ID"] not in down and node["Spec"]["Availability"] == "active"]
    ports = (spec.get("EndpointSpec") or {}).get("Ports") or ()
    newest = sorted(tasks, key=lambda task: task["CreatedAt"], reverse=True)
    return Service(
        name=spec["Name"],
        image=container.get("Image", ""),
        version=found["Version"]["Index"],
        labels=spec.get("Labels") or {},
        replicas=(spec["Mode"].get("Replicated") or {}).get("Replicas"),
        nodes=len(usable),
        update=status.get("State", ""),
        update_message=status.get("Message", ""),
        order=update.get("Order") or "stop-first",
        monitor=update.get("Monitor", 5 * _ONE_SECOND) / _ONE_SECOND,
        host_ports=tuple(port["PublishedPort"] for port in ports if _is_on_host(port)),
        health_check=_health_check(container),
        command=tuple(container.get("Args") or ()),
        tasks=tuple(_task(task, down) for task in newest),
    )


def _is_on_host(port: Mapping[str, Any]) -> bool:
    return port.get("PublishMode") == "host" and bool(port.get("PublishedPort"))


def _health_check(container: Mapping[str, Any]) -> bool | None:
    """Return whether the specification has a health check; None if it leaves that to the image."""
    test = (container.get("Healthcheck") or {}).get("Test")
    return test[0] != "NONE" if test else None


def _task(found: Mapping[str, Any], down: set[str]) -> SwarmTask:
    status = found["Status"]
    container = status.get("ContainerStatus") or {}
    return SwarmTask(
        id=found["ID"],
        digest=(found["Spec"].get("ContainerSpec") or {}).get("Image", "").partition("@")[2],
        state=status["State"],
        wanted=found["DesiredState"],
        error=status.get("Err", ""),
        began=bool(container.get("ContainerID")),
        lost=found.get("NodeID") in down,
        since=status.get("Timestamp", ""),
    )
