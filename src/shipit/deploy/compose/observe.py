"""The reads that make up the state of a service on a host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from msgspec.structs import replace

from shipit.config.targets import ComposeServiceConfig
from shipit.core import limits
from shipit.core.deploy import ComposeService, Container, DeployedImage, is_edited_pin_file, pins_in
from shipit.deploy.compose.observed import ComposeTarget, ObservedComposeHost, ObservedReplica, replicas_of
from shipit.errors import CommandError
from shipit.finding import Finding
from shipit.steps.compose import ComposeModel, ComposeModelService, Replicas, config_hash, read_model
from shipit.steps.deploy import image_of, read_record
from shipit.world.hosts import Host

Sleep = Callable[[float], None]


def observe_host(
    host: Host, target: ComposeTarget, copied: Mapping[str, str], sleep: Sleep
) -> ObservedComposeHost | Finding:
    """Return the state of one host, or the reason why it cannot be deployed to. Only reads.

    `copied` are the texts of the compose files that the deployment copies to the host.
    """
    config = target.config
    try:
        model = _read_model(host, config, copied)
        own = model.services.get(config.service, ComposeModelService())
        service = ComposeService(
            config.project, config.files, model.name, config.service, config.own.port, own.replicas
        )
    except CommandError as error:
        return Finding("compose", error.what, error.hint or "install docker compose on the host")
    if config.service not in model.services:
        known = ", ".join(f"`{name}`" for name in model.services)
        what = f"the compose project in `{config.project}` has no service `{config.service}`"
        return Finding("compose-service", what, f"name one of its services: {known}")
    found = host.containers.labelled(service.labels)
    pins = host.read(service.pin_path) or ""
    return ObservedComposeHost(
        host=host.address,
        service=service,
        model=own,
        replicas=tuple(_replica(host, target, service, each, sleep) for each in found),
        settings=_settings(host, service),
        pins=pins_in(pins),
        edited=is_edited_pin_file(pins),
        record=read_record(host, target.record_path),
        locked_by=host.locked_by(target.state_path) or "",
    )


def _read_model(host: Host, config: ComposeServiceConfig, copied: Mapping[str, str]) -> ComposeModel:
    """Return the project, also while the host lacks a file that `env_file` names and that the deployment writes."""
    try:
        return read_model(host, config.project, config.files, copied)
    except CommandError:
        if not (config.copy or config.secrets):
            raise
        texts = {**copied, _NO_ENV_FILES: _no_env_files(config.services)}
        with suppress(CommandError):
            return read_model(host, config.project, (*config.files, _NO_ENV_FILES), texts)
        raise


_NO_ENV_FILES = "no env_file"


def _no_env_files(services: Iterable[str]) -> str:
    """Return a compose file that takes `env_file` away from services."""
    return "services:\n" + "".join(f"  {name}:\n    env_file: !reset []\n" for name in services)


def _settings(host: Host, service: ComposeService) -> str:
    """Return the fingerprint of the settings on the host; empty while a file of the project is missing."""
    with suppress(CommandError):
        return config_hash(host, service)
    return ""


def _replica(
    host: Host, target: ComposeTarget, service: ComposeService, container: Container, sleep: Sleep
) -> ObservedReplica:
    image = image_of(host, replace(container, name=container.id), target.image_name)
    problem = _problem(host, replicas_of(target, host.address, service, image or _UNKNOWN), container, sleep)
    return ObservedReplica(container, image, problem)


_UNKNOWN = DeployedImage("", "", "")


def _problem(host: Host, replicas: Replicas, container: Container, sleep: Sleep) -> str:
    """Return the problem of a container; it has several tries, because one bad answer can be an accident."""
    replicas, problem = replace(replicas, identity=None), ""
    for number in range(limits.SLOT_TRIES if container.running and container.health != "unhealthy" else 1):
        if number:
            sleep(1)
        problem = replicas.problem(host, replace(container, restarts=0)) or ""
        if not problem:
            break
    return problem
