"""The settings of a target with their defaults: its containers, its health check, its nginx, its slots."""

from __future__ import annotations

from urllib.parse import urlsplit

from shipit.config.targets import BlueGreenConfig
from shipit.core.deploy import (
    SLOTS,
    Container,
    ContainerSpec,
    DeployedImage,
    NginxSettings,
    Traffic,
)
from shipit.core.duration import seconds
from shipit.deploy.base import DeployTarget

BlueGreenTarget = DeployTarget[BlueGreenConfig]


def container_spec(target: BlueGreenTarget, image: DeployedImage, slot: str) -> ContainerSpec:
    """Return the settings of the container of `image` in `slot`."""
    config, options = target.config, target.config.container
    return ContainerSpec(
        name=container_name(target, slot),
        image=image,
        app=target.app,
        slot=slot,
        port=options.port,
        host_port=slot_port(config, slot),
        env=dict(options.env),
        secrets=config.secrets.sources if config.secrets else (),
        secrets_version=target.secrets_version,
        network=options.network or "",
        volumes=options.volumes,
        memory=options.memory or "",
        cpus=options.cpus or 0,
        command=options.command,
        user=options.user or "",
        hosts=options.hosts,
        restart=options.restart,
        stop_seconds=int(seconds(options.stop)),
    )


def nginx_settings(target: BlueGreenTarget) -> NginxSettings:
    """Return the settings of nginx, with the defaults that depend on the environment."""
    nginx = target.config.nginx
    default = "service_url" if nginx.style == "set" else target.app.replace("-", "_").replace(".", "_")
    return NginxSettings(
        app=target.app,
        file=nginx.file,
        style=nginx.style,
        variable=nginx.variable or default,
        command=nginx.command,
        pid_file=nginx.pid_file,
        container=nginx.container or "",
        front=nginx.front,
        host_name=nginx.server_name or urlsplit(target.url).hostname or "",
        # The default is the port before that of the slot blue, as the description of `state-port` says.
        state_port=nginx.state_port or target.config.slots.blue - 1,
    )


def container_name(target: BlueGreenTarget, slot: str) -> str:
    """Return the name of the container of a slot, such as `shop-prod-blue`."""
    return f"{target.app}-{slot}"


def slot_port(config: BlueGreenConfig, slot: str) -> int:
    """Return the port of a slot on the loopback address of the host."""
    return config.slots.blue if slot == "blue" else config.slots.green


def other_slot(slot: str) -> str:
    """Return the name of the other slot."""
    return SLOTS[1 - SLOTS.index(slot)]


def slot_address(target: BlueGreenTarget, nginx: NginxSettings, slot: str) -> str:
    """Return the address of a slot for nginx: its container if both share a docker network, else its port."""
    options = target.config.container
    if nginx.container and options.network:
        return f"{container_name(target, slot)}:{options.port}"
    return f"127.0.0.1:{slot_port(target.config, slot)}"


def slot_traffic(
    target: BlueGreenTarget,
    nginx: NginxSettings,
    slot: str,
    container: Container | None,
    image: DeployedImage | None = None,
) -> Traffic:
    """Return the `Traffic` that nginx shall report for a slot with `image`, or else with that of its container."""
    image = image or (container.image if container else None)
    address = slot_address(target, nginx, slot)
    return Traffic(slot, image.digest if image else "", image.version if image else "", address)
