"""The table of the kind `blue-green`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from shipit.config.table import ConfigTable
from shipit.config.targets.base import HostTable
from shipit.config.targets.checks import CommandLimit, Health, MigrateCommand, OptionalIdentity, VerifyCommands
from shipit.config.targets.container import ContainerConfig, SecretsConfig
from shipit.config.vocabulary import (
    CommandWords,
    DockerName,
    Duration,
    HostAddress,
    HostPath,
    NginxName,
    Port,
    Text,
    WebUrl,
)
from shipit.core import limits


class SlotsConfig(ConfigTable, frozen=True, kw_only=True):
    """The ports of the two slots on the host's loopback address."""

    blue: Annotated[Port, Meta(description="The port of the slot blue.")] = 8081
    green: Annotated[Port, Meta(description="The port of the slot green.")] = 8082


class NginxConfig(ConfigTable, frozen=True, kw_only=True):
    """The nginx that gives the traffic to one of the slots."""

    file: Annotated[
        HostPath,
        Meta(
            description="The switch file, which shipit writes and your site includes. For nginx in a container it is "
            "the path on the host, in a directory that is mounted into the container.",
            examples=["/etc/nginx/conf.d/service-url.inc"],
        ),
    ] = "/etc/nginx/conf.d/service-url.inc"
    style: Annotated[
        Literal["set", "upstream"],
        Meta(
            description="The form of the file. `set`: `set $service_url http://127.0.0.1:8081;`, to include in a "
            "`server`. `upstream`: an `upstream` block, to include in `http`."
        ),
    ] = "set"
    variable: Annotated[
        NginxName | None,
        Meta(
            description="The name of the variable without `$`, or of the upstream. When unset, it is `service_url` for "
            "`set`, and the name of the app for `upstream`."
        ),
    ] = None
    command: Annotated[
        CommandWords,
        Meta(
            min_length=1,
            description="The command that runs nginx, as a list of words.",
            examples=[["sudo", "nginx"]],
            extra={"expected": "a list with at least one word"},
        ),
    ] = ("nginx",)
    pid_file: Annotated[
        HostPath, Meta(description="The file with nginx's process id.", examples=["/run/nginx.pid"])
    ] = "/run/nginx.pid"
    container: Annotated[
        DockerName | None,
        Meta(description="The name of the container that nginx runs in. It runs on the host when unset."),
    ] = None
    front: Annotated[
        WebUrl, Meta(description="The address at which the host reaches nginx; shipit asks it which slot is active.")
    ] = "http://127.0.0.1:80"
    server_name: Annotated[
        Text | None,
        Meta(description="The `server_name` of your site. When unset, it is the host in `url` of the environment."),
    ] = None
    state_port: Annotated[
        Port | None,
        Meta(
            description="For `upstream`: a free port on the loopback address, at which nginx reports the active slot. "
            "When unset, it is the port before that of the slot blue."
        ),
    ] = None
    marker: Annotated[
        HostPath | None,
        Meta(
            description="A file that gets the name of the active slot, `blue` or `green`, for other scripts.",
            examples=["/srv/shop/active"],
        ),
    ] = None


class BlueGreenConfig(HostTable, frozen=True, kw_only=True, tag="blue-green"):
    """Two containers behind nginx: the new one is started and checked before it gets the traffic."""

    hosts: Annotated[
        tuple[HostAddress, ...],
        Meta(
            min_length=1,
            description="The hosts to deploy to. `local` is the machine that shipit runs on. With several hosts, no "
            "host gets the traffic before the new version is healthy on all of them.",
            examples=[["ssh://deploy@shop.example"]],
            extra={"expected": "a list with at least one host"},
        ),
    ] = ("local",)
    health: Health
    identity: OptionalIdentity = None
    bake: Annotated[
        Duration,
        Meta(
            description="The time for which the new version is watched while it serves. If it fails, the earlier "
            "version gets the traffic again."
        ),
    ] = "15s"
    drain: Annotated[
        Duration,
        Meta(description="The longest time that the old version gets to finish its requests before it is stopped."),
    ] = limits.DRAIN.written
    verify: VerifyCommands = ()
    migrate: MigrateCommand = ()
    timeout: CommandLimit = limits.MIGRATION.written
    slots: Annotated[SlotsConfig, Meta(description="The ports of the two slots.")] = SlotsConfig()
    nginx: Annotated[NginxConfig, Meta(description="The nginx in front of the slots.")] = NginxConfig()
    container: Annotated[ContainerConfig, Meta(description="The settings of the container.")] = ContainerConfig()
    secrets: Annotated[SecretsConfig | None, Meta(description="The secrets of the app.")] = None

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        for host in self.hosts:
            yield host, "name", f"the app `{app}` in `{self.directory}`"
            yield from ((host, "slots", f"port {port}") for port in (self.slots.blue, self.slots.green))
            yield host, "nginx", f"the file `{self.nginx.file}`"

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        if self.slots.blue == self.slots.green:
            yield "slots", "both slots have the same port", "give the slots two ports"
        if self.nginx.style == "upstream" and self.nginx.container and self.container.network:
            what = "nginx in a container would keep the address that a slot had when nginx was reloaded"
            yield "nginx", what, 'write `style = "set"`, with `resolver 127.0.0.11 valid=1s;` in your site'
